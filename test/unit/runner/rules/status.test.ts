import { describe, expect, test } from "vitest";
import { RUN_STATES } from "../../../../runner/model/run.ts";
import type { StateJson } from "../../../../runner/model/state.ts";
import { stateJson, type StateFacts } from "../../../../runner/rules/run-state.ts";
import { statusFromState, type Seen } from "../../../../runner/rules/status.ts";
import { bothTimes, statusText } from "../../../../runner/terminal/status-text.ts";
import {
  admission,
  minute,
  receipt,
  recordOf,
  recordsThrough,
  requests,
  RUN_ID,
  runRow,
  sha,
  statusOf,
} from "../../../support/recorded-run.ts";

const { sg1, execution, sg2 } = requests();
const open = (request: typeof sg1 | typeof execution | typeof sg2) => ({
  gate: request.gate,
  bundle: `/r/${request.gate}-1`,
  payload_sha: request.payload_sha,
  approve_by: request.approve_by,
});

/** A run at its first pause, 20 minutes old, requests written at minute 10. */
function facts(more: Partial<StateFacts> = {}): StateFacts {
  return {
    revision: 6,
    run: runRow("awaiting_cut_authorization", { last_stop: "STOP_APPROVAL_REQUIRED" }),
    phases: recordsThrough("grant_probe"),
    proves: { source_pin: ["a", "b"], mark: ["a"] },
    admissions: [],
    halts: [],
    receipts: [receipt(1, minute(4))],
    requests: [open(sg1), open(execution)],
    last_error: null,
    phase_cap_seconds: 600,
    now: minute(20),
    ...more,
  };
}
const signed = (request: typeof sg1 | typeof execution | typeof sg2, at: Date, more = {}) =>
  admission(request.gate, "minh", at, { payload_sha: request.payload_sha, ...more });
const halt = { halt_id: "3", run_id: null, reason: "stand-up", actor: "minh", at: minute(15) };
const resume = `cutter orchestrate resume ${RUN_ID}`;
const revert = `cutter orchestrate revert ${RUN_ID} "<reason>"`;
const voiding = `cutter orchestrate void ${RUN_ID} "<reason>"`;
const at = (more: Partial<StateFacts>, seen?: Seen) => statusOf(facts(more), seen);

describe("nothing committed", () => {
  test("a run without signatures waits for both of them and may lie for ever", () => {
    const status = at({});
    expect(status).toMatchObject({
      committed: "nothing",
      waiting_for: "the signatures of SG_1_cut_authz and EXECUTION",
      safe_to_leave: true,
      safe_until: null,
      next: "npm run approve -- /r/SG_1_cut_authz-1",
      or: resume,
      call: "approver",
      halted: [],
    });
  });

  test("the nearest deadline is the one shown", () => {
    expect(at({}).deadline).toBe(execution.approve_by);
    expect(at({}).deadline_of).toContain("signing EXECUTION");
  });

  test("a signed request is no longer waited for, and its use ends a phase cap before use_by", () => {
    const status = at({ admissions: [signed(execution, minute(15))] });
    expect(status.waiting_for).toBe("the signature of SG_1_cut_authz");
    expect(status.deadline).toBe(minute(15 + 60 - 10).toISOString());
    expect(status.deadline_of).toContain("the admitted EXECUTION");
  });

  test("with every signature admitted, the next command is resume", () => {
    expect(at({ admissions: [signed(sg1, minute(15)), signed(execution, minute(15))] })).toMatchObject({
      waiting_for: null,
      next: resume,
      or: voiding,
    });
  });

  test("a signature that was used, is out of time or covers another payload does not count", () => {
    const useless = [
      signed(execution, minute(15), { used_phase: "cut_leg_a", used_at: minute(16) }),
      signed(execution, minute(15), { use_by: minute(29) }),
      signed(execution, minute(15), { payload_sha: sha("other") }),
    ];
    for (const row of useless)
      expect(at({ admissions: [signed(sg1, minute(15)), row] }).waiting_for).toBe("the signature of EXECUTION");
  });

  test("a request past its time is answered by resume, which writes a new one", () => {
    const status = at({ admissions: [signed(sg1, minute(15), { use_by: minute(2000) })], now: minute(200) });
    expect(status).toMatchObject({
      waiting_for: "the signature of EXECUTION",
      next: resume,
      or: voiding,
      safe_to_leave: true,
    });
  });

  test("of two requests of one gate only the newest is signed", () => {
    const newer = { ...open(sg1), bundle: "/r/SG_1_cut_authz-2" };
    expect(at({ requests: [open(sg1), newer, open(execution)] }).next).toBe("npm run approve -- /r/SG_1_cut_authz-2");
  });

  test("a stop that can be mended says resume, or void", () => {
    const status = at({
      run: runRow("marked", { last_stop: "STOP_BACKUP_FAILED" }),
      phases: recordsThrough("mark"),
      requests: [],
    });
    expect(status).toMatchObject({
      committed: "nothing",
      next: resume,
      or: voiding,
      call: "operator",
      deadline: null,
      waiting_for: null,
    });
  });
});

