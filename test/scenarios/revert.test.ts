import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { everyRow, GOVERNED, grown, lost } from "../support/every-row.ts";
import { LAW } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { proxiedHost, type ProxiedHost } from "../support/proxied-host.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;
beforeAll(async () => {
  host = await proxiedHost();
  run = await host.authorized("BACK-1", LAW);
  authorized = await momentOf(host);
});
beforeEach(() => authorized.back());
afterAll(async () => { await host?.remove(); });

const UNITS = { "public.birth_registry": 3, "public.information_unit": 3, "public.iu_lifecycle_log": 3, "public.unit_version": 3 };
const LEDGER = {
  "cutter_governance.cut_change_set": 1, "cutter_governance.cut_change_set_affected_row": 3, "cutter_governance.decision_backlog_entry": 1,
  "cutter_governance.decision_backlog_history": 1, "cutter_governance.manifest_envelope": 1, "cutter_governance.manifest_unit_block": 3,
  // Leg B's signature and decision, the verifier's signature and verdict, and the decision that answers the first one.
  "cutter_governance.dot_pair_signature": 2, "cutter_governance.review_decision": 2, "cutter_governance.verify_result": 1,
};
const standing = () => host.sql("SELECT canonical_address, lifecycle_status FROM public.information_unit WHERE canonical_address = ANY ($1) ORDER BY 1", [["BACK-1/S-1", "BACK-1/S-1/A-1", "BACK-1/S-1/A-2"]]);
const enacted = ["", "/A-1", "/A-2"].map((end) => ({ canonical_address: `BACK-1/S-1${end}`, lifecycle_status: "enacted" }));

/** Ends the runner right behind the COMMIT of a phase, so that the run stands exactly there. */
async function leftBehind(phase: string): Promise<void> {
  const { answer } = await host.resumeUntil(run, phase, "committed");
  const runner = await host.runner("BACK-1");
  runner.signal("SIGKILL");
  await runner.gone();
  await answer;
}

test.each([
  { when: "after leg A", last: "cut_leg_a", rows: UNITS },
  { when: "after the second principal agreed", last: "write_verify", rows: { ...LEDGER, ...UNITS } },
])("a run reverted $when leaves every other row as it was, frees its addresses, and the document is cut again to the end", async ({ last, rows }) => {
  const before = await everyRow(host, GOVERNED);
  await leftBehind(last);
  expect(await standing()).toHaveLength(3);
  expect(await host.cutter("orchestrate", "revert", run, "tried out")).toMatchObject({ status: 0, stop: undefined });

  const after = await everyRow(host, GOVERNED);
  expect(lost(before, after)).toEqual({});
  expect(grown(before, after)).toEqual(rows);
  expect(await standing()).toEqual([]);
  expect(await host.sql("SELECT DISTINCT lifecycle_status FROM public.information_unit WHERE canonical_address LIKE $1", ["BACK-1/%"])).toEqual([{ lifecycle_status: "superseded" }]);

  const again = await host.cut("BACK-1");
  const early = await host.cutter("orchestrate", "revert", again, "nothing there yet");
  expect(early).toMatchObject({ status: 4, stop: "STOP_REFUSED_INPUT" });
  expect(early.stderr).toContain("has written nothing");
  await host.authorizeCut(again);
  expect(await host.cutter("orchestrate", "resume", again)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  await host.authorizeEnactment(again);
  expect(await host.cutter("orchestrate", "resume", again)).toMatchObject({ status: 0, stop: undefined });
  expect(await standing()).toEqual(enacted);
  expect(lost(after, await everyRow(host, GOVERNED))).toEqual({});
});
