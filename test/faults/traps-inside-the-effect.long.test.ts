// The owner of the tables has planted triggers before anyone signed, so the environment is the signed one. They sleep until a row
// of a table of their own says what to do; then they act inside the run's own transaction. The backup does not carry that table, so
// in the copy of the rehearsal they show nothing: traps that wait for the real host. The last of them lets leg A stand alone,
// so that rows can be changed before the second principal reads them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StopCode } from "../../runner/model/stop.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { expectRefused, rowCounts, wordsOf } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
const resume = () => host.cutter("orchestrate", "resume", run);
const plant = (what: string) => host.sql("UPDATE public.planted SET what = $1", [what]);

const ACTS: Readonly<Record<string, string>> = {
  // 'late' acts stand in a deferred trigger: they run when everything else is done.
  "update a bystander":
    "PERFORM set_config('app.canonical_writer', 'fn_iu_create', true); UPDATE public.information_unit SET owner_ref = 'thief' WHERE canonical_address = 'PILOT/P-1'",
  "late: update a bystander":
    "PERFORM set_config('app.canonical_writer', 'fn_iu_create', true); UPDATE public.information_unit SET owner_ref = 'thief' WHERE canonical_address = 'PILOT/P-1'",
  "late: change a protected draft":
    "PERFORM set_config('app.canonical_writer', 'fn_iu_create', true); UPDATE public.unit_version SET title = 'thief' WHERE unit_id = (SELECT id FROM public.information_unit WHERE canonical_address = 'DIEU-28/P-2')",
  "create a unit of the Constitution":
    "PERFORM public.fn_iu_create('ICX-CONST/DIEU-999', 'Evil', 'Evil.', 'thief', 'law_unit', 'article', 'incomex-council', 'law'); PERFORM set_config('app.canonical_writer', 'fn_iu_create', true)",
  "add a vocabulary word":
    "INSERT INTO public.dot_config (key, value) VALUES ('vocab.unit_kind.thief', 'active') ON CONFLICT DO NOTHING",
  "late: loosen the write guard": "UPDATE public.dot_config SET value = 'observe' WHERE key = 'iu_create.gateway.mode'",
  "delete and forget the error":
    "BEGIN INSERT INTO public.planted_victim VALUES (1); RAISE EXCEPTION 'never mind'; EXCEPTION WHEN raise_exception THEN NULL; END",
  truncate: "TRUNCATE public.planted_victim",
  "late: truncate": "TRUNCATE public.planted_victim",
  "grant everything to everybody": "GRANT ALL ON public.unit_version TO PUBLIC",
  "late: alter a default": "ALTER TABLE public.planted_victim ALTER COLUMN n SET DEFAULT 7",
  "switch off what keeps enacted versions": "ALTER TABLE public.unit_version DISABLE TRIGGER trg_uv_enacted_immut",
};

const body = Object.entries(ACTS)
  .map(([name, act]) => `IF w = '${name}' AND late = (w LIKE 'late:%') THEN ${act}; END IF;`)
  .join("\n  ");

const PLANT = `
SET ROLE directus;
CREATE TABLE public.planted (what text NOT NULL);
INSERT INTO public.planted VALUES ('sleep');
CREATE TABLE public.planted_victim (n int);
INSERT INTO public.planted_victim VALUES (1), (2);
CREATE FUNCTION public.fn_planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $planted$
DECLARE w text; late boolean := TG_ARGV[0] = 'late';
BEGIN
  IF to_regclass('public.planted') IS NULL THEN RETURN NULL; END IF;
  w := (SELECT what FROM public.planted);
  ${body}
  RETURN NULL;
END $planted$;
CREATE TRIGGER trg_planted_now AFTER INSERT ON public.information_unit FOR EACH ROW EXECUTE FUNCTION public.fn_planted('now');
CREATE CONSTRAINT TRIGGER trg_planted_late AFTER INSERT ON public.information_unit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.fn_planted('late');
RESET ROLE;
CREATE FUNCTION cutter_governance.fn_planted_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $planted$
BEGIN
  IF to_regclass('public.planted') IS NULL THEN RETURN NEW; END IF;
  IF EXISTS (SELECT FROM public.planted WHERE what = 'refuse the ledger') THEN RAISE EXCEPTION 'not today'; END IF;
  RETURN NEW;
END $planted$;
REVOKE EXECUTE ON FUNCTION cutter_governance.fn_planted_ledger() FROM PUBLIC;
CREATE TRIGGER trg_planted_ledger BEFORE INSERT ON cutter_governance.cut_change_set FOR EACH ROW EXECUTE FUNCTION cutter_governance.fn_planted_ledger();
`;