describe("a way that leads nowhere is not the next one", () => {
  test.each(["STOP_REFUSED_INPUT", "STOP_REPLAY_CONFLICT", "STOP_DOCUMENT_UNKNOWN"])(
    "a run that stopped with %s is voided, for resuming it would only stop there again",
    (last_stop) => {
      const before = { run: runRow("marked", { last_stop }), phases: recordsThrough("mark"), requests: [] };
      expect(at(before)).toMatchObject({
        next: `cutter orchestrate void ${RUN_ID} "the run stops here every time"`,
        or: resume,
      });
      const drafts = { run: runRow("cut_leg_a_committed", { last_stop }), phases: recordsThrough("cut_leg_a") };
      expect(at({ ...drafts, requests: [] }).next).toBe(
        `cutter orchestrate revert ${RUN_ID} "the run stops here every time"`,
      );
    },
  );

  test("a run that a person revoked asks for no signature any more", () => {
    const run = runRow("awaiting_cut_authorization", { last_stop: "STOP_APPROVAL_REVOKED" });
    expect(at({ run, phases: recordsThrough("grant_probe"), requests: [] })).toMatchObject({
      waiting_for: null,
      next: `cutter orchestrate void ${RUN_ID} "revoked by a person"`,
      or: null,
    });
  });
});

describe("drafts written", () => {
  const legA = { run: runRow("cut_leg_a_committed"), phases: recordsThrough("cut_leg_a"), requests: [] };
  const committedAt = minute(6).getTime();

  test("after leg A a clock of 24 hours runs", () => {
    const end = new Date(committedAt + 24 * 3_600_000).toISOString();
    expect(at(legA)).toMatchObject({
      committed: "leg_a",
      safe_to_leave: true,
      safe_until: end,
      deadline: end,
      next: resume,
      or: revert,
    });
  });

  test("at the very end of the 24 hours only a revert is offered", () => {
    const last = new Date(committedAt + 24 * 3_600_000);
    expect(at({ ...legA, now: new Date(last.getTime() - 1) }).safe_to_leave).toBe(true);
    expect(at({ ...legA, now: last })).toMatchObject({
      safe_to_leave: false,
      safe_until: last.toISOString(),
      next: revert,
      or: null,
    });
  });

  test("once the second principal has judged, the run may wait for SG_2", () => {
    const status = at({
      run: runRow("awaiting_lifecycle_authorization", { last_stop: "STOP_APPROVAL_REQUIRED" }),
      phases: recordsThrough("write_verify"),
      requests: [open(sg2)],
      now: minute(20),
    });
    expect(status).toMatchObject({
      committed: "leg_a",
      safe_to_leave: true,
      safe_until: null,
      waiting_for: "the signature of SG_2_lifecycle_authz",
      deadline: sg2.approve_by,
      next: "npm run approve -- /r/SG_2_lifecycle_authz-1",
    });
    expect(status.committed_text).toContain("the second principal's verdict");
  });

  test("days later the run is still safe, and resume asks anew or revert undoes", () => {
    const status = at({
      run: runRow("awaiting_lifecycle_authorization"),
      phases: recordsThrough("write_verify"),
      requests: [open(sg2)],
      now: minute(60 * 24 * 9),
    });
    expect(status).toMatchObject({ safe_to_leave: true, safe_until: null, next: resume, or: revert });
  });

  test("a reverted run that was not closed is finished by revert, not by resume", () => {
    const status = at({
      run: runRow("reverted"),
      phases: [...recordsThrough("cut_leg_a"), recordOf("revert", minute(9))],
      requests: [],
    });
    expect(status).toMatchObject({ committed: "reverted", next: revert, or: voiding, safe_to_leave: true });
  });
});

