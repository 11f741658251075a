// Two recorded runs, computed again by the present code from what they recorded: a change of the code must change no plan,
// manifest, payload or digest of a run, but those of release and configuration, which are taken from the recording. What was
// meant to change is recorded anew as test/golden/record.mjs says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import { request } from "../../runner/gates.ts";
import { materialOf, planJson } from "../../runner/plan.ts";
import { parseApprovers } from "../../runner/model/approvers.ts";
import { canonicalText, digestOf, sha256, type Json } from "../../runner/model/canonical.ts";
import { buildStatement, parseRequest, parseStatement, statementFileNames } from "../../runner/model/statement.ts";
import { cutplanOutput, legBOutput, sourcePinOutput, writeVerifyOutput } from "../../runner/model/outputs.ts";
import { projection } from "../../runner/aftermath/projection.ts";
import { markdownOf } from "../../runner/reports/markdown.ts";
import { rehearsalReport } from "../../runner/reports/rehearsal-report.ts";
import { judgeProof } from "../../runner/rules/backup-proof.ts";
import { expectedPayload } from "../../runner/rules/expected-payload.ts";
import { judgeChain, type JournalEntry } from "../../runner/rules/journal.ts";
import { ledgerIds, ledgerKeys, observedDigest } from "../../runner/rules/ledger.ts";
import { newestDigest, rehearsalOf } from "../../runner/rules/rehearsed-changes.ts";
import { nextIndexLine, parseIndex } from "../../runner/rules/runs-index.ts";
import { readBundle } from "../../scripts/signing/bundle.ts";
import { readingOf } from "../../scripts/reading/reading.ts";
import { requestReading } from "../../scripts/signing/request-reading.ts";
import { digestTable } from "./digest-table.ts";
import { readOutputs, readRows, SIGNERS, type Texts } from "./recorded.ts";
import type { Run } from "../../runner/engine.ts";
import { replayed } from "./replayed.ts";

const GOLDEN = fileURLToPath(new URL("./", import.meta.url));
const GATES = ["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"] as const;
const RUNS = ["generic", "vn-law-diem"] as const;
const text = (...parts: string[]): string => readFileSync(join(GOLDEN, ...parts), "utf8");
const bytes = (...parts: string[]): Buffer => readFileSync(join(GOLDEN, ...parts));
const json = (...parts: string[]): unknown => JSON.parse(text(...parts));
const linesOf = (...parts: string[]): JournalEntry[] =>
  text(...parts)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JournalEntry);

test("every document of the fixtures gives the recorded digests, or is refused as recorded", () => {
  const documents = fileURLToPath(new URL("../fixtures/documents", import.meta.url));
  expect(digestTable(documents), "if this was meant: node test/golden/record.mjs digests").toEqual(
    json("digests.json"),
  );
});

