// Stops that the database raises, as a person is told them.
import pg from "pg";
import { expect, test } from "vitest";
import { translate } from "../../../../runner/adapters/postgres-errors.ts";
import { RUN_ID } from "../../../support/recorded-run.ts";

function raised(code: string, saw: string): pg.DatabaseError {
  const error = new pg.DatabaseError(code, 0, "error");
  return Object.assign(error, { code: "CUT01", detail: JSON.stringify({ saw, wanted: "no open run" }) });
}

test("a cut of a document whose run is open is led to that run; a batch that is in the way names none", () => {
  expect(translate("open-run", "exec", raised("STOP_RUN_OPEN", `run ${RUN_ID} of LAW-1 is open`))).toMatchObject({
    code: "STOP_RUN_OPEN",
    facts: { next: `cutter orchestrate status ${RUN_ID}` },
  });
  for (const saw of ["an open run of batch ictb-1", "run $(id) of LAW-1 is open"])
    expect(translate("open-run", "exec", raised("STOP_RUN_OPEN", saw))).not.toHaveProperty("facts.next");
});
