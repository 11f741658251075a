// A sandbox is not deleted without its person having been told what goes with it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stateText, stateJson } from "../../../../runner/rules/run-state.ts";
import { lostByRemoval } from "../../../../scripts/sandbox/removal.ts";
import type { Place } from "../../../../scripts/sandbox/place.ts";
import { minute, RUN_ID, runRow } from "../../../support/recorded-run.ts";

const folder = mkdtempSync(join(tmpdir(), "removal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const state = (closed: Date | null): string =>
  stateText(
    stateJson({
      revision: 1,
      run: runRow("awaiting_cut_authorization", { closed, close_kind: closed && "voided" }),
      phases: [],
      proves: {},
      admissions: [],
      halts: [],
      receipts: [],
      requests: [],
      last_error: null,
      phase_cap_seconds: 600,
      now: minute(20),
    }),
  );

test("open runs and signing keys are named before a sandbox is removed, closed runs are not", () => {
  const closed = "ictr-20261120T090000Z-00000001";
  const damaged = "ictr-20261120T090000Z-00000002";
  const files: [string, string][] = [
    [RUN_ID, state(null)],
    [closed, state(minute(30))],
    [damaged, "{"],
  ];
  for (const [run, text] of files) {
    mkdirSync(join(folder, "runs", run), { recursive: true });
    writeFileSync(join(folder, "runs", run, "state.json"), text);
  }
  mkdirSync(join(folder, "approvers", "linh"), { recursive: true });
  const place = { runtimeRoot: folder, approversFolder: join(folder, "approvers") } as Place;
  expect(lostByRemoval(place)).toEqual([
    "the database of the sandbox, with every document that was cut in it",
    `the open run ${RUN_ID}`,
    `the open run ${damaged}`,
    "the signing keys of linh",
  ]);
  expect(
    lostByRemoval({ runtimeRoot: join(folder, "none"), approversFolder: join(folder, "none") } as Place),
  ).toHaveLength(1);
});
