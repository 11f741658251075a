// A host, or a line to it, that wants a signature under something else: `approve` is given bundles that were changed in one place,
// also consistently, and signs none of them. One host, one waiting run; only the approve program is started.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalText, digestOf, sha256, type Json } from "../../runner/model/canonical.ts";
import { parseRequest } from "../../runner/model/statement.ts";
import type { StopCode } from "../../runner/model/stop.ts";
import { indexLine, JOURNAL_START } from "../../runner/rules/journal.ts";
import { projectRoot } from "../../infra/place.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { rewriteJson } from "../support/hand-signed.ts";
import { expectNotSigned, runApprove, TamperedBundle, type Attempt } from "../support/tampered-bundle.ts";

let host: GovernedHost;
let run: string;
let scratch: string;
let honest: { readonly sg1: string; readonly execution: string };

const tampered = (from: string): TamperedBundle => new TamperedBundle(from, scratch);
const approve = (folder: string, attempt: Attempt = {}) => runApprove(host.sandbox, scratch, folder, attempt);
const refuses = (folder: string, words: RegExp, attempt: Attempt = {}, code: StopCode = "STOP_APPROVAL_INVALID") =>
  expectNotSigned(host.sandbox, scratch, folder, { code, words }, attempt);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "bt-"));
  host = await governedHost();
  // A closed run gives the host a history to cut off.
  await host.register("EARLIER-1", LAW);
  expect(await host.cutter("orchestrate", "void", await host.cut("EARLIER-1"), "only for the history")).toMatchObject({
    status: 0,
  });
  await host.register("BUNDLE-1", LAW);
  run = await host.cut("BUNDLE-1");
  honest = { sg1: host.bundle(run, "SG_1_cut_authz"), execution: host.bundle(run, "EXECUTION") };
  // linh has signed this run once: her machine remembers both heads.
  expect(await approve(honest.sg1)).toMatchObject({ status: 0 });
  expect(await approve(honest.execution, { person: "minh" })).toMatchObject({ status: 0 });
});
afterAll(async () => {
  await host?.remove();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

const evil = LAW.replace("The second text.", "The second text, and the mayor may keep the money.");

describe("a text other than the one that will be cut is not signed", () => {
  test("when only the snapshot is changed", async () => {
    const bundle = tampered(honest.sg1);
    bundle.write("snapshot.md", evil);
    await refuses(bundle.folder, /region\.bin/);
  });
  test("when only the region is changed", async () => {
    const bundle = tampered(honest.sg1);
    bundle.write("region.bin", evil);
    await refuses(bundle.folder, /region\.bin/);
  });
  test("when snapshot and region are changed alike", async () => {
    const bundle = tampered(honest.sg1);
    for (const file of ["snapshot.md", "region.bin"]) bundle.write(file, evil);
    await refuses(bundle.folder, /cut_plan\.json: other rows/);
  });
  test("when an honest text is shown and the request names the digests of another", async () => {
    const bundle = tampered(honest.sg1);
    bundle.ask({ region_sha: sha256(evil) });
    await refuses(bundle.folder, /region_sha/);
  });
  test("when the evil text is planned honestly and the request names the good one", async () => {
    const bundle = tampered(honest.sg1);
    bundle.layText(evil, host.sandbox.place.configFile);
    await refuses(bundle.folder, /region_sha|manifest_digest|writer_digest/);
  });
  test("when everything agrees and only the approver's own copy says otherwise", async () => {
    const bundle = tampered(honest.sg1);
    const planned = bundle.layText(evil, host.sandbox.place.configFile);
    bundle.ask({
      region_sha: planned.region_sha,
      manifest_digest: planned.manifest_digest,
      writer_digest: planned.writer_digest,
    });
    const copy = join(scratch, "own-copy.md");
    writeFileSync(copy, LAW);
    await refuses(bundle.folder, /own copy/, { more: ["--copy", copy] });
  });
});

describe("other rows than this machine plans are not signed", () => {
  const change = (bundle: TamperedBundle, with_: (rows: Record<string, Json>[]) => Record<string, Json>[]): void => {
    const plan = bundle.json("cut_plan.json");
    bundle.write("cut_plan.json", canonicalText({ ...plan, rows: with_(plan["rows"] as Record<string, Json>[]) }));
  };
  test.each<[string, (rows: Record<string, Json>[]) => Record<string, Json>[]]>([
    ["a title is another", (rows) => rows.map((row, at) => (at === 1 ? { ...row, title: "Zwei" } : row))],
    ["a row is missing", (rows) => rows.slice(0, -1)],
    ["a row is there twice", (rows) => [...rows, ...rows.slice(-1)]],
    [
      "a unit hangs elsewhere",
      (rows) => rows.map((row, at) => (at === 2 ? { ...row, parent_address: "BUNDLE-1/S-1/A-1" } : row)),
    ],
  ])("when %s", async (_what, with_) => {
    const bundle = tampered(honest.sg1);
    change(bundle, with_);
    await refuses(bundle.folder, /cut_plan\.json: other rows/, { input: "3\n000000\n" });
  });
  test("when the request counts one unit more", async () => {
    const bundle = tampered(honest.sg1);
    bundle.ask({ candidate_count: "4" });
    await refuses(bundle.folder, /candidate_count/);
  });
  test("when the payload was changed and its digest was not", async () => {
    const bundle = tampered(honest.sg1);
    bundle.write(
      "payload.json",
      bundle.read("payload.json").toString("utf8").replace('"candidate_count":"3"', '"candidate_count":"4"'),
    );
    await refuses(bundle.folder, /payload_sha is not the hash/);
  });
  test("when a grammar is named that nobody has", async () => {
    const bundle = tampered(honest.sg1);
    bundle.write("grammar.json", canonicalText({ ...bundle.json("grammar.json"), profile: "evil-1" }));
    await refuses(bundle.folder, /grammar profile/, {}, "STOP_REFUSED_INPUT");
  });
  test("when the rows would carry another owner than the plan says", async () => {
    const bundle = tampered(honest.sg1);
    const grammar = bundle.json("grammar.json");
    bundle.write(
      "grammar.json",
      canonicalText({ ...grammar, plan: { ...(grammar["plan"] as Record<string, Json>), owner_ref: "thief" } }),
    );
    await refuses(bundle.folder, /cut_plan\.json: other rows/);
  });
});

describe("a history other than the one this machine remembers is not signed", () => {
  test("when an entry of the journal was changed", async () => {
    const bundle = tampered(honest.sg1);
    bundle.write("journal.ndjson", bundle.read("journal.ndjson").toString("utf8").replace('"actor":"', '"actor":"x'));
    await refuses(bundle.folder, /entry 1 of the journal/, {}, "STOP_DRIFT");
  });
  test("when the journal was rewritten with an unbroken chain", async () => {
    const bundle = tampered(honest.sg1);
    bundle.ask({ journal_head: bundle.rewriteJournal() });
    await refuses(bundle.folder, /journal of this run is not the one this machine remembers/);
  });
  test("when the journal was rewritten under an EXECUTION, which names its head by SG_1 only", async () => {
    const bundle = tampered(honest.execution);
    bundle.rewriteJournal();
    await refuses(bundle.folder, /sg1\.json: journal_head/, { person: "minh" });
  });
  test("when the request names an entry that is in no journal", async () => {
    const bundle = tampered(honest.sg1);
    bundle.ask({ journal_head: "a".repeat(64) });
    await refuses(bundle.folder, /journal_head/);
  });
  test("when the host's earlier runs are missing", async () => {
    const bundle = tampered(honest.sg1);
    expect(bundle.lines("runs-index.jsonl").length).toBeGreaterThan(0);
    bundle.write("runs-index.jsonl", "");
    bundle.ask({ previous_closeout_sha: JOURNAL_START });
    await refuses(bundle.folder, /runs index of this host is not the one this machine remembers/);
  });
  test("when the host's earlier runs were rewritten with an unbroken chain", async () => {
    const bundle = tampered(honest.sg1);
    const [first] = bundle.lines("runs-index.jsonl");
    const line = indexLine(JOURNAL_START, { ...(first?.["record"] as Record<string, Json>), reason: "something else" });
    bundle.write("runs-index.jsonl", `${canonicalText({ ...line })}\n`);
    bundle.ask({ previous_closeout_sha: line.line_sha });
    await refuses(bundle.folder, /runs index of this host is not the one this machine remembers/);
  });
});

describe("a backup other than the proven one is not signed", () => {
  const receipt = (bundle: TamperedBundle, change: (row: Record<string, Json>) => Record<string, Json>): void =>
    bundle.write(
      "receipts.json",
      canonicalText((JSON.parse(bundle.read("receipts.json").toString("utf8")) as Record<string, Json>[]).map(change)),
    );
  test("when the request names a file that no receipt knows", async () => {
    const bundle = tampered(honest.execution);
    const { payload } = parseRequest(bundle.read("payload.json"));
    bundle.ask({ backup: { ...("backup" in payload ? payload.backup : {}), file_sha: "a".repeat(64) } });
    await refuses(bundle.folder, /backup that the request names is not among the receipts/, { person: "minh" });
  });
  test("when a receipt shows other tables than its digest covers", async () => {
    const bundle = tampered(honest.execution);
    receipt(bundle, (row) => ({
      ...row,
      content_digests: {
        ...(row["content_digests"] as Record<string, Json>),
        "public.information_unit": { rows: 0, sha: digestOf(0) },
      },
    }));
    await refuses(bundle.folder, /receipts\.json/, { person: "minh" });
  });
  test("when no receipt is shown at all", async () => {
    const bundle = tampered(honest.execution);
    bundle.write("receipts.json", "[]");
    await refuses(bundle.folder, /not among the receipts/, { person: "minh" });
  });
});

describe("for another host, other people or another person nothing is signed", () => {
  const profileWith = (change: Record<string, unknown>): string => {
    const file = join(mkdtempSync(join(scratch, "profile-")), "profile.json");
    cpSync(host.sandbox.persons.find((one) => one.id === "linh")?.profileFile ?? "", file);
    rewriteJson(file, (profile) => ({ ...profile, ...change }));
    return file;
  };
  test("when the request names another host", async () => {
    const bundle = tampered(honest.sg1);
    const { payload } = parseRequest(bundle.read("payload.json"));
    bundle.ask({ target: { ...("target" in payload ? payload.target : {}), host: "contabo" } });
    await refuses(bundle.folder, /another host/);
  });
  test("when the host uses another approver set", async () => {
    const bundle = tampered(honest.sg1);
    bundle.ask({ approvers_sha: "a".repeat(64) });
    await refuses(bundle.folder, /another approver set/);
  });
  test("when the approver set on this machine is not the pinned one", async () => {
    const file = join(scratch, "approvers.json");
    writeFileSync(
      file,
      readFileSync(host.sandbox.place.approversFile, "utf8").replace('"threshold":"2"', '"threshold":"1"'),
    );
    await refuses(honest.sg1, /does not pin/, { profile: profileWith({ approvers_file: file }) });
  });
  test("with a key file on a profile that is not a sandbox's", async () => {
    await refuses(honest.sg1, /--key-file/, { profile: profileWith({ sandbox: false }) });
  });
  test("by a person who may not sign this gate", async () => {
    await refuses(honest.execution, /hoa may not sign EXECUTION/, { person: "hoa" });
  });
  test("by somebody the set does not know", async () => {
    await refuses(honest.sg1, /holds no key/, { profile: profileWith({ person: "mallory" }) });
  });
  test("after the request's time", async () => {
    const bundle = tampered(honest.sg1);
    bundle.ask({}, new Date(Date.now() - 25 * 3600 * 1000));
    await refuses(bundle.folder, /had to be signed by/, {}, "STOP_APPROVAL_EXPIRED");
  });
});

describe("a person who does not type what only a reader knows signs nothing", () => {
  const digits = (): string => parseRequest(readFileSync(join(honest.sg1, "payload.json"))).payload_sha.slice(-6);
  test.each<[string, () => string]>([
    ["the number of units and the digits, as a pipe that copies the screen would", () => `3\n${digits()}\n`],
    ["yes", () => "yes\nyes\nyes\n"],
    ["nothing at all", () => ""],
  ])("%s", async (_what, input) => {
    await refuses(honest.sg1, /nothing was signed/, { input: input() });
  });
  test.each<[string, (answer: string) => string]>([
    ["other words", (answer) => (/^[0-9a-f]{6}$/.test(answer) ? answer : "some other words")],
    ["two of three words", (answer) => answer.split(" ").slice(0, 2).join(" ").slice(0, 5)],
    ["other digits", (answer) => (/^[0-9a-f]{6}$/.test(answer) ? "zzzzzz" : answer)],
  ])("%s", async (_what, instead) => {
    await refuses(honest.sg1, /nothing was signed/, { instead });
  });
  test("a typing error may be corrected", async () => {
    let wrong = 2;
    const answer = await approve(honest.sg1, { instead: (right) => (wrong-- > 0 ? "oops" : right) });
    expect(answer).toMatchObject({ status: 0 });
    expect(answer.text).toContain("1 try left");
  });
});

describe("what the host found is not signed when it was changed on the way", () => {
  const findings = (change: (all: Record<string, Json>) => Record<string, Json>): TamperedBundle => {
    const bundle = tampered(honest.sg1);
    bundle.write("findings.json", canonicalText(change(bundle.json("findings.json"))));
    return bundle;
  };
  test("when its findings were emptied", async () => {
    const bundle = findings((all) => ({ ...all, environment: ["one more"] }));
    await refuses(bundle.folder, /findings\.json: other findings or documents than the run recorded/);
  });
  test("when another document was left out", async () => {
    const bundle = findings((all) => ({ ...all, baseline: (all["baseline"] as Json[]).slice(1) }));
    await refuses(bundle.folder, /findings\.json: other findings or documents than the run recorded/);
  });
  test("when the recorded outputs say the same as the emptied list", async () => {
    const bundle = findings((all) => ({ ...all, baseline: [] }));
    const outputs = bundle.json("outputs.json");
    const source = outputs["source_pin"] as Record<string, Json>;
    bundle.write("outputs.json", canonicalText({ ...outputs, source_pin: { ...source, baseline: [] } }));
    await refuses(bundle.folder, /outputs\.json: the output of source_pin is not the one the journal records/);
  });
});

test("read refuses what approve refuses, and makes a page of the honest request", async () => {
  const bundle = tampered(honest.sg1);
  bundle.write("snapshot.md", evil);
  const read = (folder: string) =>
    execa(
      process.execPath,
      [join(projectRoot(), "dist", "scripts", "read.mjs"), folder, "--page", join(scratch, "p.html")],
      {
        reject: false,
      },
    );
  expect(await read(bundle.folder)).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/region\.bin/) });
  expect(await read(honest.sg1)).toMatchObject({ exitCode: 0, stdout: join(scratch, "p.html") });
  expect(readFileSync(join(scratch, "p.html"), "utf8")).toContain("The second text.");
});