describe.each(RUNS)("the recorded run %s", (name) => {
  const outputs = readOutputs(join(GOLDEN, name));
  const { run, here, config, phases } = outputs;
  const outputOf = (phase: string): unknown => phases.find((row) => row.phase === phase)?.output;
  const source = sourcePinOutput.parse(outputOf("source_pin"));
  const plan = cutplanOutput.parse(outputOf("cutplan"));
  const ledger = legBOutput.parse(outputOf("leg_b_record"));
  const bundle = (gate: string): string => join(name, "requests", `${gate}-1`);
  const snapshot = bytes(bundle("SG_1_cut_authz"), "snapshot.md");
  const replay = replayed(join(GOLDEN, name), outputs, linesOf(name, "journal.ndjson"), snapshot);

  test("its phases give the recorded outputs again, from the recorded inputs, and write the recorded files", async () => {
    const { steps, written } = await replay.flow();
    expect(phases).toHaveLength(11);
    expect(steps).toEqual(
      phases.map(({ phase, input_sha, output_sha, output }) => ({ phase, input_sha, output_sha, output })),
    );
    expect(written).toEqual({
      "cut_plan.json": sha256(bytes(name, "cut_plan.json")),
      "environment.json": sha256(bytes("environment.json")),
    });
    const journalled = linesOf(name, "journal.ndjson").map(
      ({ entry }) => entry as unknown as { event: string; phase: string; input_sha: string; output_sha: string },
    );
    const digests = (rows: readonly { phase: string; input_sha: string; output_sha: string }[]): unknown =>
      rows.map(({ phase, input_sha, output_sha }) => ({ phase, input_sha, output_sha }));
    expect(digests(journalled.filter(({ event }) => event === "phase"))).toEqual(digests(phases));
  });

  test("its plan is the recorded one, byte for byte", () => {
    const material = materialOf(
      snapshot,
      { run_id: run.run_id, document_id: run.document_id, region_sha: source.region_sha, grammar: source.grammar },
      replay.world.config,
    );
    const made = canonicalText(planJson(material, source, run));
    expect(made).toBe(text(name, "cut_plan.json"));
    expect({
      manifest: material.manifest.manifest_digest,
      writer_digest: material.writer_digest,
      units: material.rows.length,
      sha: sha256(made),
    }).toEqual({
      manifest: (outputOf("mark") as { manifest_digest: string }).manifest_digest,
      writer_digest: plan.writer_digest,
      units: plan.candidate_count,
      sha: plan.cut_plan_sha,
    });
  });

  test("ids, keys and digests of the ledger, of what the second principal saw and of the backup come out again", () => {
    const ids = ledgerIds(run, plan.writer_digest);
    expect(ledger).toMatchObject({
      entry_id: ids.entry_id,
      envelope_id: ids.envelope_id,
      review_decision_id: ids.review_decision_id,
      executor_signature_id: ids.executor_signature_id,
      change_set_id: ids.change_set_id,
      ...ledgerKeys(run.run_id, run.document_id, plan.writer_digest, ids.change_set_id),
    });
    const { written } = readRows(join(GOLDEN, name));
    const observed = [
      ...(written["verify/observed-units"] ?? []),
      ...(written["verify/observed-ledger"] ?? []),
    ] as Parameters<typeof observedDigest>[0];
    const { observed_digest } = writeVerifyOutput.parse(outputOf("write_verify"));
    expect(observedDigest(observed)).toBe(observed_digest);
    expect(outputOf("write_verify")).toMatchObject({
      verify_result_id: ids.verify_result_id,
      verifier_signature_id: ids.verifier_signature_id,
    });
    expect(outputOf("lifecycle_enact")).toMatchObject({
      observed_digest,
      prior_review_decision_id: ids.review_decision_id,
    });
    const [receipt] = outputs.receipts;
    expect(receipt && { proof: judgeProof(receipt), content: digestOf(receipt.content_digests as Json) }).toEqual({
      proof: undefined,
      content: receipt?.content_digests_sha,
    });
  });

  test("its journal and the history of the host are unbroken chains, and its line follows from the one before", () => {
    const journal = linesOf(name, "journal.ndjson");
    expect(judgeChain(run.run_id, journal)).toBeUndefined();
    expect(journal.map((entry) => `${canonicalText({ ...entry })}\n`).join("")).toBe(text(name, "journal.ndjson"));
    for (const gate of GATES)
      expect(text(name, "journal.ndjson").startsWith(text(bundle(gate), "journal.ndjson")), gate).toBe(true);
    const before = text(bundle("SG_2_lifecycle_authz"), "runs-index.jsonl");
    const lines = parseIndex(text(name, "runs-index.jsonl"));
    const record: Json = {
      run_id: run.run_id,
      document_id: run.document_id,
      kind: "closeout",
      reason: run.close_reason ?? "",
      journal_head: journal.at(-1)?.entry_sha ?? "",
      release: run.release,
      host: config.host,
    };
    expect(lines.at(-1)?.record).toEqual(record);
    expect(`${before}${nextIndexLine(before, record).line}\n`).toBe(text(name, "runs-index.jsonl"));
  });

  test.each(GATES)(
    "the request of %s is derived again, payload and every file of its bundle byte for byte",
    async (gate) => {
      const asked = parseRequest(bytes(bundle(gate), "payload.json"));
      const record = replay.recordAt(linesOf(bundle(gate), "journal.ndjson"), gate === "SG_2_lifecycle_authz");
      const payload = expectedPayload(record, gate);
      expect(payload).toEqual(asked.payload);
      expect(digestOf(payload)).toBe(asked.payload_sha);
      const written = await replay.written(text(bundle(gate), "runs-index.jsonl"), (fake, planned) =>
        request(fake, planned, record, { gate, payload, now: new Date(asked.requested_utc) }),
      );
      const kept = Object.fromEntries(
        readdirSync(join(GOLDEN, bundle(gate)))
          .sort()
          .map((file) => [file, sha256(bytes(bundle(gate), file))]),
      );
      expect(written).toEqual(
        Object.fromEntries(Object.entries(kept).map(([file, sha]) => [`requests/${gate}-1/${file}`, sha])),
      );
    },
  );

  test.each(GATES)("an approver takes the bundle of %s and reads the recorded text", async (gate) => {
    const person = parseApprovers(bytes("approvers.json")).set.persons.find((one) => one.id === SIGNERS[gate]);
    const reading = requestReading(
      readingOf(await readBundle(join(GOLDEN, bundle(gate))), person?.name ?? ""),
      "/page.html",
    );
    expect(sha256(reading)).toBe((json(name, "texts.json") as Texts).readings[gate]);
  });

  test.each(GATES)("the statement of %s is built again to the signed bytes, and the signature holds", async (gate) => {
    const approvers = parseApprovers(bytes("approvers.json"));
    expect(approvers.sha).toBe(here.approvers_sha);
    const file =
      readdirSync(join(GOLDEN, name, "statements")).find(
        (one) => one.startsWith(`${gate}-`) && one.endsWith(".json"),
      ) ?? "";
    const signedBytes = bytes(name, "statements", file);
    const { person, fingerprint, signed_utc, nonce, payload_sha, use_by } = parseStatement(signedBytes);
    const built = buildStatement({
      request: parseRequest(bytes(bundle(gate), "payload.json")),
      person,
      fingerprint,
      signed: new Date(signed_utc),
      nonce,
    });
    expect(built.bytes.equals(signedBytes)).toBe(true);
    expect(statementFileNames(built.statement).json).toBe(file);
    const key = approvers.set.persons
      .find((one) => one.id === SIGNERS[gate])
      ?.keys.find((one) => one.fingerprint === fingerprint);
    const signature = bytes(name, "statements", statementFileNames(built.statement).sig);
    const question = {
      bytes: built.bytes,
      signature,
      publicKeyArmored: key?.public_key_armored ?? "",
      fingerprint,
      now: new Date(Date.parse(signed_utc) + 1000),
    };
    expect(await openpgpVerifier().verify(question)).toMatchObject({ ok: true });
    expect(
      await openpgpVerifier().verify({ ...question, bytes: Buffer.concat([built.bytes, Buffer.from(" ")]) }),
    ).toMatchObject({ ok: false });
    expect(outputs.admissions.find((row) => row.gate === gate)).toMatchObject({
      nonce,
      payload_sha,
      person,
      fingerprint,
      use_by: new Date(use_by),
    });
  });

  test("the rehearsal that was signed is the one of the journal", () => {
    const journal = linesOf(name, "journal.ndjson");
    const facts = rehearsalOf(journal, newestDigest(journal));
    expect(canonicalText(facts as unknown as Json)).toBe(text(name, "rehearsal.json"));
    expect(sha256(markdownOf(rehearsalReport(facts, newestDigest(journal))))).toBe(
      (json(name, "texts.json") as Texts).rehearsal,
    );
  });

  test("its reports are the delivered ones", async () => {
    const delivered: Record<string, string> = {};
    await projection({
      ...replay.world,
      reporter: {
        ...replay.world.reporter,
        deliver: (folder, file, markdown) => {
          delivered[`${folder}/${file}`] = sha256(markdown);
          return Promise.resolve();
        },
      },
    }).deliverAll(run.run_id);
    expect(delivered).toEqual((json(name, "texts.json") as Texts).reports);
  });

  test("phases that are looked at again, as when a run goes on, tell its state once and each report once", async () => {
    const told: string[] = [];
    const writing = {
      ...replay.world,
      files: {
        ...replay.world.files,
        writeRun: (_run: string, file: string) => Promise.resolve(void told.push(file)),
      },
      reporter: {
        ...replay.world.reporter,
        deliver: (_folder: string, file: string) => Promise.resolve(void told.push(file.slice(0, 2))),
      },
    };
    const { step } = projection(writing);
    const at = (epoch: string, recorded: number): Run => ({ row: { run_id: run.run_id }, epoch, recorded }) as Run;
    await step(at("1", 2), "source_pin");
    await step(at("1", 2), "mark");
    await step(at("1", 3), "cutplan");
    // Taken again by the same process: another epoch, nothing new.
    for (const phase of ["source_pin", "mark", "cutplan"] as const) await step(at("2", 3), phase);
    const state = ["state.json", "journal.ndjson"];
    expect(told).toEqual([...state, "01", "02", ...state, "03", ...state]);
  });
});