describe("the ends and the exceptions", () => {
  test("an enacted run can only go on to its closeout", () => {
    expect(
      at({ run: runRow("lifecycle_enacted"), phases: recordsThrough("lifecycle_enact"), requests: [] }),
    ).toMatchObject({ committed: "enacted", next: resume, or: null, safe_to_leave: true, safe_until: null });
  });

  test("a closed run waits for nobody and offers to look again", () => {
    const run = runRow("closeout_reported", { closed: minute(30), close_kind: "closeout" });
    expect(at({ run, phases: recordsThrough("closeout") })).toMatchObject({
      committed: "enacted",
      next: `cutter orchestrate verify ${RUN_ID}`,
      or: null,
      call: null,
      waiting_for: null,
      deadline: null,
      closed: minute(30).toISOString(),
    });
  });

  test("a voided or reverted run offers to cut the document again", () => {
    const closed = { closed: minute(30), close_kind: "voided" };
    expect(at({ run: runRow("voided", closed) }).next).toBe("cutter orchestrate cut SAMPLE");
    expect(
      at({ run: runRow("reverted", closed), phases: [...recordsThrough("cut_leg_a"), recordOf("revert", minute(9))] })
        .next,
    ).toBe("cutter orchestrate cut SAMPLE");
  });

  test("a torn run is held: no command, not safe, an approver is called", () => {
    expect(at({ run: runRow("torn", { last_stop: "STOP_TORN" }), phases: recordsThrough("cut_leg_a") })).toMatchObject({
      committed: "torn",
      next: null,
      or: null,
      safe_to_leave: false,
      call: "approver",
      waiting_for: "an SG_3 decision: hold, compensate or void",
    });
  });

  test("a lost answer to COMMIT says that nobody knows yet, and resume finds out", () => {
    expect(
      at({
        run: runRow("ambiguous", { last_stop: "STOP_AMBIGUOUS" }),
        phases: recordsThrough("grant_probe"),
        requests: [],
      }),
    ).toMatchObject({ committed: "unknown", safe_to_leave: false, next: resume, call: "operator" });
  });

  test("a halt of the run is lifted by its own statement, named with the run", () => {
    const own = { ...halt, halt_id: "5", run_id: RUN_ID };
    expect(at({ halts: [halt, own] }).next).toBe(`npm run unhalt -- 5 --run ${RUN_ID}`);
  });

  test("a halt in the table is lifted by a signed UNHALT, one that is only a file by no command, and an approver is called", () => {
    const both = at({ halts: [halt] }, { haltFile: "locks/HALT" });
    expect(both).toMatchObject({
      next: "npm run unhalt -- 3",
      or: null,
      call: "approver",
      waiting_for: "the end of 2 halts, by a signed UNHALT",
    });
    expect(both.halted).toEqual([
      `halt 3 of every run by minh at ${minute(15).toISOString()}: stand-up`,
      "the file locks/HALT",
    ]);
    expect(at({}, { haltFile: "locks/HALT" })).toMatchObject({
      next: null,
      waiting_for: "the end of a halt, by a signed UNHALT",
    });
  });

  test("while its process lives a run is followed, when the process is gone it is resumed", () => {
    const run = runRow("marked", { holder: "vmi/41/99", expires_at: minute(25) });
    const held = { run, phases: recordsThrough("mark"), requests: [] };
    expect(at(held, { holderAlive: true })).toMatchObject({
      next: `cutter orchestrate follow ${RUN_ID}`,
      waiting_for: "the process vmi/41/99, which is at work",
      holder_until: minute(25).toISOString(),
    });
    expect(at(held, { holderAlive: false }).next).toBe(resume);
    expect(at(held).next).toBe(resume);
  });

  test("the lease of another run of the document is not shown as this one's", () => {
    expect(
      at({
        run: runRow("voided", {
          holder: "vmi/41/99",
          expires_at: minute(25),
          lease_run_id: "ictr-20261120T090000Z-00000000",
        }),
      }),
    ).toMatchObject({ holder: null, holder_until: null });
  });

  test("a closed run and one whose lease has ended are held by nobody, unless the process is seen at work", () => {
    const lapsed = { run: runRow("marked", { holder: "vmi/41/99", expires_at: minute(19) }) };
    expect(at(lapsed)).toMatchObject({ holder: null, holder_until: null });
    expect(at(lapsed, { holderAlive: true }).holder).toBe("vmi/41/99");
    const closed = at({
      run: runRow("closeout_reported", {
        holder: "vmi/41/99",
        expires_at: minute(25),
        closed: minute(18),
        close_kind: "closeout",
      }),
    });
    expect(closed.holder).toBeNull();
    expect(statusText(closed, "UTC")).not.toContain("held by");
  });

  test("every state a run can have gets an answer", () => {
    for (const state of RUN_STATES) expect(at({ run: runRow(state) }).run_id).toBe(RUN_ID);
  });
});

