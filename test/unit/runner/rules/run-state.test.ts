import { describe, expect, test } from "vitest";
import { canonicalText } from "../../../../runner/model/canonical.ts";
import { SECRET_NAMES } from "../../../../runner/model/state.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { parseState, stateJson, stateText, type StateFacts } from "../../../../runner/rules/run-state.ts";
import { statusFromText } from "../../../../runner/rules/status.ts";
import {
  admission,
  minute,
  receipt,
  recordOf,
  recordsThrough,
  RUN_ID,
  runRow,
  sha,
  statusOf,
} from "../../../support/recorded-run.ts";

const facts = (more: Partial<StateFacts> = {}): StateFacts => ({
  revision: 6,
  run: runRow("awaiting_cut_authorization"),
  phases: recordsThrough("grant_probe"),
  proves: { source_pin: ["a", "b"], mark: ["a"] },
  admissions: [],
  halts: [],
  receipts: [receipt(1, minute(4))],
  last_error: null,
  phase_cap_seconds: 600,
  now: minute(20),
  requests: [
    {
      gate: "EXECUTION",
      bundle: "/r/EXECUTION-1",
      payload_sha: sha("payload EXECUTION"),
      approve_by: minute(100).toISOString(),
    },
  ],
  ...more,
});
const signed = (more = {}) => admission("SG_1_cut_authz", "minh", minute(5), more);
const halt = { halt_id: "3", run_id: RUN_ID, reason: "stand-up", actor: "minh", at: minute(15) };

describe("state.json", () => {
  const full: Partial<StateFacts> = {
    run: runRow("lifecycle_enacted", { holder: "h", expires_at: minute(25) }),
    phases: [...recordsThrough("lifecycle_enact"), recordOf("revert", minute(15))],
    admissions: [signed({ used_phase: "cut_leg_a", used_at: minute(6) })],
    halts: [halt],
    last_error: { stop_code: "STOP_DRIFT", message: "a protected document changed", phase: "lifecycle_enact" },
  };

  test("the file reads back as it was written and answers as the database would", () => {
    const text = stateText(stateJson(facts(full)));
    expect(parseState(text)).toEqual(stateJson(facts(full)));
    expect(statusFromText(text, minute(20))).toEqual(statusOf(facts(full)));
  });

  test("the file is canonical, so equal projections are equal bytes", () => {
    const state = stateJson(facts(full));
    expect(stateText(state)).toBe(canonicalText(state));
    expect(Object.keys(JSON.parse(stateText(state)) as object)).toEqual(Object.keys(state).sort());
  });

  test("each recorded phase carries its hashes, its time and its invariants", () => {
    const { phases } = stateJson(facts());
    expect(phases.source_pin).toEqual({
      result: "passed",
      at: minute(1).toISOString(),
      input_sha: sha("input source_pin"),
      output_sha: sha("output source_pin"),
      invariants: "2/2",
    });
    expect(phases.cutplan?.invariants).toBe("not counted");
    expect(phases.cut_leg_a).toBeUndefined();
  });

  test("no member is named like a secret, at any depth", () => {
    const names: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, item] of Object.entries(value)) {
        names.push(key);
        walk(item);
      }
    };
    walk(stateJson(facts(full)));
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => SECRET_NAMES.some((secret) => name.toLowerCase().includes(secret)))).toEqual([]);
  });

  test("a member named like a secret is refused before it reaches the file", () => {
    const state = {
      ...stateJson(facts()),
      last_error: { stop_code: "x", message: "m", phase: null, DB_Password: "p" },
    };
    expect(() => stateText(state)).toThrow(TypeError);
  });

  test("text of the plan, statements and proofs stay out of the file", () => {
    const payload = { marker: "PAYLOAD-OF-A-STATEMENT" };
    const text = stateText(
      stateJson(facts({ admissions: [signed({ payload })], receipts: [{ ...receipt(1, minute(4)), proof: payload }] })),
    );
    expect(text).not.toContain("PAYLOAD-OF-A-STATEMENT");
  });

  test.each(["", "{}", "[]", "null", "{", '{"schema_version":"2"}'])(
    "a file that holds %j could not be read, and the stop quotes nothing",
    (text) => {
      const stop = thrown(() => parseState(text));
      expect(stop.code).toBe("STOP_COULD_NOT_LOOK");
      expect(stop.facts.saw).toBe("state.json is not a state of schema version 1");
    },
  );

  test("an extra or a missing member makes the file unreadable", () => {
    const { actor, ...without } = stateJson(facts());
    expect(actor).toBe("lan");
    expect(thrown(() => parseState(JSON.stringify(without))).code).toBe("STOP_COULD_NOT_LOOK");
    expect(thrown(() => parseState(JSON.stringify({ ...without, actor, more: 1 }))).code).toBe("STOP_COULD_NOT_LOOK");
  });

  test("a state or phase of another release could not be looked at", () => {
    expect(thrown(() => stateJson(facts({ run: runRow("dreaming") }))).code).toBe("STOP_COULD_NOT_LOOK");
    expect(thrown(() => stateJson(facts({ phases: [{ ...recordOf("mark", minute(1)), phase: "polish" }] }))).code).toBe(
      "STOP_COULD_NOT_LOOK",
    );
  });
});

function thrown(work: () => unknown): Stopped {
  try {
    work();
  } catch (error) {
    if (error instanceof Stopped) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
