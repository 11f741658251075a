// What the gate says to files that look like approvals, and what a run does without them. One host; a refused file burns nothing,
// so all of them share two waiting runs and are judged in one call, and the first of these runs is cut at the end.
import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalText } from "../../runner/model/canonical.ts";
import { buildRequest, parseStatement, type Request } from "../../runner/model/statement.ts";
import { STOPS, type StopCode } from "../../runner/model/stop.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { gpgHome, type GpgHome } from "../support/gpg-home.ts";
import {
  askedAt,
  expiredFor,
  handSigned,
  keyOf,
  layApprovers,
  layFiles,
  requestOf,
  type HandSigned,
} from "../support/hand-signed.ts";
import { makeKey, type TestKey } from "../support/keys.ts";
import { expectRefused, rowCounts } from "../support/refusals.ts";

const DAY = 24 * 3600 * 1000;
const monthAgo = new Date(Math.floor(Date.now() / 1000) * 1000 - 30 * DAY);
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3600 * 1000);

let host: GovernedHost;
let gpg: GpgHome;
let run: string;
let other: string;
let sg1: Request;
let execution: Request;
/** an signs everything and holds two keys; bao's key ended yesterday; the stranger stands in no set. */
let an: readonly [TestKey, TestKey];
let bao: TestKey;
let stranger: TestKey;

const gate = (...files: string[]) => host.cutter("gate", "admit", ...files);
const byAn = (change: Partial<HandSigned> = {}): Promise<string> =>
  handSigned(host, { request: sg1, person: "an", key: an[0], ...change });
const sigOf = (file: string): string => file.replace(/json$/, "sig");
const over = (payload: Record<string, unknown>): Request =>
  buildRequest({ gate: "SG_1_cut_authz", payload: payload as never, requested: new Date() }).request;
async function changedText(change: (canonical: string) => string): Promise<string> {
  const before = readFileSync(await byAn(), "utf8");
  expect(change(before)).not.toBe(before);
  return byAn({ text: change });
}
async function byGpg(words: string[]): Promise<string> {
  await gpg.gpg(["--import"], Buffer.from(an[0].privateKey.armor()));
  const bytes = readFileSync(await byAn());
  return layFiles(host, bytes, await gpg.sign(an[0].fingerprint, bytes, new Date(), words));
}
async function noPlainFile(kind: "symlink" | "fifo" | "folder" | "second name"): Promise<string> {
  const good = await byAn();
  const laid = join(host.sandbox.place.runtimeRoot, "approvals", `trick-${kind.replace(" ", "-")}.json`);
  writeFileSync(sigOf(laid), readFileSync(sigOf(good)));
  if (kind === "symlink") symlinkSync(host.sandbox.place.configFile, laid);
  else if (kind === "fifo") execFileSync("mkfifo", [laid]);
  else if (kind === "folder") execFileSync("mkdir", [laid]);
  else linkSync(good, laid);
  return laid;
}

/** A file that must be refused: what is wrong with it, how it is made, the words of the refusal, and its stop where it is not STOP_APPROVAL_INVALID. */
type BadFile = readonly [what: string, make: () => Promise<string>, words: string | RegExp, code?: StopCode];
const text = (what: string, words: RegExp, change: (canonical: string) => string): BadFile => [
  what,
  () => changedText(change),
  words,
];

