// What an approver's own machine knows: who they are, which set and host they pinned, and the heads it has seen before.
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import { sha } from "../../runner/model/sha-schema.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { judgeIndex } from "../../runner/rules/journal.ts";
import type { Bundle } from "./bundle.ts";

const profileSchema = z.strictObject({
  person: z.string(),
  approvers_file: z.string(),
  approvers_sha: sha,
  host: z.string(),
  sandbox: z.boolean(),
  memory_file: z.string(),
});
const memorySchema = z.strictObject({
  journal_heads: z.record(z.string(), z.string()),
  index_heads: z.record(z.string(), z.string()),
});
type Memory = z.infer<typeof memorySchema>;

/** The profile with what was remembered. */
export interface Profile extends z.infer<typeof profileSchema> {
  readonly memory: Memory;
}

export async function readProfile(file: string): Promise<Profile> {
  const profile = profileSchema.safeParse(await jsonOf(file));
  if (!profile.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${file} is no approver profile`,
      wanted: "person, approvers_file, approvers_sha, host, sandbox, memory_file",
    });
  const memory = memorySchema.safeParse(await jsonOf(profile.data.memory_file));
  return { ...profile.data, memory: memory.success ? memory.data : { journal_heads: {}, index_heads: {} } };
}

/** A host whose history no longer holds what this machine saw before has rewritten it: STOP_APPROVAL_INVALID. */
export function insistExtends(profile: Profile, bundle: Bundle): void {
  const head = profile.memory.journal_heads[bundle.request.run_id];
  if (head && !bundle.journal.some((entry) => entry.entry_sha === head)) throw rewritten("journal of this run");
  const index = profile.memory.index_heads[profile.host];
  if (index && index !== "0".repeat(64) && !bundle.index.some((line) => line.line_sha === index))
    throw rewritten("runs index of this host");
}

/** Keeps the heads of what was just signed. */
export async function remember(profile: Profile, bundle: Bundle): Promise<void> {
  const head = bundle.journal.at(-1)?.entry_sha;
  const memory: Memory = {
    journal_heads: { ...profile.memory.journal_heads, ...(head ? { [bundle.request.run_id]: head } : {}) },
    index_heads: { ...profile.memory.index_heads, [profile.host]: judgeIndex(bundle.index).head },
  };
  writeWhenChanged(profile.memory_file, `${JSON.stringify(memory, null, 2)}\n`);
}

async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

function rewritten(what: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", {
    saw: `the ${what} no longer holds the entry this machine remembers`,
    wanted: "a history that only grows",
    hint: "do not sign: the host's history was rewritten",
  });
}
