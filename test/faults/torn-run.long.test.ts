// Rows that no record explains, and records without their rows: the run is held, people are asked, and exactly what they decide goes on.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everyRow, GOVERNED } from "../support/every-row.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { expectRefused, rowCounts, wordsOf } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
let authorized: HostMoment;
const cutter = (verb: "resume" | "revert" | "void") =>
  host.cutter("orchestrate", verb, run, ...(verb === "resume" ? [] : ["a test"]));
const state = async () =>
  (await host.sql<{ state: string }>("SELECT state FROM cutter_runtime.run WHERE run_id = $1", [run]))[0]?.state;
const decide = async (person: string, decision: string): Promise<string> =>
  host.sign(run, "SG_3_failure_escalation", person, "--decision", decision);
const admitted = async (file: string) => expect(await host.cutter("gate", "admit", file)).toMatchObject({ status: 0 });

// Lets leg A stand alone while its one row says so; the copy of a rehearsal does not have the table.
const ALONE = `
CREATE TABLE public.leg_a_alone (yes boolean NOT NULL);
INSERT INTO public.leg_a_alone VALUES (false);
CREATE FUNCTION cutter_governance.fn_leg_a_alone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$
BEGIN
  IF to_regclass('public.leg_a_alone') IS NULL THEN RETURN NEW; END IF;
  IF (SELECT yes FROM public.leg_a_alone) THEN RAISE EXCEPTION 'not today'; END IF;
  RETURN NEW;
END $f$;
REVOKE EXECUTE ON FUNCTION cutter_governance.fn_leg_a_alone() FROM PUBLIC;
CREATE TRIGGER leg_a_alone BEFORE INSERT ON cutter_governance.cut_change_set FOR EACH ROW EXECUTE FUNCTION cutter_governance.fn_leg_a_alone();`;

beforeAll(async () => {
  host = await governedHost();
  await host.sql(ALONE);
  run = await host.authorized("TORN-1", LAW);
  authorized = await momentOf(host);
});
afterAll(async () => {
  await host?.remove();
});

describe("when units of the signed plan stand and no leg A is recorded", () => {
  beforeAll(async () => {
    await authorized.back();
    await host.sql(
      "SELECT public.fn_iu_create('TORN-1/S-1', 'One', 'The first text.', 'somebody', 'law_unit', 'section', 'incomex-council', 'law')",
    );
  });

  test("resume holds the run and asks one question, with three answers to it", async () => {
    const answer = await expectRefused(host, () => cutter("resume"), "STOP_TORN", /TORN-1\/S-1/);
    expect(answer.events.filter((event) => event["event"] === "request").map((event) => event["gate"])).toEqual([
      "SG_3_failure_escalation",
    ]);
    expect(answer.stderr).toMatch(
      /NEXT\s+npm run approve -- .*SG_3_failure_escalation-1' --decision <hold\|compensate\|void>/,
    );
    expect(await state()).toBe("torn");
  });

  test("without a decision nothing goes on, not even when the rows are taken away", async () => {
    for (const verb of ["resume", "revert", "void"] as const)
      await expectRefused(host, () => cutter(verb), "STOP_SG_3_REQUIRED", /nobody has decided/);
    await expect(host.sign(run, "SG_3_failure_escalation", "hoa")).rejects.toThrow(/did not sign/);
    await expect(host.sign(run, "SG_1_cut_authz", "hoa", "--decision", "void")).rejects.toThrow(/did not sign/);
    const unit = "(SELECT id FROM public.information_unit WHERE canonical_address = 'TORN-1/S-1')";
    await host.sql(
      `SET session_replication_role = replica; DELETE FROM public.birth_registry WHERE unit_id = ${unit}; DELETE FROM public.unit_version WHERE unit_id = ${unit}; DELETE FROM public.information_unit WHERE canonical_address = 'TORN-1/S-1'`,
    );
    await expectRefused(host, () => cutter("resume"), "STOP_SG_3_REQUIRED", /nobody has decided/);
  });

  test("a decision to hold holds, and one to compensate does not void", async () => {
    await admitted(await decide("hoa", "hold"));
    for (const verb of ["resume", "revert", "void"] as const)
      await expectRefused(host, () => cutter(verb), "STOP_SG_3_REQUIRED", /hoa decided to hold/);
    await admitted(await decide("linh", "compensate"));
    await expectRefused(host, () => cutter("void"), "STOP_SG_3_REQUIRED", /linh decided to compensate/);
    await expectRefused(host, () => cutter("revert"), "STOP_REFUSED_INPUT", /written nothing/);
  });

  test("a decision to void closes the run and touches no row of the target", async () => {
    const before = await everyRow(host, GOVERNED);
    await admitted(await decide("minh", "void"));
    await expectRefused(host, () => cutter("resume"), "STOP_SG_3_REQUIRED", /minh decided to void/);
    expect(await cutter("void")).toMatchObject({ status: 0 });
    expect(await everyRow(host, GOVERNED)).toEqual(before);
    expect(await host.sql("SELECT state, close_kind FROM cutter_runtime.run WHERE run_id = $1", [run])).toEqual([
      { state: "voided", close_kind: "voided" },
    ]);
  });
});

