// What goes wrong in a soak of batches: each fault happens to machines or to the server while a batch is at work, and ends by itself.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeManifest } from "../support/batch-ground.ts";
import type { GovernedHost } from "../support/governed-host.ts";
import type { Machine, Machines } from "../support/machines.ts";

/** What faults need; `seconds`: how long a fault lasts that ends by itself. */
export interface FaultGround {
  readonly host: GovernedHost;
  readonly machines: Machines;
  readonly batchId: string;
  readonly seconds: number;
  /** The machine that wrote the newest file of backups. */
  readonly keeper: () => Machine | undefined;
  /** Nobody signs and nobody lifts a halt while it is true. */
  readonly people: { wait: boolean };
  /** What must never happen and did. */
  readonly violations: string[];
  /** Documents of a second batch, which is given up. */
  readonly spare: readonly string[];
}

/** How long it took until somebody else held what the machine held; null where it held nothing. */
export interface Happened {
  readonly fault: string;
  readonly machine: string | null;
  readonly takenOverSeconds: number | null;
}

/** Name and deed of one fault. */
export interface Fault {
  readonly name: string;
  happen(ground: FaultGround): Promise<Omit<Happened, "fault">>;
}

interface Held {
  readonly document_id: string;
  readonly holder: string;
  readonly machine: string;
  readonly [column: string]: unknown;
}

const held = (host: GovernedHost): Promise<Held[]> =>
  host.sql<Held>(
    // A lease of a process that died before is nobody's work.
    `SELECT l.document_id, l.holder, split_part(l.holder, ' ', 1) AS machine FROM cutter_runtime.lease l JOIN cutter_runtime.host_beat b ON b.process = l.holder
      WHERE l.expires_at > clock_timestamp() AND b.at > clock_timestamp() - interval '4 seconds'`,
  );

/** The next machine that works at a document; a quiet one when none does for a while. */
async function working({ host, machines }: FaultGround): Promise<Working> {
  for (const began = Date.now(); Date.now() - began < 60_000;) {
    const all = await held(host).catch(() => []);
    const machine = machines.all.find(({ name, lives }) => name === all[0]?.machine && lives());
    if (machine) return { machine, of: all.filter((one) => one.machine === machine.name) };
    await sleep(50);
  }
  const machine = machines.all.find(({ lives }) => lives());
  if (!machine) throw new Error("every machine is gone");
  return { machine, of: [] };
}

/** A machine and what it holds. */
interface Working {
  readonly machine: Machine;
  readonly of: readonly Held[];
}

/**
 * Seconds until another machine holds one of the documents that the machine held (a wave that is rehearsed is held whole, and taken one after
 * the other); null when the machine had left them by itself, or after five minutes.
 */
async function takenOver(host: GovernedHost, of: readonly Held[], since: number): Promise<number | null> {
  if (of.length === 0) return null;
  for (; Date.now() - since < 300_000;) {
    const leases = await host
      .sql<{ taken: boolean; left: boolean }>(
        "SELECT split_part(holder, ' ', 1) <> $2 AS taken, expires_at <= clock_timestamp() AS left FROM cutter_runtime.lease WHERE document_id = ANY ($1)",
        [of.map(({ document_id }) => document_id), of[0]?.machine],
      )
      .catch(() => []);
    if (leases.some(({ taken }) => taken)) return (Date.now() - since) / 1_000;
    if (leases.length > 0 && leases.every(({ left }) => left)) return null;
    await sleep(100);
  }
  return null;
}

/** Both at once: what follows a fault, and how long it lasts. */
async function lasting(ground: FaultGround, found: Working, end: () => Promise<void> | void) {
  const since = Date.now();
  const over = takenOver(ground.host, found.of, since);
  await sleep(ground.seconds * 1_000);
  await end();
  return { machine: found.machine.name, takenOverSeconds: await over };
}

