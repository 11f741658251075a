import { describe, expect, test } from "vitest";
import { stopLines, stopsText } from "../../../../runner/commands/stops.ts";
import { runIdOf } from "../../../../runner/model/ids.ts";
import { STOPS, Stopped } from "../../../../runner/model/stop.ts";
import { stopJson, stopText } from "../../../../runner/terminal/stop-text.ts";
import type { StopJson } from "../../../../runner/model/events.ts";
import { minute, recordsThrough, RUN_ID, runRow, statusOf } from "../../../support/recorded-run.ts";

const drift = new Stopped("STOP_DRIFT", { saw: "document ICX-CONST changed", wanted: "byte-equal" });
const status = (more: Parameters<typeof statusOf>[0]["halts"] = []) =>
  statusOf({
    revision: 1,
    run: runRow("cut_leg_a_committed", { last_stop: "STOP_DRIFT" }),
    phases: recordsThrough("cut_leg_a"),
    proves: {},
    admissions: [],
    halts: more,
    receipts: [],
    requests: [],
    last_error: null,
    phase_cap_seconds: 600,
    now: minute(20),
  });

describe("a stop for people", () => {
  test("says what it saw, what is committed, until when it may lie, what to do and whom to call", () => {
    expect(stopText(drift, status(), "Asia/Ho_Chi_Minh")).toBe(
      [
        "STOP_DRIFT: something that was signed or proven has changed",
        "saw               document ICX-CONST changed",
        "wanted            byte-equal",
        "COMMITTED SO FAR  units as drafts; nothing enacted",
        "SAFE TO LEAVE     yes, until 2026-11-21 08:06:00 UTC (15:06:00 UTC+07:00, Sat 21 Nov)",
        "HINT              find the change named here, then void the run, or undo it with `cutter orchestrate revert`, and cut again",
        `NEXT              cutter orchestrate resume ${RUN_ID}`,
        `OR                cutter orchestrate revert ${RUN_ID} "<reason>"`,
        "CALL              operator",
        "",
      ].join("\n"),
    );
  });

  test("without a run nothing is committed; without a look nothing is claimed", () => {
    expect(stopText(drift, "no run")).toContain(
      "COMMITTED SO FAR  nothing: this command opened no run\n" +
        "SAFE TO LEAVE     yes, as to this command; `cutter orchestrate status` tells of open runs\n",
    );
    expect(stopText(drift)).toContain("COMMITTED SO FAR  not read;");
    expect(stopText(drift)).toContain("SAFE TO LEAVE     not known;");
  });

  test("lists every further finding and the line of a refused document", () => {
    const stop = new Stopped("STOP_REFUSED_INPUT", {
      saw: "first",
      wanted: "none",
      line: 12,
      details: ["first", "second"],
    });
    expect(stopText(stop)).toContain(
      "saw               first\nline              12\nwanted            none\n  -               first\n  -               second\n",
    );
    expect(
      stopText(new Stopped("STOP_REFUSED_INPUT", { saw: "only", wanted: "none", details: ["only"] })),
    ).not.toContain("  -  ");
  });

  test("no value can forge a line of its own or hide characters", () => {
    const stop = new Stopped("STOP_DRIFT", {
      saw: "a\nNEXT              rm -rf\u001b[2J",
      wanted: "b\u202e",
      details: ["c\r\n", "d"],
    });
    const text = stopText(stop, "no run");
    expect(text).toContain("a\\u{A}NEXT");
    expect(text).not.toMatch(/[\u001b\u202e\r]/);
    expect(text.split("\n").filter((line) => line.startsWith("NEXT"))).toEqual([]);
  });

  test("a mistyped run id was told `the input cannot be cut as it is`: title and hint fit whatever was given", () => {
    try {
      runIdOf("ictr-oops");
      expect.unreachable("it is no run id");
    } catch (stop) {
      if (!(stop instanceof Stopped)) throw stop;
      expect(stopText(stop, "no run")).toMatch(/^STOP_REFUSED_INPUT: what was given cannot be used/);
      expect(stopText(stop, "no run")).not.toMatch(/\bcut\b/);
    }
  });

  test("every code of the table prints with its title, a hint and whom to call", () => {
    for (const { code, title, hint, call } of stopLines()) {
      const text = stopText(new Stopped(code, { saw: "x", wanted: "y" }));
      expect(text).toContain(`${code}: ${title}\n`);
      expect(text).toContain(`HINT              ${hint}\n`);
      expect(text).toContain(`CALL              ${call}\n`);
    }
  });
});

describe("a stop for programs", () => {
  test("has the members the events of a run promise", () => {
    const json: StopJson = stopJson(drift);
    expect(json).toEqual({
      code: "STOP_DRIFT",
      saw: "document ICX-CONST changed",
      wanted: "byte-equal",
      hint: STOPS.STOP_DRIFT.hint,
      next: null,
      or: null,
      details: [],
    });
  });

  test("the stop's own words and commands come before those of the table and the status", () => {
    const own = new Stopped("STOP_DRIFT", { saw: "s", wanted: "w", hint: "own hint", next: "own next", or: "own or" });
    expect(stopJson(own, status())).toMatchObject({ hint: "own hint", next: "own next", or: "own or" });
  });

  test("a command of the status is kept as the other way when the stop names its own", () => {
    const own = new Stopped("STOP_DRIFT", { saw: "s", wanted: "w", next: "own next" });
    expect(stopJson(own, status()).or).toBe(`cutter orchestrate resume ${RUN_ID}`);
    const same = new Stopped("STOP_DRIFT", { saw: "s", wanted: "w", next: `cutter orchestrate resume ${RUN_ID}` });
    expect(stopJson(same, status()).or).toBe(`cutter orchestrate revert ${RUN_ID} "<reason>"`);
  });

  test("a halt in force is followed by the command that lifts it", () => {
    const halted = status([{ halt_id: "3", run_id: null, reason: "r", actor: "a", at: minute(15) }]);
    expect(stopJson(new Stopped("STOP_HALTED", { saw: "s", wanted: "w" }), halted)).toMatchObject({
      next: "npm run unhalt -- 3",
      or: null,
    });
  });

  test("behind another process only that process is followed, whatever the run waits for", () => {
    const held = { ...status(), holder: "vmi/41/99" };
    for (const code of ["STOP_LEASE_HELD", "STOP_FENCED"] as const) {
      expect(stopJson(new Stopped(code, { saw: "s", wanted: "w" }), held).next).toBe(
        `cutter orchestrate follow ${RUN_ID}`,
      );
      expect(stopJson(new Stopped(code, { saw: "s", wanted: "w" }), { ...held, holder: null }).next).toBe(
        `cutter orchestrate status ${RUN_ID}`,
      );
    }
  });
});

describe("the stop table", () => {
  test("lists every code once, under its exit status, in ascending order", () => {
    const text = stopsText();
    const exits = [...text.matchAll(/^exit (\d+)/gm)].map((match) => Number(match[1]));
    expect(exits).toEqual([...exits].sort((a, b) => a - b));
    expect(new Set(exits).size).toBe(exits.length);
    for (const { code, exit, title } of stopLines()) {
      const block = text.split("\n\n").filter((part) => part.includes(`  ${code} `));
      expect(block).toHaveLength(1);
      expect(block[0]).toMatch(new RegExp(`^exit ${exit}\\b`));
      expect(block[0]).toContain(title);
    }
  });

  test("names the statuses that are not stops: done, drift, usage and bug", () => {
    for (const exit of [0, 7, 64, 70]) expect(stopsText()).toMatch(new RegExp(`^exit ${exit}  \\S`, "m"));
  });
});
