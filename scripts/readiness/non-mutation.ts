// What proves that a look changed nothing: the kind of its transaction, and the same witnesses before and after it.
import * as z from "zod";
import { jsonOf } from "../../runner/model/json-text.ts";
import { NO_PSQL } from "../../infra/render/readiness.ts";
import type { LookAnswer } from "../../infra/probe.ts";
import type { RowOf } from "./record-facts.ts";
import type { Told } from "./told.ts";

/** One witness. `holds` false: it does not prove what it should; null: it could not be asked, or there was nothing to change. */
export interface Evidence {
  readonly what: string;
  readonly saw: string;
  readonly holds: boolean | null;
}

const writesSchema = z.object({ inserted: z.string(), updated: z.string(), deleted: z.string(), next_xid: z.string() });

/** The looks that witness, and the transaction of the records. */
export interface Witnesses {
  readonly files: readonly [LookAnswer, LookAnswer];
  /** What is installed and started on the host beside the cutter. */
  readonly started: readonly [LookAnswer, LookAnswer];
  readonly writes: readonly [LookAnswer, LookAnswer];
  readonly session: Told<RowOf<"session">>;
}

/** All evidence of one look; without an answer of the host it was never on it. */
export function evidenceOf(witnesses: Witnesses | undefined): Evidence[] {
  if (witnesses === undefined)
    return [{ what: "the host", saw: "no connection stood, so nothing was done there", holds: null }];
  return [
    transaction(witnesses.session),
    ...rowsWritten(witnesses.writes),
    nothingStarted(witnesses.started),
    fileTree(witnesses.files),
  ];
}

function transaction(session: Witnesses["session"]): Evidence {
  const what = "the transaction";
  if (!("value" in session)) return { what, saw: `no transaction stood: ${session.saw}`, holds: null };
  const { read_only, xid, role, database } = session.value;
  return {
    what,
    saw:
      `of ${role} in ${database}: ${read_only === "on" ? "READ ONLY" : "not read only"}, ` +
      `${xid === null ? "no transaction number taken" : `transaction number ${xid} taken`}`,
    holds: read_only === "on" && xid === null,
  };
}

// Others may write meanwhile; the transaction above is what proves that it was not this program.
function rowsWritten([before, after]: Witnesses["writes"]): Evidence[] {
  const told = [before, after].map(textOf);
  if (told.some((text) => text === undefined || text === NO_PSQL))
    return [{ what: "rows written in the database", saw: "not asked", holds: null }];
  const [first, second] = told.map((text) => writesSchema.safeParse(jsonOf(text ?? "")).data);
  if (first === undefined || second === undefined)
    return [{ what: "rows written in the database", saw: "not in their form", holds: null }];
  const rows = ({ inserted, updated, deleted }: z.infer<typeof writesSchema>): string =>
    `${inserted}/${updated}/${deleted}`;
  const compared = (what: string, a: string, b: string): Evidence => ({
    what,
    saw: a === b ? `${a} before and after` : `${a} before, ${b} after: somebody else writes`,
    holds: a === b ? true : null,
  });
  return [
    compared("rows inserted, updated, deleted in the database", rows(first), rows(second)),
    compared("next transaction number of the cluster", first.next_xid, second.next_xid),
  ];
}

// A host installs and starts things of its own meanwhile: what is new is named, and nobody can say by this alone who did it.
function nothingStarted([before, after]: Witnesses["started"]): Evidence {
  const what = "service, cron, docker";
  const [first, second] = [before, after].map((look) =>
    textOf(look)
      ?.split("\n")
      .filter((line) => line !== ""),
  );
  if (first === undefined || second === undefined) return { what, saw: "not listed", holds: null };
  const fresh = second.filter((line) => !first.includes(line));
  const count = (kind: string): number => second.filter((line) => line.startsWith(`${kind} `)).length;
  const seen = `${count("unit")} units, ${count("running")} running, ${count("cron")} cron tables, ${count("container")} containers`;
  return fresh.length === 0
    ? { what, saw: `none installed, none started (${seen} before and after)`, holds: true }
    : { what, saw: `new meanwhile: ${fresh.slice(0, 5).join(", ")}`, holds: null };
}

function fileTree([before, after]: Witnesses["files"]): Evidence {
  const what = "files of the runtime root, configuration, keys, releases and untouched trees, with change times";
  const [first, second] = [before, after].map((look) => textOf(look)?.slice(0, 64));
  if (first === undefined || second === undefined) return { what, saw: "not listed", holds: null };
  return first === second
    ? { what, saw: `sha256 ${first} before and after`, holds: true }
    : { what, saw: "changed meanwhile: look again when nothing runs on the host", holds: false };
}

const textOf = (look: LookAnswer): string | undefined => ("out" in look ? look.out.toString("utf8").trim() : undefined);
