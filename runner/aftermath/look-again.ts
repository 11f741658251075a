// Everything a finished run promised, looked at again as cutter_verify, the baseline as cutter_backup; nothing is written.
import { protectedHash } from "../looks/facts.ts";
import { lookAtEnd } from "../looks/end-facts.ts";
import { chainOf } from "../looks/run-record.ts";
import { recordedDocuments } from "../looks/recorded-documents.ts";
import type { Verified } from "../model/events.ts";
import type { RunId } from "../model/ids.ts";
import {
  closeoutOutput,
  cutplanOutput,
  enactOutput,
  grantProbeOutput,
  legBOutput,
  sourcePinOutput,
} from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import type { RunFacts } from "../phase.ts";
import { losslessFromRows } from "../plan.ts";
import { judgeBaseline } from "../rules/baseline.ts";
import { judgeEnd } from "../rules/closeout.ts";
import { judgeChain, judgeIndex } from "../rules/journal.ts";
import { parseIndex } from "../rules/runs-index.ts";
import type { World } from "../world.ts";

/** What was found, and the digest that enactment was bound to. */
export interface LookedAgain {
  readonly document_id: string;
  readonly observed_digest: string;
  readonly found: Omit<Verified, "event">;
}

/** Every point holds; the failing stop otherwise. */
export async function lookAgain(world: World, runId: RunId): Promise<LookedAgain> {
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
  await losslessFromRows(source, facts.units, scope);
  const hash = await world.database.read("verify", (reader) => protectedHash(reader, world.config.protected_prefixes));
  const after = await world.database.read("backup", (reader) => reader.query("read/baseline"));
  const others = judgeBaseline(source.baseline, after, {
    target: run.document_id,
    protectedPrefixes: world.config.protected_prefixes,
    recorded: await recordedDocuments(world, runId, after),
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
  return {
    document_id: run.document_id,
    observed_digest: enacted.observed_digest,
    found: {
      run_id: runId,
      units: plan.candidate_count,
      state: run.state,
      checks: names,
      findings: others.findings,
      summary_sha: closeoutOutput.parse(phases.get("closeout")).summary_sha,
    },
  };
}
