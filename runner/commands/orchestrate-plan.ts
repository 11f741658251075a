// `plan <document-id>`: phases 1 to 3 on the live database, read-only; no run row, no file, nothing to undo.
import { ask } from "../looks/one-statement.ts";
import { randomBytes } from "node:crypto";
import type { Common } from "./call-options.ts";
import { hintLine, hintsOf } from "../model/grammar-request.ts";
import { documentIdOf, newRunId, type DocumentId } from "../model/ids.ts";
import type { CutplanOutput, MarkOutput, SourcePinOutput } from "../model/outputs.ts";
import { insist } from "../model/stop.ts";
import type { ReadScope, Recorded } from "../phase.ts";
import { sourcePin } from "../phases/01-source-pin.ts";
import { mark } from "../phases/02-mark.ts";
import { cutplan } from "../phases/03-cutplan.ts";
import type { GrammarWords } from "../rules/hints.ts";
import { judgeTarget } from "../rules/source.ts";
import { registeredGrammar } from "../looks/registered-version.ts";
import { countsLine } from "../rules/supersession.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import type { World } from "../world.ts";
import { askedGrammarOf } from "../terminal/grammar-request-of.ts";
import { readSafely } from "../adapters/safe-file.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 with the plan a cut would sign. Stops as phases 1 to 3. */
export async function showPlan(
  common: Common,
  typed: string,
  words: Partial<GrammarWords> & { readonly request?: string },
): Promise<number> {
  const document = documentIdOf(typed);
  const asked = await askedGrammarOf(words, readSafely);
  const world = await makeWorld(common.config);
  const target = judgeTarget(
    await ask(world.database, "exec", "read/source-document", { document_id: document }),
    document,
    world.config,
  );
  insist(target.verdict);
  const grammar = await registeredGrammar(world.files, target.source?.source_version_id ?? "", asked, world.config);
  const scope = withoutRun(world, document);
  const source: Recorded<SourcePinOutput> = unrecorded("source_pin", await sourcePin(grammar).run({}, scope));
  const marked: Recorded<MarkOutput> = unrecorded("mark", await mark.run({ source }, scope));
  const plan: CutplanOutput = await cutplan.run({ source, marked }, scope);
  const { source_version_id, region_sha } = source.output;
  const hints = hintsOf(grammar);
  const { manifest_digest, coverage_bytes, findings, completeness } = marked.output;
  if (common.json)
    printJson({
      event: "planned",
      document_id: document,
      source_version_id,
      region_sha,
      manifest_digest,
      coverage_bytes,
      writer_digest: plan.writer_digest,
      units: plan.candidate_count,
      by_section_type: plan.by_section_type,
      completeness,
      findings,
      hints: hints.map(hintLine),
      ...(plan.compared === undefined ? {} : { compared: plan.compared }),
    });
  const types = Object.entries(plan.by_section_type)
    .map(([type, count]) => `${count} ${type}`)
    .join(", ");
  process.stderr.write(
    `${document}, version ${printable(source_version_id)}: ${plan.candidate_count} units (${types}), ` +
      `${coverage_bytes} bytes accounted for\n`,
  );
  if (plan.compared !== undefined)
    process.stderr.write(`  a new version of ${printable(plan.compared.document_id)}: ${countsLine(plan.compared)}\n`);
  if (completeness !== undefined) process.stderr.write(`  ${printable(completeness)}\n`);
  for (const hint of hints) process.stderr.write(`  hint in force: ${printable(hintLine(hint))}\n`);
  for (const finding of findings) process.stderr.write(`  line ${finding.line}: ${printable(finding.text)}\n`);
  process.stderr.write(`nothing was written; to cut it: cutter orchestrate cut ${document}\n`);
  return 0;
}

// A run that never existed: its id only fills fields that a plan's digest leaves out.
function withoutRun(world: World, document: DocumentId): ReadScope {
  const now = new Date();
  const { config, here, files, database, environment } = world;
  return {
    run_id: newRunId(now, randomBytes(4).toString("hex")),
    document_id: document,
    release: here.release_digest,
    opened: now,
    actor: here.actor,
    here,
    config,
    say: () => undefined,
    files: { artifact: files.artifact, registration: files.registration, writeRun: () => Promise.resolve() },
    read: database.read,
    environment,
    runsIndex: () => files.runsIndex(),
    readRun: () => Promise.resolve(undefined),
    takeBackup: () => Promise.reject(new Error("a plan takes no backup")),
  };
}

const unrecorded = <O>(phase: Recorded<O>["phase"], output: O): Recorded<O> => ({
  phase,
  output,
  output_sha: "",
  at: new Date(),
});
