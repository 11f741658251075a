// What a run asks people for at this moment, made from the records alone: any machine of the host answers the same, whichever one asked
// first. The payload is the one that the admitting gate derives (rules/expected-payload.ts); reading is enough, and nothing is written.
import { requestFor } from "./request-bundle.ts";
import { isTooOld } from "../fresh-backup.ts";
import { insistNotHalted } from "../looks/halted.ts";
import { loadRunRecord } from "../looks/run-record.ts";
import { digestOf } from "../model/canonical.ts";
import { termOn } from "../model/config.ts";
import { grantProbeOutput, sourcePinOutput } from "../model/outputs.ts";
import { requestContents } from "./request-contents.ts";
import { ASKED_IN } from "../model/run.ts";
import { expectedPayload, type AskedGate } from "../rules/expected-payload.ts";
import { missingLines } from "../rules/runs-index.ts";
import type { World } from "../world.ts";

/** One request; `files` makes its bundle, file by name. STOP_HALTED and STOP_APPROVAL_REVOKED where the run would not ask now. */
export interface RequestOfNow {
  readonly gate: AskedGate;
  readonly payload_sha: string;
  /** The database's clock. */
  readonly now: Date;
  /** The backup that it names is too old: a run that goes on takes one more and asks anew, so that it would be signed in vain. */
  readonly inVain: boolean;
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** By the state that a row tells, which may be any word. */
const ASKED: Readonly<Record<string, readonly AskedGate[]>> = ASKED_IN;

/** None for a run that is unknown, closed, or waits for nobody. */
export async function requestsOfNow(world: World, runId: string): Promise<RequestOfNow[]> {
  const [row] = await world.database.read("exec", (reader) => reader.query("read/run", { run_id: runId }));
  if (!row || row.closed !== null) return [];
  const gates = ASKED[row.state] ?? [];
  if (gates.length === 0) return [];
  const { record, receipts } = await world.database.read("exec", async (reader) => ({
    record: await loadRunRecord(reader, row, world),
    receipts: await reader.query("read/receipts", { run_id: runId }),
  }));
  const [backup] = receipts;
  const old = backup !== undefined && isTooOld(backup, world.config.backup.max_age_minutes);
  const { now } = row;
  return gates.map((gate) => {
    const payload = expectedPayload(record, gate);
    const files = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
      await insistNotHalted(world, runId);
      const kept = new Map<string, Uint8Array>();
      await requestFor(inMemory(kept), { gate, payload, now, term: termOn(world.config, gate) }, async () =>
        requestContents(
          {
            ...{ run_id: runId, document_id: row.document_id },
            world: { ...world, files: { ...world.files, runsIndex: () => wholeIndex(world) } },
            source: sourcePinOutput.parse(record.phases.get("source_pin")),
            grants: grantProbeOutput.parse(record.phases.get("grant_probe")),
          },
          record,
          gate,
        ),
      );
      return kept;
    };
    return { gate, payload_sha: digestOf(payload), now, inVain: gate === "EXECUTION" && old, files };
  });
}

/** Takes a bundle apart into its files, and knows of none before. */
const inMemory = (kept: Map<string, Uint8Array>): Parameters<typeof requestFor>[0] => ({
  readRun: () => Promise.resolve(undefined),
  writeRun: (_run, relative, data) => {
    kept.set(relative.slice(relative.lastIndexOf("/") + 1), Buffer.from(data));
    return Promise.resolve();
  },
});

/** The index with the lines of runs that other machines closed; the file itself is completed by whoever works on a run. */
async function wholeIndex({ files, database, config }: World): Promise<string> {
  const text = await files.runsIndex();
  if (config.machines === undefined) return text;
  const rows = await database.read("exec", (reader) => reader.query("read/closed-runs", { host: config.host }));
  return `${text}${missingLines(text, rows, config.host)
    .map((line) => `${line}\n`)
    .join("")}`;
}
