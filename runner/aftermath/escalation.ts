// A torn run: found out before anything moves, asked about once, and moved only as people decided.
import { ask } from "../looks/one-statement.ts";
import type { Run } from "../engine.ts";
import { insistGateSigned, request, type Planned } from "../gates.ts";
import { backupOutput } from "../model/backup-receipt.ts";
import { cutplanOutput, grantProbeOutput, legBOutput, markOutput, sourcePinOutput } from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { loadRunRecord, recordedIn } from "../looks/run-record.ts";
import { shellWord } from "../rules/shell-word.ts";
import { escalationPayload, judgeWhole, type Decision } from "../rules/escalation.ts";

/** STOP_TORN when rows and records of the run contradict each other; read before anything is done to it. */
export async function insistWhole(run: Run): Promise<void> {
  const { run_id } = run.row;
  const facts = await run.world.database.read("exec", async (reader) => {
    const ledger = (await reader.query("read/phases-done", { run_id })).find((row) => row.phase === "leg_b_record");
    const ids = ledger ? legBOutput.parse(ledger.output) : undefined;
    return {
      units: await reader.query("verify/written-units", { run_id }),
      ledgerRows: ids
        ? (await reader.query("verify/observed-ledger", { change_set_id: ids.change_set_id, entry_id: ids.entry_id }))
            .length
        : undefined,
    };
  });
  insist(
    judgeWhole(facts.units, { legA: run.has("cut_leg_a"), ledgerRows: facts.ledgerRows, reverted: run.has("revert") }),
  );
}

/** STOP_SG_3_REQUIRED when the run is torn and people have not decided for `wanted`; null is going on, which no decision allows. */
export async function insistDecided(run: Run, wanted: Decision | null): Promise<void> {
  const { row, decided } = await run.world.database.read("exec", async (reader) => ({
    row: await reader.one("read/run", { run_id: run.row.run_id }),
    decided: await reader.query("read/escalation", { run_id: run.row.run_id }),
  }));
  if (row.state !== "torn") return;
  const [decision] = decided;
  if (decision && decision.decision === wanted) return insistGateSigned(run, "SG_3_failure_escalation", null);
  const next: Record<string, string> = {
    compensate: `cutter orchestrate revert ${run.row.run_id} "<reason>"`,
    void: `cutter orchestrate void ${run.row.run_id} "<reason>"`,
  };
  const way = decision ? next[decision.decision] : undefined;
  throw new Stopped("STOP_SG_3_REQUIRED", {
    saw: decision
      ? `this run is torn, and ${decision.person} decided to ${decision.decision}`
      : "this run is torn, and nobody has decided",
    wanted: wanted === null ? "a decision, and its own command" : `an admitted decision to ${wanted}`,
    ...(way ? { next: way } : {}),
  });
}

/**
 * The same stop with the request that a person decides about; nothing is changed by asking. The request says hold; who signs may say
 * compensate or void instead. A run without the records of phases 1 to 5 has nothing to show and keeps its stop.
 */
export async function withRequest(run: Run, stop: Stopped): Promise<Stopped> {
  const planned = await plannedOf(run);
  if (!planned) return stop;
  const { record, phases, now } = await run.world.database.read("exec", async (reader) => ({
    record: await loadRunRecord(reader, run.row, run.world),
    phases: await reader.query("read/phases-done", { run_id: run.row.run_id }),
    ...(await reader.one("read/database-now")),
  }));
  const payload = escalationPayload(run.row.run_id, phases, "hold");
  const bundle = await request(run, planned, record, { gate: "SG_3_failure_escalation", payload, now });
  return new Stopped(
    stop.code,
    {
      ...stop.facts,
      details: [...(stop.facts.details ?? []), `request: ${bundle}`],
      ...(stop.facts.next
        ? {}
        : {
            next: `npm run approve -- ${shellWord(bundle)} --decision <hold|compensate|void>`,
          }),
    },
    stop,
  );
}

async function plannedOf(run: Run): Promise<Planned | undefined> {
  const rows = await ask(run.world.database, "exec", "read/phases-done", { run_id: run.row.run_id });
  const [source, marked, plan] = [
    recordedIn(rows, "source_pin", sourcePinOutput),
    recordedIn(rows, "mark", markOutput),
    recordedIn(rows, "cutplan", cutplanOutput),
  ];
  const [backup, grants] = [
    recordedIn(rows, "pre_write_backup", backupOutput),
    recordedIn(rows, "grant_probe", grantProbeOutput),
  ];
  return source && marked && plan && backup && grants ? { source, marked, plan, backup, grants } : undefined;
}