const bad: Readonly<Record<string, readonly BadFile[]>> = {
  "a signature does not count when": [
    [
      "one byte of the statement was changed after signing",
      async () => {
        const file = await byAn();
        writeFileSync(
          file,
          readFileSync(file, "utf8").replace(
            /("nonce":")(.)/,
            (_all, head: string, digit: string) => `${head}${digit === "0" ? "1" : "0"}`,
          ),
        );
        return file;
      },
      "over other bytes",
    ],
    [
      "one byte in the middle of the signature was changed",
      async () => {
        const file = await byAn();
        const bytes = readFileSync(sigOf(file));
        const at = bytes.length - 20;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(sigOf(file), bytes);
        return file;
      },
      "over other bytes",
    ],
    [
      "the signature of another statement lies beside it",
      async () => {
        const [file, another] = [await byAn(), await byAn()];
        writeFileSync(sigOf(file), readFileSync(sigOf(another)));
        return file;
      },
      "over other bytes",
    ],
    ["the key stands in no approver set", () => byAn({ key: stranger }), "a key that no approver holds"],
    [
      "a stranger signed in the name of an approver's key",
      () => byAn({ key: stranger, fingerprint: an[0].fingerprint }),
      "by another key",
    ],
    [
      "an approver signed in the name of another",
      async () => byAn({ key: await keyOf(host, "linh"), at: new Date(Date.now() + 1000) }),
      "a key of another person",
    ],
    ["the key has expired and the signature is of now", () => byAn({ person: "bao", key: bao }), "an expired key"],
    [
      "the key has expired and signature and statement are dated back",
      () => byAn({ person: "bao", key: bao, request: askedAt(sg1, hoursAgo(49)), at: hoursAgo(48) }),
      "an expired key",
    ],
    [
      "statement and signature are of different days",
      () => byAn({ signatureAt: hoursAgo(24) }),
      "under a statement signed",
    ],
    [
      "its file is missing",
      async () => layFiles(host, readFileSync(await byAn())),
      "could not be read",
      "STOP_COULD_NOT_LOOK",
    ],
    [
      "its file is empty",
      async () => layFiles(host, readFileSync(await byAn()), Buffer.alloc(0)),
      "an empty signature file",
    ],
    ["gpg made it inline", () => byGpg(["--sign"]), "not a binary OpenPGP packet"],
    ["gpg made it clear-signed", () => byGpg(["--clear-sign"]), "not a binary OpenPGP packet"],
    [
      "gpg made it over a text instead of bytes",
      () => byGpg(["--textmode", "--detach-sign"]),
      "not over a binary document",
    ],
  ],
  "the time of a statement is wrong when": [
    [
      "it was signed a day ago, whoever resigned the request to an older date",
      () => byAn({ request: askedAt(sg1, hoursAgo(25)), at: hoursAgo(24.5) }),
      /used before/,
      "STOP_APPROVAL_EXPIRED",
    ],
    [
      "an EXECUTION is older than ninety minutes",
      () => byAn({ request: askedAt(execution, hoursAgo(2)), at: hoursAgo(1.6) }),
      /used before/,
      "STOP_APPROVAL_EXPIRED",
    ],
    ["it lies before the request it answers", () => byAn({ at: hoursAgo(23) }), /approve_by/],
    [
      "it lies in the future",
      () => byAn({ request: askedAt(sg1, new Date(Date.now() + DAY)), at: new Date(Date.now() + DAY) }),
      /from the future/,
    ],
  ],
  "a statement honestly signed by an approver is refused when it": [
    text("names a field twice", /not a statement/, (all) =>
      all.replace('"person":"an"', '"person":"an","person":"an"'),
    ),
    text("names a field twice, once escaped", /not a statement/, (all) =>
      all.replace('"person":"an"', '"person":"an","\\u0070erson":"an"'),
    ),
    text("has a field more", /not a statement/, (all) => all.replace('"payload":', '"note":"please","payload":')),
    text("has a field of the payload more", /not a statement/, (all) =>
      all.replace('"candidate_count"', '"bypass":"yes","candidate_count"'),
    ),
    text("lacks a field", /allowance/, (all) => all.replace(/"allowance":"explicit",/, "")),
    text("lacks a field of the payload", /config_sha/, (all) => all.replace(/"config_sha":"[0-9a-f]{64}",/, "")),
    text("was renamed to another gate", /not a statement/, (all) =>
      all.replaceAll("SG_1_cut_authz", "SG_2_lifecycle_authz"),
    ),
    text("was renamed to a gate nobody knows", /not a statement/, (all) => all.replaceAll("SG_1_cut_authz", "SG_9")),
    text("ends in a line feed", /not a statement/, (all) => `${all}\n`),
    text("begins with a byte order mark", /not a statement/, (all) => `\uFEFF${all}`),
    text("says a longer life than its gate gives", /use_by/, (all) =>
      all.replace(/"use_by":"(\d{4})/, (_all, year: string) => `"use_by":"${Number(year) + 1}`),
    ),
    text("says implicit", /allowance/, (all) => all.replace('"allowance":"explicit"', '"allowance":"implicit"')),
    text("is no JSON", /not a statement/, () => "approved, go ahead"),
    [
      "is signed by a person who may not sign its gate",
      async () => handSigned(host, { request: execution, person: "hoa", key: await keyOf(host, "hoa") }),
      /hoa, who may not sign EXECUTION/,
    ],
    [
      "is for the enactment, before anything was written",
      () =>
        byAn({
          request: buildRequest({
            gate: "SG_2_lifecycle_authz",
            requested: new Date(),
            payload: {
              run_id: run,
              sg1_payload_sha: sg1.payload_sha,
              observed_digest: "a".repeat(64),
              review_decision_id: "9b2f0f66-6a55-4c2e-8a3b-2a1a4b8c9d10",
              environment_hash: "b".repeat(64),
            },
          }).request,
        }),
      /STOP_APPROVAL_INVALID/,
    ],
  ],
  "a statement is of other facts when it is of": [
    [
      "another run's plan under this run's name",
      () => byAn({ request: over({ ...requestOf(host, other, "SG_1_cut_authz").payload, run_id: run }) }),
      /other facts/,
    ],
    ["one unit more", () => byAn({ request: over({ ...sg1.payload, candidate_count: "4" }) }), /other facts/],
    [
      "another release",
      () => byAn({ request: over({ ...sg1.payload, release_digest: "a".repeat(64) }) }),
      /other facts/,
    ],
    [
      "another database",
      () =>
        byAn({
          request: over({
            ...sg1.payload,
            target: { system_identifier: "7301234567890123456", timeline: "1", database: "staging", host: "sandbox" },
          }),
        }),
      /other facts/,
    ],
    [
      "a run this database does not know",
      () => byAn({ request: over({ ...sg1.payload, run_id: "ictr-20260520T100000Z-0123abcd" }) }),
      /a run this database does not know/,
    ],
  ],
  "a file is named and left alone when it is": [
    ["a symlink", () => noPlainFile("symlink"), /not a plain file/],
    ["a fifo", () => noPlainFile("fifo"), /not a plain file/],
    ["a second name", () => noPlainFile("second name"), /more than one name/],
    ["a folder", () => noPlainFile("folder"), /not a plain file/],
  ],
};
const everyBadFile = Object.values(bad).flat();

beforeAll(async () => {
  host = await governedHost();
  gpg = await gpgHome();
  an = [await makeKey({ created: monthAgo }), await makeKey({ created: monthAgo })];
  bao = await makeKey({ created: monthAgo });
  stranger = await makeKey({ created: monthAgo });
  await layApprovers(host, [
    { id: "an", gates: ["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"], keys: an },
    { id: "bao", gates: ["SG_1_cut_authz"], keys: [await expiredFor(bao, monthAgo, 29 * 24 * 3600)] },
  ]);
  await host.register("GATE-1", LAW);
  await host.register("GATE-2", `${LAW}\n## Four\n\nThe fourth text.\n`);
  run = await host.cut("GATE-1");
  other = await host.cut("GATE-2");
  sg1 = requestOf(host, run, "SG_1_cut_authz");
  execution = requestOf(host, run, "EXECUTION");
});
afterAll(async () => {
  await gpg?.close();
  await host?.remove();
});

test("a run that nobody signed waits, again and again, and writes nothing", async () => {
  await expectRefused(
    host,
    () => host.cutter("orchestrate", "resume", run),
    "STOP_APPROVAL_REQUIRED",
    /no SG_1_cut_authz statement has been admitted.*no EXECUTION/s,
  );
});

describe("of many bad files laid at once each is told for itself, and not one row comes or goes:", () => {
  let told: ReadonlyMap<BadFile, string>;
  beforeAll(async () => {
    const before = await rowCounts(host);
    const files: string[] = [];
    for (const [, make] of everyBadFile) files.push(await make());
    const answer = await gate(...files);
    const stops = answer.events.map((event) => JSON.stringify(event));
    const words = answer.stderr.split(/^.*: not admitted\n/m).slice(1);
    expect([stops.length, words.length, answer.status]).toEqual([
      files.length,
      files.length,
      STOPS.STOP_APPROVAL_INVALID.exit,
    ]);
    told = new Map(everyBadFile.map((file, at) => [file, `${stops[at] ?? ""}\n${words[at] ?? ""}`]));
    expect(await rowCounts(host)).toEqual(before);
  });
  for (const [what, files] of Object.entries(bad)) {
    test.each(files.map((file) => [file[0], file] as const))(`${what} %s`, (_what, file) => {
      const [, , words, code = "STOP_APPROVAL_INVALID"] = file;
      const answer = told.get(file) ?? "";
      expect(JSON.parse(answer.split("\n")[0] ?? "")).toMatchObject({
        event: "ended",
        exit: STOPS[code].exit,
        stop: { code },
      });
      expect(answer).toMatch(words);
      // A refusal never quotes what a stranger wrote.
      expect(answer).not.toMatch(/go ahead|please|bypass|schema_version/);
    });
  }
});

// From here on approvals count, in the order in which a person would give them.
describe("approvals that count", () => {
  test("are admitted beside a bad file of the same call, which burns nothing", async () => {
    const before = await rowCounts(host);
    const answer = await gate(layFiles(host, Buffer.from("{}"), Buffer.from("x")), await byAn());
    expect(answer).toMatchObject({ status: 4, stop: "STOP_APPROVAL_INVALID" });
    expect(answer.stderr).toContain("admitted SG_1_cut_authz");
    expect(await rowCounts(host)).toEqual({
      ...before,
      "cutter_runtime.admission": (before["cutter_runtime.admission"] ?? 0) + 1,
      "cutter_runtime.planned_unit": (before["cutter_runtime.planned_unit"] ?? 0) + 3,
    });
  });
  test("are admitted once: the same file again is refused", async () => {
    const [row] = await host.sql<{ statement: Buffer; signature: Buffer }>(
      "SELECT statement, signature FROM cutter_runtime.admission WHERE run_id = $1",
      [run],
    );
    const file = layFiles(host, row?.statement ?? Buffer.alloc(0), row?.signature);
    expect(canonicalText(parseStatement(readFileSync(file)))).toBe(readFileSync(file, "utf8"));
    await expectRefused(host, () => gate(file), "STOP_APPROVAL_CONSUMED");
  });
  test("of one person are not enough: SG_1 alone does not execute", async () => {
    await expectRefused(host, () => host.cutter("orchestrate", "resume", run), "STOP_EXECUTION_NOT_AUTHORIZED");
  });
  test("of one person with two keys are refused: whoever signed SG_1 does not sign EXECUTION", async () => {
    const file = await byAn({ request: execution, key: an[1] });
    await expectRefused(host, () => gate(file), "STOP_APPROVAL_INVALID", /EXECUTION by the person who signed SG_1/);
  });
  test("of another run let this one wait on", async () => {
    await host.authorizeCut(other);
    await expectRefused(host, () => host.cutter("orchestrate", "resume", run), "STOP_EXECUTION_NOT_AUTHORIZED");
  });
  test("of two people let the run write its drafts and wait for the enactment", async () => {
    expect(await gate(await host.sign(run, "EXECUTION", "minh"))).toMatchObject({ status: 0 });
    // The sheet went on asking for signatures that were admitted, until somebody resumed.
    expect((await host.cutter("orchestrate", "status", run)).events).toMatchObject([
      { waiting_for: null, next: `cutter orchestrate resume ${run}` },
    ]);
    expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({
      status: 3,
      stop: "STOP_APPROVAL_REQUIRED",
    });
    expect(await host.sql("SELECT phase FROM cutter_runtime.admission_use WHERE run_id = $1", [run])).toEqual([
      { phase: "cut_leg_a" },
      { phase: "cut_leg_a" },
    ]);
  });
  test("for the enactment may not come from the person who signed SG_1", async () => {
    const file = await byAn({ request: requestOf(host, run, "SG_2_lifecycle_authz"), key: an[1] });
    await expectRefused(
      host,
      () => gate(file),
      "STOP_APPROVAL_INVALID",
      /SG_2_lifecycle_authz by the person who signed SG_1/,
    );
  });
  test("are no use for a run that is closed", async () => {
    expect(await host.cutter("orchestrate", "void", other, "not wanted")).toMatchObject({ status: 0 });
    const file = await handSigned(host, {
      request: requestOf(host, other, "SG_1_cut_authz"),
      person: "an",
      key: an[0],
    });
    await expectRefused(host, () => gate(file), "STOP_REPLAY_CONFLICT");
    await expectRefused(
      host,
      () => host.cutter("orchestrate", "resume", other),
      "STOP_REPLAY_CONFLICT",
      /closed as voided/,
    );
  });
  test("of a second person for the enactment end the run", async () => {
    await host.authorizeEnactment(run);
    expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });
  });
});
