// Phase 3: the exact rows, judged against the live vocabulary, addresses and lock table: all problems at once, before anyone signs.
import { type Material, planJson, planOf } from "../plan.ts";
import { canonicalText, sha256 } from "../model/canonical.ts";
import { cutplanOutput, type CutplanOutput, type MarkOutput, type SourcePinOutput } from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { defineReading, type ReadScope, type Recorded } from "../phase.ts";
import { judgePlan } from "../rules/plan-rows.ts";
import { compareVersions, judgeUnchanged, unitsOfRows } from "../rules/supersession.ts";

type Input = { source: Recorded<SourcePinOutput>; marked: Recorded<MarkOutput> };

/** Stops: every problem of the plan in one stop; on resume STOP_DRIFT. */
export const cutplan = defineReading<Input, CutplanOutput>({
  name: "cutplan",
  output: cutplanOutput,
  rows: (output) => output.candidate_count,
  run: async ({ source, marked }, scope) => {
    const material = await planOf(source.output, scope);
    if (material.manifest.manifest_digest !== marked.output.manifest_digest) {
      throw new Stopped("STOP_DRIFT", {
        saw: "the snapshot marks differently than in phase 2",
        wanted: "the same manifest",
      });
    }
    await insistWritable(material, scope);
    const text = canonicalText(planJson(material, source.output, scope));
    await scope.files.writeRun(scope.run_id, "cut_plan.json", text);
    return {
      writer_digest: material.writer_digest,
      candidate_count: material.rows.length,
      cut_plan_sha: sha256(text),
      by_section_type: countTypes(material),
      ...comparedOf(material),
    };
  },
  recheck: async ({ source }, recorded, scope, committed) => {
    const material = await planOf(source.output, scope);
    if (material.writer_digest !== recorded.writer_digest)
      throw new Stopped("STOP_DRIFT", {
        saw: "the plan built now differs from the recorded one",
        wanted: recorded.writer_digest,
      });
    // After leg A the addresses are taken by this very run.
    if (!committed) await insistWritable(material, scope);
  },
});

function comparedOf({ supersedes, rows }: Material): Pick<CutplanOutput, "compared"> {
  if (!supersedes) return {};
  const { same, changed, new: added, gone } = compareVersions(supersedes.units, unitsOfRows(rows));
  return { compared: { document_id: supersedes.document_id, same, changed, new: added, gone } };
}

/** The enacted text that a new version follows must stand as it did when the version was registered. */
async function insistUnchanged({ supersedes }: Material, scope: ReadScope): Promise<void> {
  if (!supersedes) return;
  const { document_id } = supersedes;
  const standing = await scope.read("exec", (reader) => reader.query("read/standing-units", { document_id }));
  insist(judgeUnchanged(supersedes, scope.document_id, standing));
}

async function insistWritable(material: Material, scope: ReadScope): Promise<void> {
  await insistUnchanged(material, scope);
  const facts = await scope.read("exec", async (reader) => {
    const words = await reader.query("read/vocabulary");
    const of = (kind: string): string[] => words.filter((word) => word.kind === kind).map((word) => word.word);
    const taken = await reader.query("read/taken-addresses", {
      addresses: material.rows.map((row) => row.canonical_address),
    });
    return {
      unit_kinds: of("unit_kind"),
      section_types: of("section_type"),
      publication_types: of("publication_type"),
      existing_addresses: taken.map((row) => row.address),
      locks: await reader.one("read/lock-room"),
      caps: {
        units: Math.min(scope.config.caps.units, scope.config.target_policy.max_units),
        hard: scope.config.caps.hard,
      },
    };
  });
  const problems = judgePlan(material.rows, facts);
  const [first] = problems;
  if (first)
    throw new Stopped(first.code, {
      ...first.facts,
      details: problems.map((problem) => `${problem.code}: ${problem.facts.saw}`),
    });
}

function countTypes(material: Material): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of material.rows) counts[row.section_type] = (counts[row.section_type] ?? 0) + 1;
  return counts;
}