describe("when the record of who allowed leg A is gone", () => {
  beforeAll(async () => {
    await authorized.back();
    await host.sql("UPDATE public.leg_a_alone SET yes = true");
    expect(await cutter("resume")).toMatchObject({ stop: "STOP_INVARIANT_FAILED" });
    await host.sql("UPDATE public.leg_a_alone SET yes = false");
    await host.sql(`
      ALTER TABLE cutter_runtime.admission_use DISABLE TRIGGER append_only;
      DELETE FROM cutter_runtime.admission_use u USING cutter_runtime.admission a WHERE a.nonce = u.nonce AND a.gate = 'EXECUTION' AND a.run_id = '${run}';
      ALTER TABLE cutter_runtime.admission_use ENABLE ALWAYS TRIGGER append_only`);
  });

  test("the run is torn, a decision to compensate lets the revert go on and nothing else, and the document is cut again", async () => {
    expect(await cutter("resume")).toMatchObject({ status: 10, stop: "STOP_TORN" });
    await expectRefused(host, () => cutter("revert"), "STOP_SG_3_REQUIRED");
    const decision = await decide("hoa", "compensate");
    await admitted(decision);
    const answer = await expectRefused(host, () => cutter("resume"), "STOP_SG_3_REQUIRED", /hoa decided to compensate/);
    expect(answer.stderr).toMatch(/NEXT\s+cutter orchestrate revert/);
    expect(wordsOf(await cutter("void"))).toMatch(/STOP_SG_3_REQUIRED/);
    expect(await cutter("revert")).toMatchObject({ status: 0, stop: undefined });
    expect(
      await host.sql(
        "SELECT DISTINCT lifecycle_status AS s FROM public.information_unit WHERE canonical_address LIKE 'TORN-1/%'",
      ),
    ).toEqual([{ s: "superseded" }]);
    expect(await state()).toBe("reverted");
    const again = await host.cut("TORN-1");
    const before = await rowCounts(host);
    expect(await host.cutter("gate", "admit", decision)).toMatchObject({ status: 4, stop: "STOP_APPROVAL_INVALID" });
    expect(await rowCounts(host)).toEqual(before);
    expect(await host.cutter("orchestrate", "void", again, "a test")).toMatchObject({ status: 0 });
  });
});

describe("when leg A is recorded and none of its units stands", () => {
  test("the database itself refuses to go on, whoever asks, until the run is voided by decision", async () => {
    await authorized.back();
    await host.sql("UPDATE public.leg_a_alone SET yes = true");
    await cutter("resume");
    await host.sql("UPDATE public.leg_a_alone SET yes = false");
    const units = "SELECT id FROM public.information_unit WHERE canonical_address LIKE 'TORN-1/%'";
    await host.sql(
      `SET session_replication_role = replica; DELETE FROM public.birth_registry WHERE unit_id IN (${units}); DELETE FROM public.unit_version WHERE unit_id IN (${units}); DELETE FROM public.information_unit WHERE canonical_address LIKE 'TORN-1/%'`,
    );
    expect(await cutter("resume")).toMatchObject({ status: 10, stop: "STOP_TORN" });
    const epoch = (
      await host.sql<{ epoch: string }>("SELECT epoch FROM cutter_runtime.lease WHERE run_id = $1", [run])
    )[0]?.epoch;
    // With the host's own key of the run: without it the database refuses sooner, and for another reason.
    const key = readFileSync(join(host.sandbox.place.runtimeRoot, "runs", run, "run.key"), "utf8");
    const asExec = (text: string) =>
      host.sql(`SET SESSION AUTHORIZATION cutter_exec; SET cutter.run_key = '${key}'; ${text}`);
    for (const text of [
      `SELECT cutter_runtime.set_state('${run}', ${epoch}, 'cut_leg_a_committed', NULL)`,
      `SELECT cutter_runtime.record_phase('${run}', 'structural_verify', ${epoch}, repeat('0', 64), repeat('0', 64), '{}')`,
      `SELECT cutter_runtime.begin_effect('${run}', 'revert', ${epoch}, repeat('0', 64), '{}', 60)`,
      `SELECT cutter_runtime.close_run('${run}', ${epoch}, 'voided', 'by hand')`,
    ])
      await expect(asExec(text), text).rejects.toThrow("STOP_SG_3_REQUIRED");
    await admitted(await decide("hoa", "void"));
    expect(await cutter("void")).toMatchObject({ status: 0 });
  });
});
