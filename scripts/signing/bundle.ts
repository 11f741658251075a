// Reads a request bundle and computes again what can be computed: the approver trusts digests made on this machine only.
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readOrStop } from "../../runner/adapters/safe-file.ts";
import { grammarProfile } from "../../runner/grammar/profiles.ts";
import { contentDigestsSchema } from "../../runner/model/backup-receipt.ts";
import { canonicalText, digestOf, sha256, type Json } from "../../runner/model/canonical.ts";
import { waveBeforeSchema, type WaveBefore } from "../../runner/model/batch.ts";
import { isDocumentId } from "../../runner/model/ids.ts";
import { unitCap } from "../../runner/model/config.ts";
import type { Manifest } from "../../runner/model/manifest.ts";
import { PAYLOADS, type Payload } from "../../runner/model/payload.ts";
import { grammarChoice } from "../../runner/model/outputs.ts";
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import { supersedesSchema, type Supersedes } from "../../runner/model/registration-record.ts";
import { parseRequest, type Request } from "../../runner/model/statement.ts";
import { insist, Stopped } from "../../runner/model/stop.ts";
import type { IndexLine } from "../../runner/model/runs-index.ts";
import { judgeChain, judgeIndex, type JournalEntry } from "../../runner/rules/journal.ts";
import { proveLossless } from "../../runner/rules/lossless.ts";
import { planRows, writerDigest } from "../../runner/rules/plan-rows.ts";
import { comparedSha, rowsSuperseding } from "../../runner/rules/supersession.ts";
import { parseIndex } from "../../runner/rules/runs-index.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { judgedOutputs, verdictOf, type Verdict } from "./bundle-outputs.ts";

const grammarFile = z.strictObject({
  ...grammarChoice.shape,
  plan: z.strictObject({
    unit_kind: z.string(),
    owner_ref: z.string(),
    publication_type: z.string(),
    section_types: z.array(z.string()),
  }),
  caps: z.strictObject({ units: unitCap.min(1), hard: unitCap.min(1) }),
});
const findingsFile = z.looseObject({
  document: z.array(z.looseObject({ text: z.string() })),
  environment: z.array(z.string()),
  baseline: z.array(z.looseObject({ document: z.string(), units: z.int() })),
});
const journalLine = z.strictObject({
  run_id: z.string(),
  seq: z.string(),
  prev_sha: z.string(),
  entry: z.json(),
  entry_sha: z.string(),
});

/** A bundle whose parts agree with each other and with what this machine computed. */
export interface Bundle {
  readonly request: Request;
  /** SG_1 of the run: the request itself, or what an EXECUTION or SG_2 request rests on; undefined for SG_3. */
  readonly sg1: Payload<"SG_1_cut_authz"> | undefined;
  readonly snapshot: Buffer;
  readonly manifest: Manifest;
  readonly rows: readonly PlanRow[];
  readonly writer_digest: string;
  /** Of a new version: the enacted text its rows name, the host's word, held against the live rows when the plan is made. */
  readonly supersedes?: Supersedes | undefined;
  /** Of a document of a batch's later wave, with EXECUTION: what the wave before came to; its digest was computed here. */
  readonly before?: WaveBefore | undefined;
  readonly findings: z.infer<typeof findingsFile>;
  readonly journal: readonly JournalEntry[];
  readonly index: readonly IndexLine[];
  readonly receipts: readonly Receipt[];
  /** What the second principal recorded; only in an SG_2 request. */
  readonly verdict: Verdict | undefined;
}

const sg1File = z.strictObject({ payload_sha: z.string(), payload: PAYLOADS.SG_1_cut_authz });
const receiptSchema = z.looseObject({
  attempt: z.string(),
  file_sha: z.string(),
  content_digests: contentDigestsSchema,
  content_digests_sha: z.string(),
  proof_sha: z.string(),
});
const receiptsFile = z.array(receiptSchema);
/** A proven backup of the run, as the host wrote it down. */
export type Receipt = z.infer<typeof receiptSchema>;

const CAP = 64 * 1024 * 1024;

