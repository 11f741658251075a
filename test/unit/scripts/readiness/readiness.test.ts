import { beforeAll, describe, expect, test } from "vitest";
import { drift } from "../../../../infra/drift.ts";
import type { Facts } from "../../../../infra/drift.ts";
import { declareHost } from "../../../../infra/host-spec.ts";
import type { DeclaredHost } from "../../../../infra/host-spec.ts";
import type { DeclaredLook } from "../../../../infra/readiness-look.ts";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { nextCommand, nextLine } from "../../../../scripts/readiness/next-command.ts";
import { checklistLines } from "../../../../runner/terminal/checklist.ts";
import {
  canAuthorize,
  parserPoint,
  testsPoint,
  treeScanPoints,
} from "../../../../scripts/readiness/checkout-points.ts";
import { approversPoint, gapPoints, programsPoint, treePoints } from "../../../../scripts/readiness/declared-points.ts";
import { evidenceOf } from "../../../../scripts/readiness/non-mutation.ts";
import { runIdsIn, secretsIn } from "../../../../scripts/readiness/tracked-secrets.ts";
import type { Told } from "../../../../scripts/readiness/told.ts";
import { declaredSources, declaredStack } from "../../../support/declared-stack.ts";

const stack = declaredStack();
const RUN = "ictr-20261120T000000Z-00000001";
let host: DeclaredHost;
beforeAll(() => {
  host = declareHost(stack, declaredSources(true));
});

const asDeclared = (): Facts =>
  Object.fromEntries(
    Object.entries(host.spec).map(([path, { component, state, parent }]) => [
      path,
      { component, state, ...(parent === undefined ? {} : { parent }) },
    ]),
  );
const lookOf = (facts: Facts, faults: DeclaredLook["faults"] = {}): Told<DeclaredLook> => ({
  value: { spec: host.spec, facts, lines: drift(host.spec, facts), faults },
});
const without = (match: (path: string, component: string) => boolean): Facts =>
  Object.fromEntries(Object.entries(asDeclared()).filter(([path, { component }]) => !match(path, component)));
const gaps = (look: Told<DeclaredLook>) =>
  gapPoints(look, {
    release: { value: 1 },
    backupKey: { value: 1 },
    releases: stack.release.folder,
    launcher: stack.release.launcher,
  });
const answers = (look: Told<DeclaredLook>): Record<string, string> =>
  Object.fromEntries(Object.entries(gaps(look)).map(([name, { state }]) => [name, state]));
const ALL_FOUND = {
  one: "found",
  two: "found",
  three: "found",
  four: "found",
  five: "found",
  six: "found",
  nine: "found",
};

// What is taken away, and the gaps that must open by it; nothing else may.
const taken: readonly [string, (path: string, component: string) => boolean, readonly (keyof typeof ALL_FOUND)[]][] = [
  ["one file of the release", (path) => path.endsWith("/cutter.mjs"), ["one"]],
  ["the launcher", (path) => path === stack.release.launcher, ["two"]],
  ["the link to the release", (path) => path.endsWith("/current"), ["two"]],
  ["the key in the keyring", (path) => path.startsWith("key "), ["three"]],
  ["the ledger's executor", (path) => path === "role cutter_exec", ["four"]],
  [
    "a right of the verifier",
    (path) => path === "grant INSERT on table cutter_governance.verify_result to cutter_verify",
    ["four"],
  ],
  ["one runtime folder", (path) => path === `${stack.runtime.root}/locks`, ["five"]],
  ["one key of the configuration", (path) => path === "config orchestrator.sidecar_root", ["five"]],
  ["a UNIX user", (path) => path.startsWith("user "), ["five"]],
  ["the revert of a run", (path) => path.startsWith("function public.fn_iu_revert_run"), ["six"]],
  ["the records of runs", (_path, component) => component === "package-runtime", ["four", "nine"]],
  ["the admission of writers", (_path, component) => component === "package-admission", ["nine"]],
  ["both rights of two-grant", (_path, component) => component === "package-two-grant", ["nine"]],
];

