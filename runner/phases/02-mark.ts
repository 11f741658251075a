// Phase 2: units by the grammar profile; built twice, equal; lossless against the rows that will be written.
import { materialOf } from "../plan-of-source.ts";
import { markOutput, type MarkOutput, type SourcePinOutput } from "../model/outputs.ts";
import { Stopped } from "../model/stop.ts";
import { definePure, type Recorded } from "../phase.ts";

/** Findings kept in the record; the whole list stands in the request bundle. */
const FINDINGS_KEPT = 200;

/** Stops: STOP_REFUSED_INPUT with the line, STOP_OVER_HARD_CAP, STOP_INVARIANT_FAILED when two readings differ. */
export const mark = definePure<{ source: Recorded<SourcePinOutput> }, MarkOutput>({
  name: "mark",
  output: markOutput,
  run: async ({ source }, scope) => {
    const bytes = await scope.files.artifact(source.output.source_version_id);
    const pinned = { ...scope, region_sha: source.output.region_sha, grammar: source.output.grammar };
    const first = materialOf(bytes, pinned, scope.config);
    const second = materialOf(Uint8Array.from(bytes), pinned, scope.config);
    if (first.manifest.manifest_digest !== second.manifest.manifest_digest) {
      throw new Stopped("STOP_INVARIANT_FAILED", {
        saw: "two manifests of the same bytes differ",
        wanted: "equal digests",
      });
    }
    const { manifest } = first;
    return {
      profile: manifest.profile,
      profile_sha: manifest.profile_sha,
      region_sha: manifest.region_sha,
      manifest_digest: manifest.manifest_digest,
      units: manifest.units.length,
      separators: manifest.separators.length,
      coverage_bytes: first.coverage_bytes,
      built_twice_equal: true as const,
      findings: manifest.findings.slice(0, FINDINGS_KEPT).map((finding) => ({ ...finding })),
      ...(manifest.completeness === undefined ? {} : { completeness: manifest.completeness.summary }),
    };
  },
});
