// Phase 5: the rights that the requirements name, the two-grant package, and the digest of the environment that people sign.
import { protectedHash } from "../looks/facts.ts";
import { canonicalText } from "../model/canonical.ts";
import { grantProbeOutput, type CutplanOutput, type GrantProbeOutput } from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { defineReading, type ReadScope, type Recorded } from "../phase.ts";
import { environmentFindings, environmentHash, explainEnvironment } from "../rules/environment-hash.ts";
import { environmentFactsSchema, type EnvironmentFact } from "../model/environment.ts";
import { grantMatrixSha, judgeGrantMatrix, judgeTwoGrant } from "../rules/grant-matrix.ts";
import { judgeIndex } from "../rules/journal.ts";
import { judgeHistory, parseIndex } from "../rules/runs-index.ts";

/** Stops: STOP_GRANT_DELTA for rights and definitions, STOP_DRIFT for protected documents and a promoted copy. */
export const grantProbe = defineReading<{ plan: Recorded<CutplanOutput> }, GrantProbeOutput>({
  name: "grant_probe",
  output: grantProbeOutput,
  run: async (_input, scope) => {
    const now = await look(scope);
    await scope.files.writeRun(
      scope.run_id,
      "environment.json",
      canonicalText(now.environment.facts.map((fact) => ({ ...fact }))),
    );
    const { head, verdict } = judgeIndex(parseIndex(await scope.runsIndex()));
    insist(verdict);
    return {
      ...now.matrix,
      grant_matrix_sha: grantMatrixSha(now.matrix),
      two_grant_package: true as const,
      environment_hash: now.environment.hash,
      protected_hash: now.protected_hash,
      timeline: now.timeline,
      previous_closeout_sha: head,
      findings: environmentFindings(now.environment.facts),
    };
  },
  recheck: async (_input, recorded, scope) => {
    insist(judgeHistory(await scope.runsIndex(), recorded.previous_closeout_sha));
    const now = await look(scope);
    // Before the environment, of which it is a part: a promoted copy is nothing that a restored right could mend.
    if (now.timeline !== recorded.timeline)
      throw new Stopped("STOP_DRIFT", {
        saw: `timeline ${now.timeline}`,
        wanted: `timeline ${recorded.timeline}: this is a promoted or restored copy`,
      });
    if (now.environment.hash !== recorded.environment_hash) {
      const before = await recordedFacts(scope);
      const known = before.length > 0 && environmentHash(before) === recorded.environment_hash;
      const details = known
        ? explainEnvironment(before, now.environment.facts)
        : ["the recorded facts are gone or changed, so the difference cannot be named"];
      throw new Stopped("STOP_GRANT_DELTA", {
        saw: details[0] ?? "another environment",
        wanted: "rights and definitions as recorded in phase 5",
        details,
      });
    }
    if (now.protected_hash !== recorded.protected_hash) {
      throw new Stopped("STOP_DRIFT", {
        saw: "a protected document changed since this run began",
        wanted: `${scope.config.protected_prefixes.join(", ")} byte-equal`,
      });
    }
  },
});

/** The facts phase 5 kept beside its digest; a file that is gone or changed names nothing, the digest still decides. */
async function recordedFacts(scope: ReadScope): Promise<EnvironmentFact[]> {
  const bytes = await scope.readRun("environment.json");
  return bytes ? environmentFactsSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))) : [];
}

async function look(scope: ReadScope) {
  return scope.read("exec", async (reader) => {
    const matrix = await reader.one("read/grant-matrix");
    insist(judgeGrantMatrix(matrix, scope.config.orchestrator.expected_grant_matrix_sha));
    insist(judgeTwoGrant(await reader.one("read/two-grant")));
    return {
      matrix,
      environment: await scope.environment(reader),
      protected_hash: await protectedHash(reader, scope.config.protected_prefixes),
      timeline: String((await reader.one("read/server-identity")).timeline),
    };
  });
}