/**
 * STOP_APPROVAL_INVALID when the host's parts and our own computation differ anywhere. `documentId` comes from an SG_1
 * payload or the plan.
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const said = { code: "STOP_APPROVAL_INVALID", wanted: "a plain file" } as const;
  const file = (name: string): Promise<Buffer> =>
    readOrStop(join(folder, name), CAP, { ...said, called: `${name} of the bundle` });
  const request = parseRequest(await file("payload.json"));
  const grammar = parsed(grammarFile, await file("grammar.json"), "grammar.json");
  const snapshot = await file("snapshot.md");
  const theirs = await file("cut_plan.json");
  const documentId = parsed(z.looseObject({ document_id: z.string() }), theirs, "cut_plan.json").document_id;
  if (!isDocumentId(documentId)) throw differs("cut_plan.json", "a document id out of form");
  const marked = grammarProfile(grammar.profile).mark(snapshot, documentId, grammar.options, grammar.caps);
  if (marked.refusal) throw differs("snapshot.md", `the grammar refuses it at line ${marked.refusal.line}`);
  const { manifest } = marked;
  const { region } = manifest;
  if (!snapshot.subarray(region.byte_start, region.byte_end).equals(await file("region.bin")))
    throw differs("region.bin", "other bytes than the snapshot's region");
  const supersedes = existsSync(join(folder, "superseded.json"))
    ? supersededOf(await file("superseded.json"))
    : undefined;
  const rows = rowsSuperseding(planRows(manifest, { run_id: request.run_id, ...grammar.plan }), supersedes);
  const proof = proveLossless(snapshot, manifest, rows);
  if (!proof.ok) insist(proof.verdict);
  insistPlan(theirs, { run_id: request.run_id, document_id: documentId, manifest, rows });
  const journal = (await file("journal.ndjson"))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parsed(journalLine, Buffer.from(line), "journal.ndjson") as JournalEntry);
  insist(judgeChain(request.run_id, journal));
  const index = parseIndex((await file("runs-index.jsonl")).toString("utf8"));
  insist(judgeIndex(index).verdict);
  const bundle: Bundle = {
    request,
    sg1: await sg1Of(request, file),
    snapshot,
    manifest,
    rows,
    writer_digest: writerDigest(rows),
    supersedes,
    before: await beforeOf(request, file),
    findings: parsed(findingsFile, await file("findings.json"), "findings.json"),
    journal,
    index,
    receipts: parsed(receiptsFile, await file("receipts.json"), "receipts.json"),
    verdict: undefined,
  };
  const judged = judgedOutputs(jsonOf((await file("outputs.json")).toString("utf8")), journal);
  if (!judged.outputs) throw differs("outputs.json", judged.fault);
  insistFindings(bundle.findings, judged.outputs);
  const verdict = verdictOf(request, judged.outputs);
  if (request.gate === "SG_2_lifecycle_authz" && !verdict)
    throw differs("outputs.json", "the verdict of the second principal that the request names is not in it");
  insistSg1(bundle, {
    document_id: documentId,
    source_version_id: parsed(z.looseObject({ source_version_id: z.string() }), theirs, "cut_plan.json")
      .source_version_id,
  });
  insistBackup(bundle);
  return { ...bundle, verdict };
}

/** What the host found stands in the run's journal; a list that was emptied on the way is not what the run recorded. */
function insistFindings(
  { environment, baseline }: Bundle["findings"],
  { grant_probe, source_pin }: { grant_probe: { findings: string[] }; source_pin: { baseline: Json[] } },
): void {
  const [told, recorded] = [
    digestOf([environment, baseline as Json[]]),
    digestOf([grant_probe.findings, source_pin.baseline]),
  ];
  if (told !== recorded) throw differs("findings.json", "other findings or documents than the run recorded");
}

function supersededOf(bytes: Buffer): Supersedes {
  const supersedes = parsed(supersedesSchema, bytes, "superseded.json");
  if (comparedSha(supersedes.units) !== supersedes.compared_sha)
    throw differs("superseded.json", "compared_sha is not the digest of its units");
  return supersedes;
}

/** The SG_1 payload a request rests on: named by its digest, so it must hash to it. */
async function sg1Of(
  request: Request,
  file: (name: string) => Promise<Buffer>,
): Promise<Payload<"SG_1_cut_authz"> | undefined> {
  if (request.gate === "SG_1_cut_authz") return request.payload;
  if (request.gate !== "EXECUTION" && request.gate !== "SG_2_lifecycle_authz") return undefined;
  const { payload, payload_sha } = parsed(sg1File, await file("sg1.json"), "sg1.json");
  if (digestOf(payload) !== payload_sha) throw differs("sg1.json", "payload_sha is not the hash of the payload");
  if (request.payload.sg1_payload_sha !== payload_sha) throw differs("sg1.json", "another SG_1 than the request names");
  if (payload.run_id !== request.run_id) throw differs("sg1.json", "the SG_1 of another run");
  return payload;
}