/** kill -9 of every process of a working machine; it begins again after a while. */
export const killed: Fault = {
  name: "kill -9 of a machine that writes",
  happen: async (ground) => {
    const found = await working(ground);
    found.machine.kill();
    return lasting(ground, found, async () => {
      await found.machine.boot();
      found.machine.work();
    });
  },
};

/** The machine that took the backup, for good. */
export const backupLost: Fault = {
  name: "the machine with the backup lost for good",
  happen: async (ground) => {
    const machine = ground.keeper() ?? (await working(ground)).machine;
    const of = (await held(ground.host)).filter((one) => one.machine === machine.name);
    const since = Date.now();
    machine.kill();
    rmSync(join(machine.root, "backups"), { recursive: true, force: true });
    return { machine: machine.name, takenOverSeconds: await takenOver(ground.host, of, since) };
  },
};

export const stopped: Fault = {
  name: "SIGSTOP of a machine that writes",
  happen: async (ground) => {
    const found = await working(ground);
    found.machine.freeze();
    return lasting(ground, found, () => found.machine.thaw());
  },
};

export const lineDown: Fault = {
  name: "the line of a machine that writes down",
  happen: async (ground) => {
    const found = await working(ground);
    found.machine.line.down();
    return lasting(ground, found, () => found.machine.line.up());
  },
};

/** A backend of this database ends as in a crash; the server goes through recovery. */
const crashOf = (database: "target" | "scheduler"): Fault => ({
  name: `crash of the server by a backend of the ${database}'s database`,
  happen: async ({ host }) => {
    const [backend] = await host.sql<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = $1 LIMIT 1",
      [database === "target" ? host.sandbox.database.name : "cutter_engine"],
    );
    if (backend) process.kill(backend.pid, "SIGKILL");
    return { machine: null, takenOverSeconds: null };
  },
});
export const targetCrash = crashOf("target");
export const schedulerCrash = crashOf("scheduler");

/** Every byte of a machine's disk taken for a while. */
export const diskFull: Fault = {
  name: "the disk of a machine full",
  happen: async (ground) => {
    const { machine } = await working(ground);
    const file = join(machine.root, "filler");
    const megabyte = Buffer.alloc(1024 * 1024);
    try {
      for (;;) writeFileSync(file, megabyte, { flag: "a" });
    } catch {
      // No room is left: that is the fault.
    }
    await sleep(ground.seconds * 1_000);
    rmSync(file, { force: true });
    return { machine: machine.name, takenOverSeconds: null };
  },
};

/** A person halts the batch while a machine stands still in the middle of its work; it wakes after the halt. */
export const haltAgainstLate: Fault = {
  name: "a halt against a machine that wakes up late",
  happen: async (ground) => {
    const { host, machines, batchId } = ground;
    const found = await working(ground);
    ground.people.wait = true;
    found.machine.freeze();
    const other = machines.all.find((one) => one !== found.machine && one.lives());
    const halted = await other?.cutter("orchestrate", "batch", "halt", batchId, "--reason", "a person looks");
    const [acknowledged] = await host.sql<{ at: Date }>("SELECT clock_timestamp() AS at");
    await sleep(12_000);
    found.machine.thaw();
    await sleep(10_000);
    if (halted?.status !== 0 || !acknowledged) throw new Error(`not halted: ${halted?.stderr ?? "no other machine"}`);
    await nothingWrittenAfter(ground, acknowledged.at);
    return { machine: found.machine.name, takenOverSeconds: null };
  },
};

/** What the batch's runs recorded of effects after a halt is a violation. */
async function nothingWrittenAfter({ host, batchId, violations }: FaultGround, halted: Date): Promise<void> {
  const late = await host.sql(
    "SELECT d.run_id, d.phase FROM cutter_runtime.phase_done d JOIN cutter_runtime.batch_member m USING (run_id) WHERE m.batch_id = $1 AND d.at > $2 AND d.phase IN ('cut_leg_a', 'leg_b_record', 'write_verify', 'lifecycle_enact')",
    [batchId, halted],
  );
  if (late.length > 0) violations.push(`after the halt was written: ${JSON.stringify(late)}`);
}