describe("the gaps that are parts of the declared host", () => {
  test("all of them are found on a host that stands as declared", () =>
    expect(answers(lookOf(asDeclared()))).toEqual(ALL_FOUND));

  test.each(taken)("without %s exactly its own gap is open", (_name, match, open) => {
    const look = lookOf(without(match));
    expect(answers(look)).toEqual({ ...ALL_FOUND, ...Object.fromEntries(open.map((name) => [name, "missing"])) });
    for (const name of open)
      expect(gaps(look)[name]).toMatchObject({ saw: expect.stringContaining("absent") as string, next: "npm run up" });
  });

  test("on a bare host nothing that drift hides is taken for found", () => {
    expect(answers(lookOf({}))).toEqual(Object.fromEntries(Object.keys(ALL_FOUND).map((name) => [name, "missing"])));
  });

  test("a look that failed leaves the gaps behind it unlooked at and the others answered", () => {
    expect(answers(lookOf(asDeclared(), { database: "timeout", keyring: "no" }))).toEqual({
      ...ALL_FOUND,
      three: "could not look",
      four: "could not look",
      six: "could not look",
      nine: "could not look",
    });
    expect(gaps(lookOf(asDeclared(), { database: "timeout" })).six.saw).toBe("timeout");
  });

  test("a package that the stack does not declare is a gap, whatever the others say", async () => {
    const lean = declareHost(
      { ...stack, database: { ...stack.database, packages: ["read-rights", "two-grant", "runtime"] } },
      {
        ...declaredSources(true),
        packages: declaredSources(true).packages.filter(({ name }) => name !== "admission" && name !== "revert"),
      },
    );
    const facts = Object.fromEntries(
      Object.entries(lean.spec).map(([path, { component, state }]) => [path, { component, state }]),
    );
    expect(answers({ value: { spec: lean.spec, facts, lines: [], faults: {} } })).toEqual({
      ...ALL_FOUND,
      six: "missing",
      nine: "missing",
    });
  });

  test("a release or key that is missing here is told in place of what the host has", () => {
    const points = gapPoints(lookOf(asDeclared()), {
      release: { state: "missing", saw: "no release" },
      backupKey: { state: "missing", saw: "no key" },
      releases: stack.release.folder,
      launcher: stack.release.launcher,
    });
    expect([points.one.saw, points.two.saw, points.three.saw, points.four.state]).toEqual([
      "no release",
      "no release",
      "no key",
      "found",
    ]);
  });

  test("programs, older trees and the approver set are found, missing and not looked at like them", () => {
    const [tree = ""] = stack.untouched.map(({ path }) => path);
    const three = (look: Told<DeclaredLook>): string[] =>
      [
        programsPoint(look, { install: "apt-get" }),
        ...treePoints(look, [tree]),
        approversPoint(look, { value: 1 }),
      ].map(({ state }) => state);
    expect(three(lookOf(asDeclared()))).toEqual(["found", "found", "found"]);
    expect(three(lookOf({}))).toEqual(["missing", "missing", "missing"]);
    expect(three({ state: "could not look", saw: "down" })).toEqual([
      "could not look",
      "could not look",
      "could not look",
    ]);
  });
});

test("secrets are told by kind and line wherever no test needs them, and never by their text", () => {
  const word = ["open", "sesame", "42"].join("-");
  const found = (path: string, text: string): string[] =>
    secretsIn(path, text).map(({ line, kind }) => `${line} ${kind}`);
  expect(found("a.pem", `x\n${["-----BEGIN", "RSA PRIVATE KEY-----"].join(" ")}`)).toEqual(["2 a private key"]);
  expect(found("test/a.ts", ["-----BEGIN", "PGP PRIVATE KEY BLOCK-----"].join(" "))).toEqual(["1 a private key"]);
  expect(found("exec.env", ["DOT_CUTTER_EXEC_DB_PASSWORD", word].join("="))).toEqual([
    "1 a password in an environment file",
  ]);
  expect(found("pgpass", ["127.0.0.1", "5432", "directus", "admin", word].join(":"))).toEqual([
    "1 a line of a password file",
  ]);
  expect(found("a.md", `${["postgres://me", word].join(":")}@db`)).toEqual(["1 a password in a url"]);
  expect(found("a.sql", `ALTER ROLE x ${["PASSWORD", `'${word}'`].join(" ")};`)).toEqual([
    "1 a password in a statement",
  ]);
  expect(found("a.yaml", `api_key: ${["'", word, "'"].join("")}`)).toEqual(["1 a secret as a value"]);
  expect(found("test/a.ts", `const secret = ${["'", word, "'"].join("")};`)).toEqual([]);
  expect(
    found("a.ts", 'const password = process.env["DOT_PASSWORD"];\nPASSWORD=$(pass show x)\npassword: <yours>'),
  ).toEqual([]);
  expect(
    JSON.stringify(
      treeScanPoints({
        value: { files: 1, secrets: secretsIn("a.yaml", `token: "${word}"`), runIds: [], mentioned: new Map() },
      }),
    ),
  ).not.toContain(word);
});

test("a run id stands in no code, and examples in tests and prose are only remembered", () => {
  expect(runIdsIn("scripts/a.ts", `const x = "${RUN}";`).traces).toEqual([
    { path: "scripts/a.ts", line: 1, kind: "a run id" },
  ]);
  expect([runIdsIn("README.md", RUN), runIdsIn("test/a.ts", RUN)].map(({ all, traces }) => [all, traces])).toEqual([
    [[RUN], []],
    [[RUN], []],
  ]);
});

