// Vietnamese laws for tests: our own short ones, and how a test asks the grammar about them.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { takeIn } from "../../runner/commands/intake.ts";
import type { Intake } from "../../runner/commands/intake.ts";
import type { GrammarRequest } from "../../runner/model/grammar-request.ts";
import type { Manifest, ManifestUnit, Refusal } from "../../runner/model/manifest.ts";

const OWN = new URL("../fixtures/documents/vn/", import.meta.url);

/** Bytes of one of our own laws. */
export const ownLaw = (name: string): Buffer => readFileSync(new URL(name, OWN));

/** Names of our own laws. */
export const ownLaws = (): string[] => readdirSync(fileURLToPath(OWN));

/** What is asked besides profile and prefix; depth is `dieu` unless said. */
export type Asked = Partial<Pick<GrammarRequest, "depth" | "annexes" | "hints">> & { readonly units?: number };

/** A law as intake takes it, proof included. */
export const law = (source: string | Buffer, asked: Asked = {}): Intake =>
  takeIn(Buffer.from(source), "LAW", {
    profile: "vn-law-1",
    depth: "dieu",
    annexes: false,
    hints: [],
    ...asked,
    caps: { units: asked.units ?? 1000, hard: Math.max(asked.units ?? 0, 1000) },
  });

/** The manifest of a law that must be cut. */
export function cutLaw(source: string | Buffer, asked: Asked = {}): Manifest {
  const taken = law(source, asked);
  if (taken.refusal) throw new Error(`line ${taken.refusal.line}: ${taken.refusal.reason}`);
  return taken.manifest;
}

/** The refusal of a law that must be refused. */
export function refusedLaw(source: string | Buffer, asked: Asked = {}): Refusal {
  const taken = law(source, asked);
  if (!taken.refusal) throw new Error(`cut into ${taken.manifest.units.length} units`);
  return taken.refusal;
}

/** Addresses without the prefix, in order. */
export const addresses = (manifest: Manifest): string[] =>
  manifest.units.map((unit) => unit.address.replace(/^LAW\//, ""));

/** Parents by address, without the prefix. */
export const parents = (manifest: Manifest): Record<string, string | null> =>
  Object.fromEntries(
    manifest.units.map((unit) => [unit.address.replace(/^LAW\//, ""), unit.parent?.replace(/^LAW\//, "") ?? null]),
  );

/** The unit of an address. */
export function unitOf(manifest: Manifest, address: string): ManifestUnit {
  const found = manifest.units.find((unit) => unit.address === `LAW/${address}`);
  if (found === undefined) throw new Error(`no ${address} among ${addresses(manifest).join(" ")}`);
  return found;
}

/** Units counted by level. */
export function levels(manifest: Manifest): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const unit of manifest.units) counts[unit.level ?? ""] = (counts[unit.level ?? ""] ?? 0) + 1;
  return counts;
}

/** `line code` of the findings of some codes. */
export const findingLines = (manifest: Manifest, ...codes: string[]): string[] =>
  manifest.findings
    .filter((finding) => codes.includes(finding.code))
    .map((finding) => `${finding.line} ${finding.code}`);