/**
 * The machine that writes stands still; whoever takes over finds other snapshots than were pinned, and the stop rule halts the batch. The
 * machine wakes after that.
 */
export const stopRuleAgainstLate: Fault = {
  name: "the stop rule against a machine that wakes up late",
  happen: async (ground) => {
    const { host, machines, batchId } = ground;
    const { machine } = await working(ground);
    const snapshots = machines.all
      .filter((one) => one !== machine && one.lives())
      .flatMap(({ root }) => {
        const folder = join(root, "artifacts");
        return readdirSync(folder)
          .filter((name) => name.startsWith("law-"))
          .map((name) => join(folder, name));
      });
    const before = snapshots.map((file) => readFileSync(file));
    ground.people.wait = true;
    machine.freeze();
    for (const file of snapshots) writeFileSync(file, "# Another text\n");
    let halted: Date | undefined;
    for (const began = Date.now(); !halted && Date.now() - began < 90_000; await sleep(200)) {
      const sql = "SELECT clock_timestamp() AS at FROM cutter_runtime.batch_stopped($1) AS why WHERE why IS NOT NULL";
      halted = (await host.sql<{ at: Date }>(sql, [batchId]).catch(() => []))[0]?.at;
    }
    machine.thaw();
    await sleep(10_000);
    for (const [at, file] of snapshots.entries()) writeFileSync(file, before[at] ?? "");
    if (!halted) throw new Error("no other machine worked at a document meanwhile");
    await nothingWrittenAfter(ground, halted);
    return { machine: machine.name, takenOverSeconds: null };
  },
};

/** A second batch is given up while the machine that plans it is dead and another one looks for what it left. */
export const cancelAgainstReaper: Fault = {
  name: "a batch given up while its planner's legs are handed back",
  happen: async (ground) => {
    const { host, machines, spare, violations, seconds } = ground;
    const id = `${ground.batchId.slice(0, -8)}${ground.batchId.slice(-8).replace(/^0/, "f")}`;
    const file = writeManifest(host, id, { items: spare.map((document_id) => ({ document_id })), canary: [] });
    const opener = machines.all.find(({ lives }) => lives());
    await opener?.cutter("orchestrate", "batch", "open", file);
    const planner = await holderOf(ground, spare);
    planner?.kill();
    const other = machines.all.find((one) => one !== planner && one.lives());
    let closed = -1;
    for (const began = Date.now(); closed !== 0 && Date.now() - began < 120_000; await sleep(500))
      closed = (await other?.cutter("orchestrate", "batch", "void", id, "no longer wanted"))?.status ?? -1;
    if (planner) {
      await planner.boot();
      planner.work();
    }
    await sleep(seconds * 500);
    const went = await host.sql(
      `SELECT m.document_id, r.run_id, r.state, b.closed FROM cutter_runtime.batch b JOIN cutter_runtime.batch_member m USING (batch_id) LEFT JOIN cutter_runtime.run r USING (run_id)
        WHERE b.batch_id = $1 AND (b.close_kind IS DISTINCT FROM 'voided' OR (r.run_id IS NOT NULL AND r.closed IS NULL) OR r.opened > b.closed
              OR EXISTS (SELECT FROM public.information_unit u WHERE split_part(u.canonical_address, '/', 1) = m.document_id))`,
      [id],
    );
    if (went.length > 0) violations.push(`a batch that was given up went on: ${JSON.stringify(went)}`);
    return { machine: planner?.name ?? null, takenOverSeconds: null };
  },
};

/** The machine that holds one of these documents; waited for. */
async function holderOf({ host, machines }: FaultGround, documents: readonly string[]): Promise<Machine | undefined> {
  for (const began = Date.now(); Date.now() - began < 120_000; await sleep(50)) {
    const of = (await held(host).catch(() => [])).find(({ document_id }) => documents.includes(document_id));
    const machine = machines.all.find(({ name, lives }) => name === of?.machine && lives());
    if (machine) return machine;
  }
  return undefined;
}
