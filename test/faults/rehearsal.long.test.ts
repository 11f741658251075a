// A rehearsal on a real host: what it leaves behind, what it stops, and that production does not notice either.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../runner/model/canonical.ts";
import { rehearsalSchema } from "../../runner/model/rehearsal.ts";
import type { StopCode } from "../../runner/model/stop.ts";
import { everyRow, GOVERNED } from "../support/every-row.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";

let host: GovernedHost;
beforeAll(async () => {
  host = await governedHost();
});
afterAll(async () => {
  await host?.remove();
});

const runFile = (run: string, name: string): string =>
  readFileSync(join(host.sandbox.place.runtimeRoot, "runs", run, name), "utf8");
const rehearsed = async (run: string): Promise<unknown[]> =>
  (
    await host.sql<{ facts: unknown }>(
      "SELECT entry -> 'rehearsal' AS facts FROM cutter_runtime.journal WHERE run_id = $1 AND entry ->> 'event' = 'rehearsed' ORDER BY seq",
      [run],
    )
  ).map(({ facts }) => facts);
const newestRun = async (document: string): Promise<string> =>
  (
    await host.sql<{ run_id: string }>(
      "SELECT run_id FROM cutter_runtime.run WHERE document_id = $1 ORDER BY opened DESC LIMIT 1",
      [document],
    )
  )[0]?.run_id ?? "";

test("a run is rehearsed once before its first request, and EXECUTION names what the rehearsal found", async () => {
  await host.register("TRY-1", LAW);
  const run = await host.cut("TRY-1");
  const [facts, ...more] = await rehearsed(run);
  expect(more).toEqual([]);
  const { counts, units, proved } = rehearsalSchema.parse(facts);
  expect({ units, proved }).toEqual({
    units: 3,
    proved: [
      "cut_verified_enacted_closed",
      "reverted_after_leg_b",
      "cut_again_after_revert",
      "reverted_after_leg_a",
      "every_other_row_unchanged",
    ],
  });
  expect(counts.cut_leg_a).toContainEqual({ table: "public.birth_registry", ins: 3, upd: 0, del: 0 });
  expect(counts.revert).not.toContainEqual(expect.objectContaining({ table: "cutter_governance.review_decision" }));
  expect(counts.revert_ledger).toContainEqual({ table: "cutter_governance.review_decision", ins: 1, upd: 0, del: 0 });

  const request = JSON.parse(readFileSync(join(host.bundle(run, "EXECUTION"), "payload.json"), "utf8")) as {
    payload: { rehearsal_digest: string };
  };
  expect(request.payload.rehearsal_digest).toBe(digestOf(JSON.parse(JSON.stringify(facts))));
  expect(JSON.parse(runFile(run, "rehearsal.json"))).toEqual(facts);
  expect(runFile(run, "rehearsal.md")).toContain(request.payload.rehearsal_digest);

  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  expect(await rehearsed(run)).toHaveLength(1);
});

test("a rehearsal writes no unit, no ledger row and no record of a run but its own journal entry", async () => {
  await host.register("TRY-2", LAW);
  const before = await everyRow(host, GOVERNED);
  const run = await host.cut("TRY-2");
  expect(await everyRow(host, GOVERNED)).toEqual(before);
  expect(await host.sql("SELECT FROM cutter_runtime.admission WHERE run_id = $1", [run])).toEqual([]);
  expect(
    (
      await host.sql<{ phase: string }>("SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 ORDER BY at", [
        run,
      ])
    ).map(({ phase }) => phase),
  ).toEqual(["source_pin", "mark", "cutplan", "pre_write_backup", "grant_probe"]);
  expect(await host.sql("SELECT FROM cutter_runtime.run WHERE document_id = 'TRY-2'")).toHaveLength(1);
});

const MARK = "/tmp/cutter-rehearsal-ran";
const TRIGGER = (name: string, on: string, body: string): string =>
  `CREATE FUNCTION public.${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $f$ BEGIN ${body}; RETURN NEW; END $f$; REVOKE EXECUTE ON FUNCTION public.${name}() FROM PUBLIC; CREATE TRIGGER ${name} ${on} FOR EACH ROW EXECUTE FUNCTION public.${name}();`;
