// The README's first command: from nothing to a law enacted by three people, on the real engine, over SSH.
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileIn, operatorClone, removeClones, sandboxState, type OperatorClone } from "../support/operator-clone.ts";

const LAW = "# One\n\nThe first text.\n\n## Two\n\nThe second text.\n";
const LONG = 1_200_000;
let here: OperatorClone;
beforeAll(async () => {
  here = await operatorClone("here");
}, LONG);
afterAll(removeClones, LONG);

/** As the database's superuser, by the launcher that checks from outside use. */
async function psql(sql: string): Promise<string> {
  const done = await execa(join(sandboxState(here).short.host, "bin", "psql-super"), ["-At", "-c", sql], {
    reject: false,
  });
  return done.exitCode === 0 ? done.stdout : done.stderr;
}

test(
  "npm start carries a document from nothing to the last page, asks nobody to do what it does itself, and takes a prefix once",
  async () => {
    const law = fileIn(here, "law.md", LAW);
    const done = await here.script("start", law, "STARTED-1");
    expect([done.status, done.stdout]).toEqual([0, expect.stringContaining("STARTED-1 is cut and enacted")]);
    for (const line of [/^ {2}ICX-CONST +60 +60 {3}byte-equal$/m, /^Reports \(14\)$/m])
      expect(done.stdout).toMatch(line);
    expect(done.stderr.match(/^STOP_APPROVAL_REQUIRED: the run waits for signatures$/gm)).toHaveLength(2);
    expect(done.stderr).not.toMatch(/^(?:NEXT|OR|CALL) /m);
    // Node 20.19 printed an ExperimentalWarning there.
    expect(done.stderr).not.toMatch(/\bWarning\b/);
    const runs = (await here.script("runs")).stdout;
    const again = await here.script("start", law, "STARTED-1");
    expect([again.status, again.stderr]).toEqual([4, expect.stringContaining("STARTED-1 stands on this host already")]);
    expect((await here.script("runs")).stdout).toBe(runs);
    expect(
      await psql(
        "SELECT lifecycle_status, count(*) FROM public.information_unit WHERE canonical_address LIKE 'STARTED-1/%' GROUP BY 1",
      ),
    ).toBe("enacted|2");
    expect(
      await psql(
        "SELECT (SELECT count(*) FROM public.iu_lifecycle_log WHERE canonical_address LIKE 'STARTED-1/%'), (SELECT count(*) FROM cutter_governance.review_decision), (SELECT count(*) FROM cutter_governance.verify_result)",
      ),
    ).toBe("2|5|3");
    expect(
      await psql(
        "SELECT count(*) FROM cutter_runtime.admission a WHERE NOT EXISTS (SELECT FROM cutter_runtime.admission_use u WHERE u.nonce = a.nonce)",
      ),
    ).toBe("0");
    // With the marker the write guard lets through: what refuses is that the unit is enacted.
    expect(
      await psql(
        "BEGIN; SELECT set_config('app.canonical_writer', 'fn_iu_create', true); UPDATE public.information_unit SET owner_ref = 'changed' WHERE canonical_address = 'STARTED-1/S-1'",
      ),
    ).toContain("enacted unit STARTED-1/S-1 is immutable");
    const verified = await here.script("verify", /ictr-\S+/.exec(runs)?.[0] ?? "none");
    expect([verified.status, verified.stdout]).toEqual([0, ""]);
  },
  LONG,
);
