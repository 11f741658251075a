import { afterAll, beforeAll, expect, test } from "vitest";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";

let host: GovernedHost;
beforeAll(async () => {
  host = await governedHost();
});
afterAll(async () => {
  await host?.remove();
});

const one = async (text: string, values: unknown[] = []): Promise<number> =>
  (await host.sql<{ n: number }>(`SELECT (${text})::int AS n`, values))[0]?.n ?? -1;

test("a document is cut, verified by the second principal and enacted, and nothing else has changed", async () => {
  const others = () =>
    host.sql(
      "SELECT md5(string_agg(u::text || v::text, '' ORDER BY u.id, v.id)) AS sum FROM public.information_unit u JOIN public.unit_version v ON v.unit_id = u.id WHERE u.canonical_address NOT LIKE 'WHOLE-1/%'",
    );
  const before = await others();
  await host.register("WHOLE-1", LAW);
  const run = await host.cut("WHOLE-1");
  await host.authorizeCut(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  await host.authorizeEnactment(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });

  expect(
    await host.sql(
      "SELECT canonical_address, lifecycle_status, section_type FROM public.information_unit WHERE canonical_address LIKE 'WHOLE-1/%' ORDER BY 1",
    ),
  ).toEqual([
    { canonical_address: "WHOLE-1/S-1", lifecycle_status: "enacted", section_type: "section" },
    { canonical_address: "WHOLE-1/S-1/A-1", lifecycle_status: "enacted", section_type: "article" },
    { canonical_address: "WHOLE-1/S-1/A-2", lifecycle_status: "enacted", section_type: "article" },
  ]);
  const set = "SELECT change_set_id FROM cutter_governance.cut_change_set WHERE payload_summary ->> 'run_id' = $1";
  expect(
    await one(`SELECT count(*) FROM cutter_governance.cut_change_set_affected_row WHERE change_set_id = (${set})`, [
      run,
    ]),
  ).toBe(3);
  expect(
    await one(`SELECT count(*) FROM cutter_governance.review_decision WHERE cut_change_set_ref = (${set})`, [run]),
  ).toBe(2);
  expect(await one(`SELECT count(*) FROM cutter_governance.verify_result WHERE change_set_id = (${set})`, [run])).toBe(
    1,
  );
  expect(await one("SELECT count(*) FROM public.iu_lifecycle_log WHERE canonical_address LIKE 'WHOLE-1/%'")).toBe(3);
  expect(
    await one(
      "SELECT count(*) FROM public.information_unit WHERE canonical_address LIKE 'ICX-CONST/%' AND lifecycle_status = 'enacted'",
    ),
  ).toBe(60);
  expect(await others()).toEqual(before);
  expect(await host.sql("SELECT state, close_kind FROM cutter_runtime.run WHERE run_id = $1", [run])).toEqual([
    { state: "closeout_reported", close_kind: "closeout" },
  ]);
  expect(
    await one(
      "SELECT count(*) FROM cutter_runtime.admission a WHERE run_id = $1 AND NOT EXISTS (SELECT FROM cutter_runtime.admission_use u WHERE u.nonce = a.nonce)",
      [run],
    ),
  ).toBe(0);

  const verified = await host.cutter("orchestrate", "verify", run);
  expect(verified.status).toBe(0);
  expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0 });
  // With the marker the write guard lets through: what refuses is that the unit is enacted.
  const asCanonicalWriter = (text: string) =>
    host.sql(`SELECT set_config('app.canonical_writer', 'fn_iu_create', true); ${text}`);
  await expect(
    asCanonicalWriter(
      "UPDATE public.information_unit SET owner_ref = 'changed' WHERE canonical_address = 'WHOLE-1/S-1'",
    ),
  ).rejects.toThrow(/^enacted unit WHOLE-1\/S-1 is immutable/);
  await expect(
    asCanonicalWriter(
      "UPDATE public.unit_version SET body = 'changed' WHERE unit_id = (SELECT id FROM public.information_unit WHERE canonical_address = 'WHOLE-1/S-1')",
    ),
  ).rejects.toThrow(/^enacted version .* is immutable/);
});

test("a run without signatures writes no unit and waits", async () => {
  await host.register("WAIT-1", LAW);
  const run = await host.cut("WAIT-1");
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await one("SELECT count(*) FROM public.information_unit WHERE canonical_address LIKE 'WAIT-1/%'")).toBe(0);
  expect(await host.cutter("orchestrate", "void", run, "a test")).toMatchObject({ status: 0 });
});
