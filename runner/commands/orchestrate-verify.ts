// `verify <run>`: everything a finished run promised, looked at again as cutter_verify; nothing is written.
import { ask } from "../looks/one-statement.ts";
import type { Common } from "./call-options.ts";
import { protectedHash } from "../looks/facts.ts";
import { lookAtEnd } from "../looks/end-facts.ts";
import { chainOf } from "../looks/run-record.ts";
import {
  closeoutOutput,
  cutplanOutput,
  enactOutput,
  grantProbeOutput,
  legBOutput,
  sourcePinOutput,
} from "../model/outputs.ts";
import type { Verified } from "../model/events.ts";
import { insist, Stopped } from "../model/stop.ts";
import { planOf } from "../plan.ts";
import { judgeBaseline } from "../rules/baseline.ts";
import { judgeEnd } from "../rules/closeout.ts";
import { judgeChain, judgeIndex } from "../rules/journal.ts";
import { proveLossless } from "../rules/lossless.ts";
import { parseIndex } from "../rules/runs-index.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import { runIdOf } from "../model/ids.ts";
import type { RunFacts } from "../phase.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 when every point holds; the failing stop otherwise. */
export async function verifyRun(common: Common, id: string): Promise<number> {
  const runId = runIdOf(id);
  const world = await makeWorld(common.config);
  const { run, phases, journal } = await world.database.read("verify", async (reader) => ({
    run: await reader.one("read/run", { run_id: runId }),
    phases: new Map((await reader.query("read/phases-done", { run_id: runId })).map((row) => [row.phase, row.output])),
    journal: await reader.query("read/journal", { run_id: runId }),
  }));
  if (!phases.has("lifecycle_enact"))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `run ${runId} is ${run.state}`,
      wanted: "an enacted run",
      next: `cutter orchestrate status ${runId}`,
    });
  const source = sourcePinOutput.parse(phases.get("source_pin"));
  const plan = cutplanOutput.parse(phases.get("cutplan"));
  const enacted = enactOutput.parse(phases.get("lifecycle_enact"));
  const scope = {
    run_id: runId,
    document_id: run.document_id as RunFacts["document_id"],
    config: world.config,
    files: world.files,
  };

  insist(judgeChain(runId, chainOf(runId, journal)));
  insist(judgeIndex(parseIndex(await world.files.runsIndex())).verdict);
  const facts = await world.database.read("verify", (reader) =>
    lookAtEnd(reader, scope, { ledger: legBOutput.parse(phases.get("leg_b_record")), enacted }),
  );
  const { verdict, checks } = judgeEnd(facts, { units: plan.candidate_count });
  insist(verdict);
  const material = await planOf(source, scope);
  const proof = proveLossless(
    material.bytes,
    material.manifest,
    facts.units.map((unit) => ({ title: unit.title ?? "", body: unit.body ?? "" })),
  );
  if (!proof.ok) insist(proof.verdict);
  const hash = await world.database.read("verify", (reader) => protectedHash(reader, world.config.protected_prefixes));
  const others = judgeBaseline(source.baseline, await ask(world.database, "backup", "read/baseline"), {
    target: run.document_id,
    protectedPrefixes: world.config.protected_prefixes,
  });
  insist(others.verdict);
  if (hash !== grantProbeOutput.parse(phases.get("grant_probe")).protected_hash)
    throw new Stopped("STOP_DRIFT", {
      saw: "a protected document changed since this run",
      wanted: "protected documents byte-equal",
    });

  // Looked at first: what is wrong with an enacted run is told even where its closeout stopped for it.
  if (!phases.has("closeout"))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `all of it holds, but run ${runId} is ${run.state} and its closeout is not recorded`,
      wanted: "a run that was closed out",
      hint: "resume: the closeout is all that is left of it",
      next: `cutter orchestrate resume ${runId}`,
    });

  const names = [
    ...Object.keys(checks ?? {}),
    "lossless_from_database",
    "journal_chain",
    "runs_index_chain",
    "protected_documents_equal",
  ];
  printVerified(common, run.document_id, {
    run_id: runId,
    units: plan.candidate_count,
    state: run.state,
    checks: names,
    findings: others.findings,
    summary_sha: closeoutOutput.parse(phases.get("closeout")).summary_sha,
  });
  return 0;
}

function printVerified(common: Common, document_id: string, found: Omit<Verified, "event">): void {
  if (common.json) printJson({ event: "verified", ...found });
  const { run_id, units, state, checks, findings } = found;
  process.stderr.write(`run ${run_id} of ${document_id}: ${units} units enacted, state ${state}\n`);
  process.stderr.write(checks.map((name) => `  holds  ${name}\n`).join(""));
  for (const finding of findings) process.stderr.write(`  finding  ${printable(finding)}\n`);
}
