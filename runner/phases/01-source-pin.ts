// Phase 1: which bytes are cut, and what stands beside them in the database.
import { materialOf } from "../plan.ts";
import { sha256 } from "../model/canonical.ts";
import { isSourceVersionId } from "../model/ids.ts";
import { sourcePinOutput, type GrammarChoice, type SourcePinOutput } from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { registrationOf } from "../looks/registered-version.ts";
import { defineReading, type Inputs, type ReadScope } from "../phase.ts";
import { judgeTarget, reportFolder, type SourceRow } from "../rules/source.ts";

/** Stops: STOP_DOCUMENT_UNKNOWN, STOP_TARGET_POLICY, STOP_REFUSED_INPUT; on resume STOP_DRIFT. */
export const sourcePin = (grammar: GrammarChoice) =>
  defineReading<Inputs, SourcePinOutput>({
    name: "source_pin",
    output: sourcePinOutput,
    run: async (_input, scope) => {
      const source = await findSource(scope);
      const bytes = await scope.files.artifact(source.source_version_id);
      const material = materialOf(bytes, { ...scope, region_sha: source.content_checksum, grammar }, scope.config);
      const before = await scope.read("exec", (reader) =>
        reader.one("read/earlier-runs-of-day", { run_id: scope.run_id }),
      );
      const supersedes = (await registrationOf(scope.files, source.source_version_id))?.supersedes;
      const baseline = await scope.read("backup", (reader) => reader.query("read/baseline"));
      return {
        source_document_id: source.source_document_id,
        source_document_ref: source.source_document_ref,
        source_version_id: source.source_version_id,
        version_label: source.version_label,
        captured_at: source.captured_at.toISOString(),
        region_sha: material.manifest.region_sha,
        artifact_bytes: bytes.length,
        artifact_sha: sha256(bytes),
        grammar,
        report_folder: reportFolder(scope, material.manifest.region_sha, before),
        baseline: baseline.filter((row) => row.document !== scope.document_id || row.set_aside),
        ...(supersedes === undefined
          ? {}
          : {
              supersedes: {
                document_id: supersedes.document_id,
                source_version_id: supersedes.source_version_id,
                compared_sha: supersedes.compared_sha,
                units: supersedes.units.length,
              },
            }),
      };
    },
    recheck: async (_input, recorded, scope) => {
      const source = await findSource(scope);
      const bytes = await scope.files.artifact(recorded.source_version_id);
      if (source.source_version_id !== recorded.source_version_id || source.content_checksum !== recorded.region_sha) {
        throw new Stopped("STOP_DRIFT", {
          saw: `the newest version is ${source.source_version_id}`,
          wanted: `${recorded.source_version_id}, the version this run pinned`,
        });
      }
      if (sha256(bytes) !== recorded.artifact_sha) {
        throw new Stopped("STOP_DRIFT", {
          saw: `artifacts/${recorded.source_version_id}.md has other bytes than were pinned`,
          wanted: "the snapshot unchanged",
        });
      }
    },
  });

async function findSource(scope: ReadScope): Promise<SourceRow> {
  const rows = await scope.read("exec", (reader) =>
    reader.query("read/source-document", { document_id: scope.document_id }),
  );
  const { verdict, source } = judgeTarget(rows, scope.document_id, scope.config);
  insist(verdict);
  if (!source || !isSourceVersionId(source.source_version_id))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "a source version id that cannot be a file name",
      wanted: "letters, digits, dot, dash, underscore",
    });
  return source;
}