test.each([
  "payload.json",
  "sg1.json",
  "snapshot.md",
  "region.bin",
  "grammar.json",
  "receipts.json",
  "findings.json",
  "outputs.json",
  "journal.ndjson",
  "runs-index.jsonl",
])("without %s, or with a link in its place, nothing is signed", async (name) => {
  const bundle = tampered(honest.execution);
  rmSync(join(bundle.folder, name));
  await refuses(bundle.folder, new RegExp(name.replace(".", "\\.")), { person: "minh" }, "STOP_COULD_NOT_LOOK");
  symlinkSync("/etc/passwd", join(bundle.folder, name));
  const answer = await refuses(bundle.folder, new RegExp(`${name.replace(".", "\\.")}.*not a plain file`), {
    person: "minh",
  });
  expect(answer.text).not.toContain("root:");
});

test("the honest bundles are still signed", async () => {
  for (const [folder, person] of [
    [honest.sg1, "linh"],
    [honest.execution, "minh"],
  ] as const)
    expect((await approve(folder, { person })).signed).toHaveLength(2);
});

test("a program gets one object about what was signed, and the operator's next command names their host", async () => {
  const { status, text } = await approve(honest.sg1, { more: ["--json", "--stack", "contabo"] });
  const told = JSON.parse(text.split("\n").find((line) => line.startsWith("{")) ?? "null") as Record<string, string>;
  expect([status, text.split("\n").filter((line) => line.startsWith("{")).length]).toEqual([0, 1]);
  expect(told).toMatchObject({
    event: "signed",
    gate: "SG_1_cut_authz",
    run_id: run,
    person: "linh",
    next: expect.stringMatching(new RegExp(`^npm run resume -- ${run} \\S+\\.json --stack contabo$`)),
  });
});