/** Rows and rights of everything the traps could reach, but for the runner's own bookkeeping. */
const everything = () =>
  host.sql(`
  SELECT 'units' AS what, md5(string_agg(u::text, '|' ORDER BY u.id)) AS sum FROM public.information_unit u
  UNION ALL SELECT 'versions', md5(string_agg(v::text, '|' ORDER BY v.id)) FROM public.unit_version v
  UNION ALL SELECT 'config', md5(string_agg(c::text, '|' ORDER BY c.key)) FROM public.dot_config c
  UNION ALL SELECT 'victim', string_agg(n::text, ',' ORDER BY n) FROM public.planted_victim
  UNION ALL SELECT 'rights', md5(string_agg(relname || coalesce(relacl::text, ''), '|' ORDER BY oid)) FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'cutter_governance'::regnamespace)
  UNION ALL SELECT 'defaults', md5(string_agg(adrelid || pg_get_expr(adbin, adrelid), '|' ORDER BY oid)) FROM pg_attrdef ORDER BY 1`);

beforeAll(async () => {
  host = await governedHost();
  await host.sql(PLANT);
  await host.register("TRAP-1", LAW);
  run = await host.cut("TRAP-1");
  await host.authorizeCut(run);
});
afterAll(async () => {
  await host?.remove();
});

describe("a planted trigger that, during the cut, would", () => {
  const cases: [string, StopCode, RegExp][] = [
    ["update a bystander", "STOP_EXECUTION_NOT_AUTHORIZED", /PILOT\/P-1 outside an admitted effect/],
    ["late: update a bystander", "STOP_EXECUTION_NOT_AUTHORIZED", /PILOT\/P-1 outside an admitted effect/],
    ["late: change a protected draft", "STOP_EXECUTION_NOT_AUTHORIZED", /DIEU-28\/P-2/],
    [
      "create a unit of the Constitution",
      "STOP_EXECUTION_NOT_AUTHORIZED",
      /ICX-CONST\/DIEU-999 outside an admitted effect/,
    ],
    ["add a vocabulary word", "STOP_INVARIANT_FAILED", /public\.dot_config: 3 inserted|public\.dot_config: 1 inserted/],
    ["late: loosen the write guard", "STOP_INVARIANT_FAILED", /public\.dot_config: 0 inserted, 3 updated/],
    ["delete and forget the error", "STOP_INVARIANT_FAILED", /public\.planted_victim: 3 inserted/],
    ["truncate", "STOP_INVARIANT_FAILED", /pg_catalog\.\w+: .*truncated/],
    ["late: truncate", "STOP_INVARIANT_FAILED", /pg_catalog\.\w+: .*truncated/],
    ["grant everything to everybody", "STOP_INVARIANT_FAILED", /pg_catalog\.pg_class/],
    ["late: alter a default", "STOP_INVARIANT_FAILED", /pg_catalog\.pg_attrdef/],
    [
      "switch off what keeps enacted versions",
      "STOP_INVARIANT_FAILED",
      /pg_catalog\.pg_trigger|pending trigger events/,
    ],
  ];
  test.each(cases)("%s is undone with everything the run wrote", async (what, code, words) => {
    expect(Object.keys(ACTS)).toContain(what);
    await plant(what);
    const before = await everything();
    await expectRefused(host, resume, code, words);
    expect(await everything()).toEqual(before);
  });
});