/** Lays a row as nobody may, past every trigger: what a colleague's other way of writing could have left. */
const ASIDE = (sql: string): string => `SET session_replication_role = replica; ${sql}; RESET session_replication_role`;
const cases: { what: string; make: string; undo: string; code: StopCode; words: RegExp }[] = [
  {
    what: "a CHECK refuses one of the units",
    code: "STOP_INVARIANT_FAILED",
    words: /in the rehearsal: BAD-1\/S-1\/A-2: .*no_three/,
    make: "ALTER TABLE public.unit_version ADD CONSTRAINT no_three CHECK (body NOT LIKE '%third text%') NOT VALID",
    undo: "ALTER TABLE public.unit_version DROP CONSTRAINT no_three",
  },
  {
    what: "a trigger changes a row of another document",
    code: "STOP_INVARIANT_FAILED",
    words: /in the rehearsal: .*(?:dot_config|PILOT)/,
    make: `SET ROLE directus; ${TRIGGER("trap_row", "AFTER INSERT ON public.birth_registry", "UPDATE public.dot_config SET value = value WHERE key = 'iu_create.gateway.mode'")}`,
    undo: "DROP FUNCTION public.trap_row() CASCADE",
  },
  {
    what: "the executor lacks a right on the ledger",
    code: "STOP_PRECHECK_FAILED",
    words: /in the rehearsal: .*manifest_unit_block/,
    make: "REVOKE INSERT ON cutter_governance.manifest_unit_block FROM cutter_exec",
    undo: "GRANT INSERT ON cutter_governance.manifest_unit_block TO cutter_exec",
  },
  {
    what: "the enactment is refused by the table",
    code: "STOP_INVARIANT_FAILED",
    words: /in the rehearsal: .*not yet/,
    make: `SET ROLE directus; ${TRIGGER("trap_enact", "BEFORE UPDATE ON public.information_unit", "IF NEW.lifecycle_status = 'enacted' THEN RAISE EXCEPTION 'not yet'; END IF")}`,
    undo: "DROP FUNCTION public.trap_enact() CASCADE",
  },
  {
    what: "an address is taken",
    code: "STOP_REFUSED_INPUT",
    words: /1 addresses exist already: BAD-1\/S-1\/A-2/,
    make: ASIDE(
      "INSERT INTO public.information_unit SELECT (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid(), 'canonical_address', 'BAD-1/S-1/A-2'))).* FROM public.information_unit u WHERE u.canonical_address LIKE 'PILOT/%' LIMIT 1",
    ),
    undo: ASIDE("DELETE FROM public.information_unit WHERE canonical_address = 'BAD-1/S-1/A-2'"),
  },
  {
    what: "a word of the vocabulary is missing",
    code: "STOP_REFUSED_INPUT",
    words: /section type "article"/,
    make: "DELETE FROM public.dot_config WHERE key = 'vocab.section_type.article'",
    undo: "INSERT INTO public.dot_config (key, value) VALUES ('vocab.section_type.article', 'active')",
  },
  {
    what: "the write guard refuses the executor's function",
    code: "STOP_GRANT_DELTA",
    words: /in the rehearsal: .*write guard: direct INSERT on public\.information_unit refused/,
    make: "UPDATE public.dot_config SET value = replace(value, 'fn_iu_create,', '') WHERE key = 'iu_create.gateway.allowed_marker_values'",
    undo: "UPDATE public.dot_config SET value = 'fn_iu_create,' || value WHERE key = 'iu_create.gateway.allowed_marker_values'",
  },
  {
    what: "a trigger of a superuser runs a program",
    code: "STOP_PRECHECK_FAILED",
    words: /in the rehearsal: .*COPY to or from an external program/,
    make: TRIGGER(
      "trap_program",
      "AFTER INSERT ON public.birth_registry",
      `COPY (SELECT 1) TO PROGRAM 'touch ${MARK}'`,
    ),
    undo: "DROP FUNCTION public.trap_program() CASCADE",
  },
];

test.each(cases)(
  "when $what, the run stops before anyone is asked, and production stays as it was",
  async ({ make, undo, code, words }) => {
    rmSync(MARK, { force: true });
    if (
      (await host.sql("SELECT FROM cutter_governance.source_document_registry WHERE address_docprefix = 'BAD-1'"))
        .length === 0
    )
      await host.register("BAD-1", LAW);
    await host.sql(make);
    try {
      const before = await everyRow(host, GOVERNED);
      const answer = await host.cutter("orchestrate", "cut", "BAD-1");
      expect([answer.stop, answer.stderr]).toEqual([code, expect.stringMatching(words)]);
      const run = await newestRun("BAD-1");
      expect(existsSync(join(host.sandbox.place.runtimeRoot, "runs", run, "requests"))).toBe(false);
      expect(await rehearsed(run)).toEqual([]);
      expect(await everyRow(host, GOVERNED)).toEqual(before);
      expect(existsSync(MARK)).toBe(false);
      expect(await host.cutter("orchestrate", "void", run, "the rehearsal failed")).toMatchObject({ status: 0 });
    } finally {
      await host.sql(undo);
    }
  },
);

test("a runner killed in its rehearsal leaves no server, and the next one takes the backup again and rehearses", async () => {
  await host.register("TRY-3", LAW);
  const cutting = execa(host.sandbox.launchers.cutter, ["--json", "orchestrate", "cut", "TRY-3"], {
    reject: false,
    stdin: "ignore",
  });
  for await (const line of cutting) {
    if (!line.includes('"rehearsal"')) continue;
    const [{ holder } = { holder: "" }] = await host.sql<{ holder: string }>(
      "SELECT l.holder FROM cutter_runtime.lease l WHERE l.document_id = 'TRY-3'",
    );
    process.kill(Number(/\d+/.exec(holder)?.[0]), "SIGKILL");
    break;
  }
  await cutting;
  const run = await newestRun("TRY-3");
  expect(await rehearsed(run)).toEqual([]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await rehearsed(run)).toHaveLength(1);
  expect(
    await host.sql("SELECT attempt FROM cutter_runtime.backup_receipt WHERE run_id = $1 ORDER BY 1", [run]),
  ).toEqual([{ attempt: 1 }, { attempt: 2 }]);
});
