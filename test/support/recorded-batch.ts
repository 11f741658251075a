// A batch as a database records it, in memory: for tests of what a worker does after a leg, whose documents need no database.
import { randomUUID } from "node:crypto";
import type { LegGround, RunWork } from "../../runner/batch/legs.ts";
import { batchManifestSchema, wavesOf, type BatchId, type BatchManifest } from "../../runner/model/batch.ts";
import type { LegEnd } from "../../runner/rules/batch-stops.ts";
import type { Leg, LegStanding } from "../../runner/world/scheduler.ts";

/** One document; what a test does not name is that of a document nobody began. */
export interface RecordedMember {
  readonly document_id: string;
  readonly ordinal: number;
  readonly wave: number;
  run_id: string | null;
  run_state: string | null;
  close_kind: string | null;
  last_stop: string | null;
  quarantined: boolean;
  reason: string | null;
  admitted: string[];
  revoked: boolean;
  failures: number;
  /** Phases of its run that are recorded. */
  phases: string[];
}

/** The batch, what was put into its queues, and the worker's ground over both. */
export interface RecordedBatch {
  readonly id: BatchId;
  readonly members: RecordedMember[];
  readonly legs: LegStanding[];
  readonly put: Leg[];
  /** Every reason it stood still for; `stopped` is the one in force, which a person lifts. */
  readonly stops: string[];
  stopped: string | null;
  closed: string | null;
  readonly ended: number[];
  /** What the worker said. */
  readonly said: string[];
  readonly ground: LegGround;
}

/** How the work at each run ends, and what looking at an enacted document again says; a test changes them as it goes. */
export interface Ends {
  work: LegEnd;
  look: () => Promise<{ readonly observed_digest: string }>;
  /** What `write/close-batch` throws. */
  closing?: Error | undefined;
}

const ID = "ictb-20261129T120000Z-0000000a" as BatchId;

/** A batch of these documents. */
export function recordedBatch(documents: readonly string[], wish: object, ends: Ends): RecordedBatch {
  const manifest = batchManifestSchema.parse({
    schema_version: "1",
    batch_id: ID,
    created_by: "Lan",
    created_utc: "2026-11-29T12:00:00Z",
    items: documents.map((document_id) => ({ document_id })),
    ...wish,
  });
  const members = wavesOf(manifest).map((member): RecordedMember => ({
    ...member,
    run_id: null,
    run_state: null,
    close_kind: null,
    last_stop: null,
    quarantined: false,
    reason: null,
    admitted: [],
    revoked: false,
    failures: 0,
    phases: [],
  }));
  const nothing = { legs: [], put: [], stops: [], stopped: null, closed: null, ended: [], said: [] };
  const batch: Omit<RecordedBatch, "ground"> = { id: ID, members, ...nothing };
  return Object.assign(batch, { ground: groundOf(batch, manifest, ends) });
}

