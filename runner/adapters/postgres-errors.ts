// What an error of PostgreSQL means here: one stop for each kind, never a value of a row.
import { messageOf } from "../model/error-text.ts";
import pg from "pg";
import { isRunId } from "../model/ids.ts";
import { ROLES, type RoleKey } from "../model/run.ts";
import { isStopCode, Stopped } from "../model/stop.ts";

/** An answer of the server itself; a connection that ended says nothing about what was committed. */
export function hasSqlState(error: unknown): error is pg.DatabaseError {
  return (
    error instanceof pg.DatabaseError &&
    typeof error.code === "string" &&
    !error.code.startsWith("57P") &&
    !error.code.startsWith("08")
  );
}

/** Where an error comes from that a function of the database raised itself; a right that is missing is found elsewhere. */
const RAISED = "exec_stmt_raise";

/** Schema, table, column or function that is not there: another database, or a package that was never applied. */
const MISSING: ReadonlySet<string> = new Set(["3F000", "42P01", "42703", "42883"]);

/** The stop of an error: SQLSTATE CUT01 carries a stop of ours as JSON; everything else keeps code and message, never values. */
export function translate(what: string, role: RoleKey, error: unknown): Error {
  if (error instanceof Stopped) return error;
  if (!(error instanceof pg.DatabaseError)) return couldNotLook(what, error);
  if (error.code === "CUT01" && isStopCode(error.message)) {
    const detail = parseDetail(error.detail);
    return new Stopped(
      error.message,
      {
        saw: detail["saw"] ?? "refused by the database",
        wanted: detail["wanted"] ?? "a permitted action",
        ...nextOf(error.message, detail["saw"]),
      },
      error,
    );
  }
  const saw = `${what} as ${ROLES[role]}: ${error.message} (SQLSTATE ${error.code ?? "?"})`;
  if (error.code === "42501" && error.routine === RAISED) {
    return new Stopped(
      "STOP_GRANT_DELTA",
      {
        saw: `a guard of the database refused ${saw}`,
        wanted: "its guards to let the canonical functions write, as when this release was rehearsed",
        hint: "nothing of this step was written; compare the guard and its policy rows in dot_config with what was approved",
        next: "cutter precheck",
      },
      error,
    );
  }
  if (error.code === "42501")
    return new Stopped(
      "STOP_PRECHECK_FAILED",
      {
        saw,
        wanted: "the rights of sql/rights.json",
        hint: "apply the database package that grants it, then run `cutter precheck`",
      },
      error,
    );
  if (error.code !== undefined && MISSING.has(error.code)) {
    return new Stopped(
      "STOP_PRECHECK_FAILED",
      {
        saw,
        wanted: "the tables and functions this release was built for",
        hint:
          "see whether the configuration names the right database; if it does, apply the missing " +
          "database package and run `cutter precheck`",
        next: "cutter precheck",
      },
      error,
    );
  }
  if (error.code?.startsWith("57") || error.code?.startsWith("08") || error.code?.startsWith("53"))
    return couldNotLook(what, error);
  if (error.code === "55P03") return new Stopped("STOP_LEASE_HELD", { saw, wanted: "the row free within 30 s" }, error);
  return new Stopped("STOP_INVARIANT_FAILED", { saw, wanted: "the statement to succeed" }, error);
}

/** An open run in the way is looked at first: whether it is to be carried on or voided its status tells. */
function nextOf(code: string, saw = ""): { readonly next?: string } {
  const [, runId] = /^run (\S+) of /.exec(saw) ?? [];
  return code === "STOP_RUN_OPEN" && runId !== undefined && isRunId(runId)
    ? { next: `cutter orchestrate status ${runId}` }
    : {};
}

function parseDetail(detail: string | undefined): Record<string, string> {
  try {
    const value: unknown = JSON.parse(detail ?? "{}");
    return typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
      : {};
  } catch {
    return {};
  }
}

/** STOP_COULD_NOT_LOOK with the driver's own words. */
export function couldNotLook(what: string, error: unknown): Stopped {
  const reason = messageOf(error);
  return new Stopped("STOP_COULD_NOT_LOOK", { saw: `${what}: ${reason}`, wanted: "an answer from PostgreSQL" }, error);
}