/** The outcome that an EXECUTION names by its digest. */
async function beforeOf(request: Request, file: (name: string) => Promise<Buffer>): Promise<WaveBefore | undefined> {
  if (request.gate !== "EXECUTION" || request.payload.after === undefined) return undefined;
  const { batch_id, wave, outcome_digest } = request.payload.after;
  const before = parsed(waveBeforeSchema, await file("wave-before.json"), "wave-before.json");
  if (digestOf(before.outcome) !== outcome_digest)
    throw differs("wave-before.json", "its documents do not digest to the outcome that the request names");
  if (before.batch_id !== batch_id || before.wave !== wave)
    throw differs("wave-before.json", "another wave than the request names");
  return before;
}

/** SG_1 names digests we computed ourselves, and entries that stand in the chains of the bundle. */
function insistSg1(
  { request, sg1, manifest, rows, writer_digest, journal, index }: Bundle,
  plan: { document_id: string; source_version_id: string },
): void {
  if (!sg1) return;
  const where = request.gate === "SG_1_cut_authz" ? "" : "sg1.json: ";
  const ours: Record<string, [string, string]> = {
    document_id: [sg1.document_id, plan.document_id],
    source_version_id: [sg1.source_version_id, plan.source_version_id],
    region_sha: [sg1.region_sha, manifest.region_sha],
    manifest_digest: [sg1.manifest_digest, manifest.manifest_digest],
    writer_digest: [sg1.writer_digest, writer_digest],
    candidate_count: [sg1.candidate_count, String(rows.length)],
  };
  for (const [field, [signed, computed]] of Object.entries(ours))
    if (signed !== computed)
      throw differs(`${where}${field}`, "the request names another value than this machine computes");
  if (!journal.some((entry) => entry.entry_sha === sg1.journal_head))
    throw differs(`${where}journal_head`, "no entry of the journal has this digest");
  const head = judgeIndex(index).head;
  if (
    sg1.previous_closeout_sha !== head &&
    !index.some((line) => line.line_sha === sg1.previous_closeout_sha) &&
    sg1.previous_closeout_sha !== "0".repeat(64)
  ) {
    throw differs(`${where}previous_closeout_sha`, "no line of the runs index has this digest");
  }
}

/**
 * An EXECUTION payload names a backup that stands among the receipts, whose digests are those of its tables, and whose
 * tables are those SG_1 allows.
 */
function insistBackup({ request, sg1, receipts }: Bundle): void {
  const forged = receipts.find((receipt) => digestOf(receipt.content_digests) !== receipt.content_digests_sha);
  if (forged) throw differs("receipts.json", "content_digests_sha is not the hash of the tables' digests");
  if (request.gate !== "EXECUTION") return;
  const { attempt, file_sha, content_digests_sha, proof_sha } = request.payload.backup;
  const named = receipts.find(
    (receipt) =>
      receipt.attempt === attempt &&
      receipt.file_sha === file_sha &&
      receipt.content_digests_sha === content_digests_sha &&
      receipt.proof_sha === proof_sha,
  );
  if (!named) throw differs("receipts.json", "the backup that the request names is not among the receipts");
  const wanted = sg1 ? [...sg1.backup_policy.tables, ...sg1.backup_policy.context_tables] : [];
  const missing = wanted.find((table) => !(table in named.content_digests));
  if (missing !== undefined) throw differs("receipts.json", `the backup does not hold ${missing}, which SG_1 names`);
}

function insistPlan(
  bytes: Buffer,
  made: { run_id: string; document_id: string; manifest: Manifest; rows: readonly PlanRow[] },
): void {
  const sourceVersion = parsed(
    z.looseObject({ source_version_id: z.string() }),
    bytes,
    "cut_plan.json",
  ).source_version_id;
  const ours: Json = {
    run_id: made.run_id,
    document_id: made.document_id,
    source_version_id: sourceVersion,
    region_sha: made.manifest.region_sha,
    manifest_digest: made.manifest.manifest_digest,
    writer_digest: writerDigest(made.rows),
    rows: made.rows.map((row) => ({ ...row })),
  };
  if (sha256(canonicalText(ours)) !== sha256(bytes))
    throw differs("cut_plan.json", "other rows than this machine plans from the snapshot");
}

/** Compares the snapshot with the approver's own copy of the text, byte for byte. */
export function insistOwnCopy(bundle: Bundle, copy: Buffer): void {
  if (!copy.equals(bundle.snapshot)) throw differs("snapshot.md", "other bytes than your own copy");
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer, name: string): T {
  const result = schema.safeParse(jsonOf(bytes.toString("utf8")));
  if (!result.success) throw differs(name, "not in its form");
  return result.data;
}

function differs(what: string, saw: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", {
    saw: `${what}: ${saw}`,
    wanted: "a bundle that agrees with what this machine computes",
    hint: "do not sign: report this bundle",
  });
}