describe("between leg A and the second principal", () => {
  beforeAll(async () => {
    await plant("refuse the ledger");
    const answer = await resume();
    expect(answer).toMatchObject({ status: 6, stop: "STOP_INVARIANT_FAILED" });
    expect(wordsOf(answer)).toMatch(/COMMITTED SO FAR\s+units as drafts; nothing enacted/);
    expect(
      await host.sql(
        "SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase IN ('cut_leg_a', 'leg_b_record')",
        [run],
      ),
    ).toEqual([{ phase: "cut_leg_a" }]);
    await plant("sleep");
  });

  const unit = (address: string): string =>
    `(SELECT id FROM public.information_unit WHERE canonical_address = 'TRAP-1/${address}')`;
  const first: [string, string, string, RegExp] = [
    "a written text is changed",
    `UPDATE public.unit_version SET body = body || '!' WHERE unit_id = ${unit("S-1/A-1")}`,
    `UPDATE public.unit_version SET body = left(body, -1) WHERE unit_id = ${unit("S-1/A-1")}`,
    /body_hashes: TRAP-1\/S-1\/A-1/,
  ];
  test("the second principal refuses when a written text was changed, after leg B is recorded, and nobody's verdict is written", async () => {
    const before = await rowCounts(host);
    await host.sql(`SET session_replication_role = replica; ${first[1]}`);
    const answer = await resume();
    expect(answer).toMatchObject({ status: 6, stop: "STOP_VERIFY_FAILED" });
    expect(wordsOf(answer)).toMatch(first[3]);
    expect(answer.stderr).toMatch(/NEXT\s+cutter orchestrate revert/);
    const after = await rowCounts(host);
    expect(after["cutter_governance.verify_result"]).toBe(before["cutter_governance.verify_result"]);
    expect(after["public.iu_lifecycle_log"]).toBe(before["public.iu_lifecycle_log"]);
    await host.sql(`SET session_replication_role = replica; ${first[2]}`);
  });

  const cases: [string, string, string, RegExp][] = [
    [
      "text and its hash are changed together",
      `UPDATE public.unit_version SET body = 'Other.', content_hash = public.fn_content_hash('Other.') WHERE unit_id = ${unit("S-1/A-1")}`,
      `UPDATE public.unit_version SET body = 'The second text.', content_hash = public.fn_content_hash('The second text.') WHERE unit_id = ${unit("S-1/A-1")}`,
      /body_hashes: TRAP-1\/S-1\/A-1/,
    ],
    [
      "a title is changed",
      `UPDATE public.information_unit SET identity_profile = jsonb_set(identity_profile, '{title}', '"Zwei"') WHERE canonical_address = 'TRAP-1/S-1/A-1'`,
      `UPDATE public.information_unit SET identity_profile = jsonb_set(identity_profile, '{title}', '"Two"') WHERE canonical_address = 'TRAP-1/S-1/A-1'`,
      /titles: TRAP-1\/S-1\/A-1/,
    ],
    [
      "a unit belongs to somebody else",
      `UPDATE public.information_unit SET owner_ref = 'thief' WHERE canonical_address = 'TRAP-1/S-1/A-1'`,
      `UPDATE public.information_unit SET owner_ref = 'incomex-council' WHERE canonical_address = 'TRAP-1/S-1/A-1'`,
      /section_types: TRAP-1\/S-1\/A-1/,
    ],
    [
      "a unit hangs under another parent",
      `UPDATE public.information_unit SET parent_or_container_ref = ${unit("S-1/A-1")} WHERE canonical_address = 'TRAP-1/S-1/A-2'`,
      `UPDATE public.information_unit SET parent_or_container_ref = ${unit("S-1")} WHERE canonical_address = 'TRAP-1/S-1/A-2'`,
      /parents: TRAP-1\/S-1\/A-2/,
    ],
    [
      "a unit more stands under the document",
      "SET session_replication_role = origin; SELECT public.fn_iu_create('TRAP-1/S-9', 'Nine', 'Not planned.', 'directus/other', 'law_unit', 'section', 'incomex-council', 'law')",
      ["birth_registry", "unit_version"]
        .map((table) => `DELETE FROM public.${table} WHERE unit_id = ${unit("S-9")}`)
        .concat("DELETE FROM public.information_unit WHERE canonical_address = 'TRAP-1/S-9'")
        .join("; "),
      /no_foreign_unit: TRAP-1\/S-9/,
    ],
    [
      "a ledger row is gone",
      "CREATE TABLE public.planted_row AS SELECT * FROM cutter_governance.manifest_unit_block WHERE proposed_canonical_address = 'TRAP-1/S-1'; DELETE FROM cutter_governance.manifest_unit_block WHERE proposed_canonical_address = 'TRAP-1/S-1'",
      "INSERT INTO cutter_governance.manifest_unit_block SELECT * FROM public.planted_row; DROP TABLE public.planted_row",
      /rows of this run/,
    ],
  ];
  test.each(cases)("the second principal refuses when %s", async (_what, there, back, words) => {
    await host.sql(`SET session_replication_role = replica; ${there}`);
    try {
      await expectRefused(host, resume, "STOP_VERIFY_FAILED", words);
    } finally {
      await host.sql(`SET session_replication_role = replica; ${back}`);
    }
  });

  test("the same rows put back pass, and the run is reverted for good", async () => {
    expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
    expect(await host.cutter("orchestrate", "revert", run, "the traps are known")).toMatchObject({ status: 0 });
    expect(
      await host.sql(
        "SELECT 1 FROM public.information_unit WHERE canonical_address LIKE 'TRAP-1/%' AND canonical_address NOT LIKE '%~reverted~%'",
      ),
    ).toEqual([]);
  });
});