test("the tests baseline is found only for a release whose own build passed every test", () => {
  const build = JSON.stringify({ "cutter.mjs": "a".repeat(64) });
  const release = (record: object | undefined, tested = sha256(build)) => {
    const text = record === undefined ? undefined : JSON.stringify({ tested_release: tested, tests: record });
    const manifest =
      text === undefined ? build : JSON.stringify({ "cutter.mjs": "a".repeat(64), "tests.json": sha256(text) });
    return {
      digest: sha256(manifest),
      files: {
        "manifest.json": Buffer.from(manifest),
        ...(text === undefined ? {} : { "tests.json": Buffer.from(text) }),
      },
    };
  };
  const green = { suites: "3", tests: "471", passed: "471" };
  const answer = (...[value, recorded]: [ReturnType<typeof release>, ReturnType<typeof release>?]): string => {
    const { state: told, saw } = testsPoint({ value }, recorded);
    return `${told}: ${saw.replace(/ for release.*/, "")}`;
  };
  expect(answer(release(green))).toBe("found: 471/471 passed in 3 suites,");
  expect(answer(release(undefined))).toMatch(/^missing: .*records no tests$/);
  expect(answer(release(green, "b".repeat(64)))).toBe("missing: the recorded tests are those of another build");
  expect(answer(release({ ...green, passed: "470" }))).toBe("missing: 470 of 471 tests passed");
  expect(answer(release(undefined), release(green))).toMatch(/^found/);
});

test("an approver set is enough only if SG_1's signer can be another person than the other two", () => {
  const person = (id: string, ...gates: ("SG_1_cut_authz" | "EXECUTION" | "SG_2_lifecycle_authz")[]) => ({
    id,
    name: id,
    gates,
    keys: [],
  });
  const set = (...persons: ReturnType<typeof person>[]) => ({ version: "1", threshold: "1", persons });
  expect(
    canAuthorize(set(person("an", "SG_1_cut_authz"), person("binh", "EXECUTION", "SG_2_lifecycle_authz"))),
  ).toBeUndefined();
  expect(
    canAuthorize(set(person("an", "SG_1_cut_authz", "EXECUTION"), person("binh", "SG_2_lifecycle_authz"))),
  ).toMatch(/^no persons/);
});

test("the parser of this checkout covers a text byte for byte", () =>
  expect(parserPoint()).toMatchObject({ state: "found", saw: expect.stringContaining("3 units") as string }));

test("one command stands for the whole list, with the stack it is for, and text of the host cannot break a line", () => {
  const points = [
    { part: "a", title: "x", state: "found" as const, saw: "y" },
    { part: "a", title: "n\nm", state: "missing" as const, saw: "\u202e", next: "npm run up" },
    { part: "b", title: "z", state: "could not look" as const, saw: "", next: "npm run release" },
  ];
  expect(nextCommand(points, "contabo")).toBe("npm run up -- --stack contabo");
  expect(nextCommand(points.slice(2), "contabo")).toBe("npm run release");
  expect(checklistLines(points)).toEqual([
    "a",
    "  found    x: y",
    "  MISSING  n\\u{A}m: \\u{202E}",
    "",
    "b",
    "  ?        z: ",
  ]);
  expect(nextLine(points.slice(0, 1), "sandbox")).toBe("everything was found");
});

describe("what proves that nothing was changed", () => {
  const out = (text: string) => ({ out: Buffer.from(text) });
  const writes = (xid: string) => out(JSON.stringify({ inserted: "1", updated: "2", deleted: "3", next_xid: xid }));
  const session = (read_only: string, xid: string | null) => ({
    value: { look: "session" as const, read_only, xid, role: "r", database: "d" },
  });
  const sha = "a".repeat(64);
  const HOST = "unit ssh.service\nrunning ssh.service\ncron /etc/cron.d/e2scrub 1.0\n";
  const of = (files: [string, string], xids: [string, string], told: ReturnType<typeof session>, later = HOST) =>
    evidenceOf({
      started: [out(HOST), out(later)],
      files: [out(files[0]), out(files[1])],
      writes: [writes(xids[0]), writes(xids[1])],
      session: told,
    });
  const held = (...given: Parameters<typeof of>) => of(...given).map(({ holds }) => holds);

  test("equal witnesses and a read-only transaction without a number prove it", () =>
    expect(held([sha, sha], ["7", "7"], session("on", null))).toEqual([true, true, true, true, true]));
  test("a transaction that could have written, or files that moved, disprove it", () =>
    expect(held([sha, "b".repeat(64)], ["7", "7"], session("on", "9"))).toEqual([false, true, true, true, false]));
  test("somebody else's write is said and held against nobody", () =>
    expect(held([sha, sha], ["7", "8"], session("on", null))).toEqual([true, true, null, true, true]));
  test("service, cron and docker: none installed and none started is said with counts, and what is new meanwhile by its name", () => {
    const told = (later?: string) =>
      of([sha, sha], ["7", "7"], session("on", null), later).find(({ what }) => what === "service, cron, docker");
    expect(told()).toEqual({
      what: "service, cron, docker",
      saw: "none installed, none started (1 units, 1 running, 1 cron tables, 0 containers before and after)",
      holds: true,
    });
    expect(told(`${HOST}running nginx.service\n`)).toMatchObject({
      saw: "new meanwhile: running nginx.service",
      holds: null,
    });
  });
  test("without psql nothing was asked, and without a connection nothing was done", () => {
    expect(
      evidenceOf({
        files: [out(sha), out(sha)],
        started: [out(""), out("")],
        writes: [out("no psql"), out("no psql")],
        session: { state: "could not look", saw: "no psql" },
      }).map(({ holds }) => holds),
    ).toEqual([null, null, true, true]);
    expect(evidenceOf(undefined)).toMatchObject([{ holds: null }]);
  });
});
