// Writes what an approver needs to judge a request away from the host: runs/<run_id>/requests/<gate>-<n>/.
import { canonicalText, type Json } from "../model/canonical.ts";
import type { Payload } from "../model/payload.ts";
import type { Gate } from "../model/run.ts";
import { buildRequest, parseRequest, type Request } from "../model/statement.ts";
import { utcMillis } from "../model/utc.ts";
import type { RunFiles } from "../world/files.ts";

/** Everything beside payload.json; the approver recomputes what can be recomputed and shows the rest as the host's word. */
export interface BundleContents {
  readonly snapshot: Uint8Array;
  readonly region: Uint8Array;
  readonly cut_plan: Json;
  /** SG_1 with its digest, for a request that names SG_1 by its digest alone. */
  readonly sg1?: Json;
  readonly grammar: Json;
  /** Of a new version: the enacted text it follows, with the digests of its units. */
  readonly superseded?: Json;
  /** With EXECUTION of a later wave of a batch: what the wave before came to, whose digest is signed. */
  readonly wave_before?: Json;
  readonly receipts: Json;
  readonly findings: Json;
  /** What recorded phases found, by phase; the journal holds the digest of each. */
  readonly outputs: Json;
  readonly journal: readonly Json[];
  readonly runs_index: string;
}

/** Gates that a run of its own accord asks people about. */
export type AskableGate = Extract<
  Gate,
  "SG_1_cut_authz" | "EXECUTION" | "SG_2_lifecycle_authz" | "SG_3_failure_escalation"
>;

/** The newest request over this payload that can still be signed, else a new bundle. `folder` is relative to the run's folder. */
export async function requestFor<G extends AskableGate>(
  files: Pick<RunFiles, "readRun" | "writeRun">,
  ask: { gate: G; payload: Payload<G>; now: Date; term: number },
  contents: () => Promise<BundleContents>,
): Promise<WrittenRequest> {
  const { gate, payload, now, term } = ask;
  const runId = payload.run_id;
  const built = buildRequest({ gate, payload, requested: now, term });
  const before = await requestsOf(files, runId, gate);
  const open = before.find(
    ({ request }) => request.payload_sha === built.request.payload_sha && utcMillis(request.approve_by) > now.getTime(),
  );
  if (open) return open;
  const folder = folderOf(gate, before.length + 1);
  await writeContents(files, runId, folder, await contents());
  // payload.json comes last: a bundle without it is one that was never finished.
  await files.writeRun(runId, `${folder}/payload.json`, built.bytes);
  return { request: built.request, folder };
}

/** A request as its bundle holds it; `folder` is relative to the run's folder. */
export interface WrittenRequest {
  readonly request: Request;
  readonly folder: string;
}

/** The newest request of a gate, whoever wrote it; undefined before the first. STOP_APPROVAL_INVALID when its payload.json is damaged. */
export async function newestRequest(
  files: Pick<RunFiles, "readRun">,
  runId: string,
  gate: Gate,
): Promise<WrittenRequest | undefined> {
  return (await requestsOf(files, runId, gate)).at(-1);
}

async function requestsOf(files: Pick<RunFiles, "readRun">, runId: string, gate: Gate): Promise<WrittenRequest[]> {
  const written: WrittenRequest[] = [];
  for (;;) {
    const folder = folderOf(gate, written.length + 1);
    const bytes = await files.readRun(runId, `${folder}/payload.json`);
    if (!bytes) return written;
    written.push({ request: parseRequest(bytes), folder });
  }
}

const folderOf = (gate: Gate, number: number): string => `requests/${gate}-${number}`;

async function writeContents(
  files: Pick<RunFiles, "writeRun">,
  runId: string,
  folder: string,
  contents: BundleContents,
): Promise<void> {
  const json = (value: Json | undefined): string | undefined =>
    value === undefined ? undefined : canonicalText(value);
  const written: Readonly<Record<string, string | Uint8Array | undefined>> = {
    "snapshot.md": contents.snapshot,
    "region.bin": contents.region,
    "cut_plan.json": json(contents.cut_plan),
    "sg1.json": json(contents.sg1),
    "grammar.json": json(contents.grammar),
    "superseded.json": json(contents.superseded),
    "wave-before.json": json(contents.wave_before),
    "receipts.json": json(contents.receipts),
    "findings.json": json(contents.findings),
    "outputs.json": json(contents.outputs),
    "journal.ndjson": contents.journal.map((entry) => `${canonicalText(entry)}\n`).join(""),
    "runs-index.jsonl": contents.runs_index,
  };
  for (const [name, data] of Object.entries(written))
    if (data !== undefined) await files.writeRun(runId, `${folder}/${name}`, data);
}