describe("the sheet one person hands to the next", () => {
  test("gives both times and every label a colleague needs", () => {
    const text = statusText(
      at({
        run: runRow("cut_leg_a_committed", { holder: "h", expires_at: minute(25) }),
        phases: recordsThrough("cut_leg_a"),
        requests: [],
        halts: [halt],
      }),
      "Asia/Ho_Chi_Minh",
    );
    for (const label of [
      "run",
      "started by",
      "state",
      "COMMITTED SO FAR",
      "WAITING FOR",
      "DEADLINE",
      "SAFE TO LEAVE",
      "HALTED",
      "held by",
      "CALL",
      "as of",
    ])
      expect(text).toMatch(new RegExp(`^${label} {2,}|^${label} `, "m"));
    expect(text).toContain("SAFE TO LEAVE     yes, until 2026-11-21 08:06:00 UTC (15:06:00 UTC+07:00, Sat 21 Nov)\n");
  });

  test("shows hidden characters of a colleague's reason instead of obeying them", () => {
    const text = statusText(at({ halts: [{ ...halt, reason: "a\nNEXT  rm\u202e" }] }), "UTC");
    expect(text).toContain("a\\u{A}NEXT  rm\\u{202E}");
    expect(text.match(/^NEXT.*$/gm)).toEqual([expect.stringContaining("npm run unhalt -- 3")]);
  });

  test("a time that is none is shown as it is", () => {
    expect(bothTimes("yesterday", "UTC")).toBe("yesterday");
    expect(bothTimes("2026-03-29T00:59:59Z", "Europe/Berlin")).toBe(
      "2026-03-29 00:59:59 UTC (01:59:59 UTC+01:00, Sun 29 Mar)",
    );
  });

  test("a status from a file tells the time of the file", () => {
    const state: StateJson = stateJson(facts());
    expect(statusText(statusFromState(state, minute(400)), "UTC")).toContain(
      "as of             2026-11-20 08:20:00 UTC",
    );
  });
});

test("the next step can be pasted where the host's folders have blanks in their names", () => {
  const asked = { ...open(sg1), bundle: "/a host/SG_1_cut_authz-1" };
  expect(at({ requests: [asked] }).next).toBe("npm run approve -- '/a host/SG_1_cut_authz-1'");
});