function groundOf(batch: Omit<RecordedBatch, "ground">, manifest: BatchManifest, ends: Ends): LegGround {
  const database = databaseOf(batch, manifest, ends);
  const world = {
    database,
    here: { actor: "root" },
    files: { write: () => Promise.resolve() },
    config: { backup: { max_age_minutes: 60 } },
  };
  // Its work cannot look at anything and says so; how that is taken is what `ends` chooses.
  const work = {
    world: {
      database: { read: () => Promise.reject(new Error("no run here")) },
      vault: { letGo: () => Promise.resolve() },
      events: { emit: () => undefined },
    },
  };
  const client: LegGround["client"] = {
    legs: (prefix) => Promise.resolve(batch.legs.filter(({ id }) => id.startsWith(prefix))),
    enqueue: (legs) => {
      batch.put.push(...legs);
      batch.legs.push(...legs.map(({ id }): LegStanding => ({ id, state: "queued", worker: null, release: "r" })));
      return Promise.resolve();
    },
    cancel: (ids) => {
      for (const leg of batch.legs) if (ids.includes(leg.id)) Object.assign(leg, { state: "cancelled" });
      return Promise.resolve();
    },
    limit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return {
    world: world as unknown as LegGround["world"],
    client,
    runWork: () => Promise.resolve({ work, end: () => ends.work } as unknown as RunWork),
    sharedWave: () =>
      Promise.resolve({ end: () => Promise.resolve() } as unknown as Awaited<ReturnType<LegGround["sharedWave"]>>),
    lookAgain: async () =>
      ({ ...(await ends.look()), found: { summary_sha: "" } }) as unknown as Awaited<
        ReturnType<LegGround["lookAgain"]>
      >,
    untilQuiet: () => Promise.resolve(false),
    say: (line) => void batch.said.push(line),
  };
}

type Params = Readonly<Record<string, unknown>>;

function databaseOf(batch: Omit<RecordedBatch, "ground">, manifest: BatchManifest, ends: Ends) {
  const row = () => ({
    batch_id: ID,
    manifest,
    closed: batch.closed === null ? null : new Date(),
    close_kind: batch.closed,
    stopped: batch.stopped,
    stop_reasons: batch.stops,
    halts_in_force: [],
    opened: new Date(),
    now: new Date(),
    host: "sandbox",
    actor: "root",
    release: "r",
    manifest_sha: "m",
    close_reason: null,
  });
  const quiet = { ungranted_locks: 0, connections: 1, max_connections: 100, others: [], now: new Date() };
  const reader = {
    one: (name: string) => Promise.resolve(name === "read/pace" ? { seconds: null } : quiet),
    query: (name: string, params: Params = {}): Promise<unknown[]> => {
      if (name === "read/batches") return Promise.resolve([row()]);
      if (name === "read/batch-members")
        return Promise.resolve(batch.members.map((member) => ({ ...member, units: null, backed_up: null })));
      if (name === "read/batch-waves")
        return Promise.resolve(batch.ended.map((wave) => ({ wave, outcome: [], outcome_digest: "", at: new Date() })));
      const run = batch.members.find(({ run_id }) => run_id === params["run_id"]);
      if (name === "read/run" && typeof run?.run_state === "string") return Promise.resolve([{ state: run.run_state }]);
      if (name === "read/phases-done") return Promise.resolve((run?.phases ?? []).map((phase) => ({ phase })));
      return Promise.resolve([]);
    },
  };
  const of = (params: Params): RecordedMember => {
    const found = batch.members.find(({ document_id }) => document_id === params["document_id"]);
    if (!found) throw new Error("no such document");
    return found;
  };
  const statements: Readonly<Record<string, (params: Params) => unknown>> = {
    "write/assign-member": (params) => ({ run_id: (of(params).run_id ??= String(params["run_id"])) }),
    "write/note-member": (params) => {
      const member = of(params);
      member.last_stop = params["last_stop"] as string | null;
      member.failures =
        params["failed"] === true ? member.failures + 1 : member.last_stop === null ? 0 : member.failures;
      if (params["quarantine"] === null) return {};
      member.quarantined = true;
      member.reason = String(params["quarantine"]);
      return {};
    },
    "write/stop-batch": (params) => {
      batch.stopped = String(params["reason"]);
      batch.stops.push(batch.stopped);
      return { halt_ids: [randomUUID()] };
    },
    "write/end-wave": (params) => {
      if (!batch.ended.includes(Number(params["wave"]))) batch.ended.push(Number(params["wave"]));
      return {};
    },
    "write/close-batch": (params) => {
      if (ends.closing) throw ends.closing;
      batch.closed = String(params["kind"]);
      return {};
    },
  };
  return {
    read: (_role: string, work: (of: typeof reader) => Promise<unknown>) => work(reader),
    transaction: async (_role: string, work: (tx: object) => Promise<unknown>) =>
      work({
        one: (name: string, params: Params) => {
          const statement = statements[name];
          if (!statement) throw new Error(`no statement ${name} here`);
          return Promise.resolve(statement(params));
        },
      }),
  };
}
