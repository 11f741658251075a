// What tests of batches share: a manifest on the host, and sittings of throw-away people over the bundles that lie there.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signWaveAs } from "../../scripts/sandbox/throw-away-sitting.ts";
import type { GovernedHost } from "./governed-host.ts";

/** A document with its run. */
export interface Member {
  readonly document_id: string;
  readonly run_id: string;
}

/** Writes a manifest beside the runtime root, where every machine of the host reads it; answers the file. `over` are more keys, as `items`. */
export function writeManifest(host: GovernedHost, batch_id: string, over: Record<string, unknown>): string {
  const folder = join(host.sandbox.place.runtimeRoot, "..", "manifests");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${Math.random().toString(16).slice(2)}.json`);
  const created = { created_by: "the test", created_utc: "2026-11-29T12:00:00Z" };
  writeFileSync(file, JSON.stringify({ schema_version: "1", batch_id, ...created, ...over }));
  return file;
}

/** Who signs which gate of which batch; `bundle` finds a request where it does not lie on the host itself. */
export interface Sitting {
  readonly batch_id: string;
  readonly gate: string;
  readonly person: string;
  readonly bundle?: (runId: string, gate: string) => string | Promise<string>;
}

let sittings = 0;

/** A person signs every document of a gate; a wave is confirmed at once where there is more than one. Answers the signed files. */
export async function sitting(
  host: GovernedHost,
  { batch_id, gate, person: id, bundle = host.bundle }: Sitting,
  runs: readonly Member[],
  words: readonly string[] = [],
): Promise<string[]> {
  const person = host.sandbox.persons.find((one) => one.id === id);
  if (!person) throw new Error(`no person ${id}`);
  const { runtimeRoot } = host.sandbox.place;
  const folder = join(runtimeRoot, "..", `sitting-${(sittings += 1)}`);
  for (const { document_id, run_id } of runs)
    cpSync(await bundle(run_id, gate), join(folder, document_id), { recursive: true });
  const members = runs.map(({ document_id, run_id }) => ({ document_id, run_id, bundle: document_id }));
  writeFileSync(join(folder, "wave.json"), JSON.stringify({ batch_id, wave: 0, gate, members }));
  const profileFile = join(folder, "profile.json");
  const profile = JSON.parse(readFileSync(person.profileFile, "utf8")) as Record<string, unknown>;
  writeFileSync(profileFile, JSON.stringify({ ...profile, confirm: runs.length > 1 ? "wave" : "document" }));
  return signWaveAs({ ...person, profileFile }, folder, join(runtimeRoot, "approvals"), words);
}
