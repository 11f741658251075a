// What an approver's own machine knows: who they are, which set and host they pinned, and the heads it has seen before.
import { existsSync } from "node:fs";
import * as z from "zod";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import { sha } from "../../runner/model/sha-schema.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { isRewritten } from "../../runner/rules/journal.ts";
import type { Bundle } from "./bundle.ts";
import { LANGUAGES } from "../reading/languages.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { readPlain } from "../../runner/adapters/plain-file.ts";

const profileSchema = z.strictObject({
  person: z.string(),
  approvers_file: z.string(),
  approvers_sha: sha,
  host: z.string(),
  /** Name of the host's stack, for the operator's next command. */
  stack: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,40}$/)
    .exactOptional(),
  sandbox: z.boolean(),
  /** The one server this host writes to, where the people agreed on it; without it, the one that was signed for first counts. */
  system_identifier: z
    .string()
    .regex(/^\d{10,25}$/)
    .exactOptional(),
  memory_file: z.string(),
  /** Language in which the person reads and is asked. */
  lang: z.enum(LANGUAGES).exactOptional(),
  /** How the documents of a wave are confirmed: each by itself, or the whole wave at once. The person's own choice. */
  confirm: z.enum(["document", "wave"]).default("document"),
});
const chainSchema = z.strictObject({ digests: z.array(sha), requested: z.iso.datetime() });
/** The longest chain seen: of a run's journal by run id, of a host's runs index by host. */
const memorySchema = z.strictObject({
  journals: z.record(z.string(), chainSchema),
  indexes: z.record(z.string(), chainSchema),
  /** Server that was signed for first, by host: a host that shows another one later has moved, or lies. */
  servers: z.record(z.string(), z.string()).default({}),
  /** What was signed here: person by gate, by run. */
  signed: z.record(z.string(), z.record(z.string(), z.string())).default({}),
});
type Memory = z.infer<typeof memorySchema>;
type Chain = z.infer<typeof chainSchema>;

/** The profile with what was remembered. */
export interface Profile extends z.infer<typeof profileSchema> {
  readonly memory: Memory;
}

export async function readProfile(file: string): Promise<Profile> {
  const profile = profileSchema.safeParse(await jsonOfFile(file));
  if (!profile.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${file} is no approver profile`,
      wanted: "person, approvers_file, approvers_sha, host, sandbox, memory_file",
    });
  return { ...profile.data, memory: await readMemory(profile.data.memory_file) };
}

/** STOP_COULD_NOT_LOOK for a file that is there and is no memory: going on as if nothing was remembered would trust any history. */
async function readMemory(file: string): Promise<Memory> {
  if (!existsSync(file)) return { journals: {}, indexes: {}, servers: {}, signed: {} };
  const memory = memorySchema.safeParse(await jsonOfFile(file));
  if (memory.success) return memory.data;
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${file} is not what this machine remembers of hosts`,
    wanted: "the file as `npm run approve` wrote it",
    hint: "take it from a backup of your own; without it a rewritten history is not noticed",
  });
}

const chainsOf = ({ request, journal, index }: Bundle): { journal: Chain; index: Chain } => ({
  journal: { digests: journal.map(({ entry_sha }) => entry_sha), requested: request.requested_utc },
  index: { digests: index.map(({ line_sha }) => line_sha), requested: request.requested_utc },
});

/** STOP_APPROVAL_INVALID when the host's history is not the one this machine has seen (docs/decisions/0040-approvals.md). */
export function insistExtends({ memory, host }: Profile, bundle: Bundle): void {
  const { run_id } = bundle.request;
  const shown = chainsOf(bundle);
  const [journal, index] = [memory.journals[run_id], memory.indexes[host]];
  if (journal && isRewritten(journal, shown.journal)) throw rewritten("journal of this run");
  if (index && isRewritten(index, shown.index)) throw rewritten("runs index of this host");
}

/** STOP_APPROVAL_INVALID when the request writes to another server than the profile names, or than was signed for before under this host's name. */
export function insistSameServer({ memory, host, system_identifier }: Profile, { sg1 }: Bundle): void {
  const known = system_identifier ?? memory.servers[host];
  if (!sg1 || known === undefined || sg1.target.system_identifier === known) return;
  throw new Stopped("STOP_APPROVAL_INVALID", {
    saw: `the request writes to server ${sg1.target.system_identifier}`,
    wanted: `server ${known} of ${host}, ${system_identifier ? "which your profile names" : "for which you signed before"}`,
    hint: "ask the operator by another way than this host; has the host moved, name its new server as system_identifier in your profile",
  });
}

/** Gates of one run that two persons sign: EXECUTION and SG_2 each need another than SG_1's, which is asked first. */
const APART: ReadonlySet<string> = new Set(["EXECUTION", "SG_2_lifecycle_authz"]);

/** STOP_APPROVAL_INVALID when this person has signed, on this machine, what another person must sign: the gate would refuse it after hours of reading. */
export function insistAnotherPerson({ memory, person }: Profile, { request }: Bundle): void {
  if (!APART.has(request.gate) || memory.signed[request.run_id]?.["SG_1_cut_authz"] !== person) return;
  throw new Stopped("STOP_APPROVAL_INVALID", {
    saw: `${person} signed SG_1_cut_authz of this run on this machine`,
    wanted: `${request.gate} by another person than the one who signed SG_1_cut_authz`,
    hint: "have somebody else sign this request; nothing was read or signed now",
  });
}

/** Keeps the chains of what was just signed, unless a longer one is known, and that this person signed it. */
export function remember({ memory, host, memory_file, person }: Profile, bundle: Bundle): void {
  const { run_id, gate } = bundle.request;
  const shown = chainsOf(bundle);
  const longer = (known: Chain | undefined, chain: Chain): Chain =>
    known && known.digests.length > chain.digests.length ? known : chain;
  const kept: Memory = {
    journals: { ...memory.journals, [run_id]: longer(memory.journals[run_id], shown.journal) },
    indexes: { ...memory.indexes, [host]: longer(memory.indexes[host], shown.index) },
    servers: bundle.sg1 ? { [host]: bundle.sg1.target.system_identifier, ...memory.servers } : memory.servers,
    signed: { ...memory.signed, [run_id]: { ...memory.signed[run_id], [gate]: person } },
  };
  writeWhenChanged(memory_file, `${JSON.stringify(kept, null, 2)}\n`);
}

const jsonOfFile = async (file: string): Promise<unknown> =>
  jsonOf(
    await readPlain(file)
      .then(String)
      .catch(() => ""),
  );

function rewritten(what: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", {
    saw: `the ${what} is not the one this machine remembers`,
    wanted: "a history that only grows",
    hint: "do not sign: the host's history was rewritten",
  });
}
