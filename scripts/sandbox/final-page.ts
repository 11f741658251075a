// The page at the end of `npm start`: phases with times, rows and other documents before and after, backup and proof,
// where everything lies.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { spokenEvent } from "../../runner/model/events.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { baselineRow, type BaselineRow } from "../../runner/model/outputs.ts";
import { stateSchema, type StateJson } from "../../runner/model/state.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { Sandbox } from "./sandbox.ts";
import { livingProcesses } from "./verbs.ts";
import { readState } from "./state-file.ts";

const countsFile = z.looseObject({
  counts: z.array(z.strictObject({ table: z.string(), rows: z.int() })),
  documents: z.array(baselineRow),
});
type Standing = z.infer<typeof countsFile>;

/** state.json of a run of this sandbox. */
export const stateOf = (sandbox: Sandbox, runId: string): StateJson =>
  stateSchema.parse(JSON.parse(readFileSync(join(sandbox.place.runtimeRoot, "runs", runId, "state.json"), "utf8")));

/** Everything on it is read back from the run's files; nothing is remembered from driving it. */
export function finalPage(sandbox: Sandbox, runId: string): string {
  const folder = join(sandbox.place.runtimeRoot, "runs", runId);
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  const state = stateOf(sandbox, runId);
  const events = text("events.ndjson")
    .split("\n")
    .map((line) => spokenEvent.safeParse(jsonOf(line)).data);
  const phases = events.flatMap((event) => (event?.event === "phase" && event.status === "passed" ? [event] : []));
  const [before, after] = ["counts-before.json", "counts-after.json"].map((name) =>
    countsFile.parse(JSON.parse(text(name))),
  ) as [Standing, Standing];
  const rowsBefore = new Map(before.counts.map((row) => [row.table, row.rows]));
  const told = [...new Set(events.flatMap((event) => (event?.event === "report" ? [event.file] : [])))];
  // The rehearsal's report is no document of the run: it lies beside the run's own files.
  const delivered = told.filter((file) => !file.startsWith("runs/"));
  const living = livingProcesses(sandbox.place, readState(sandbox.place.stateFile) ?? neverWritten());
  return [
    `\n${state.document_id} is cut and enacted. Run ${runId}, state ${state.state}.\n`,
    "\nPhases\n",
    ...phases.map(
      ({ phase, seconds = 0, invariants = "" }) =>
        `  ${phase.padEnd(20)}${seconds.toFixed(2).padStart(8)} s   ${invariants} invariants\n`,
    ),
    "\nWho signed\n",
    ...state.approvals.map(
      (row) =>
        `  ${row.person.padEnd(10)}${row.gate.padEnd(24)}payload …${row.payload_sha.slice(-6)}, used by ${row.used_phase ?? "nothing"}\n`,
    ),
    "\nRows (before, after)\n",
    ...after.counts.map((row) => countLine(row.table, rowsBefore.get(row.table) ?? 0, row.rows)),
    "\nEvery other document (before, after)\n",
    ...otherDocuments(before.documents, after.documents, state.document_id),
    "\nBackup\n",
    `  ${join(sandbox.place.runtimeRoot, "backups", `${runId}.sql.gpg`)}\n`,
    `  sha256 ${state.backup?.file_sha ?? ""}, restored into a scratch server and equal row by row\n`,
    `\nReports (${delivered.length})\n`,
    `  ${join(sandbox.place.runtimeRoot, "reports", dirnameOf(delivered[0] ?? ""))}\n`,
    `  as pages for a browser beside them, the whole run: ${pageOf(sandbox, delivered.at(-1) ?? "")}\n`,
    ...told.filter((file) => !delivered.includes(file)).map((file) => `  ${join(sandbox.place.runtimeRoot, file)}\n`),
    "\nLook for yourself\n",
    `  ${sandbox.launchers.cutter} orchestrate verify ${runId}\n`,
    `  ${sandbox.launchers.cutter} orchestrate status ${runId}\n`,
    "  npm run sandbox -- psql\n",
    "\nStill running\n",
    ...living.map((one) => `  ${one.pid}  ${printable(one.command).slice(0, 90)}\n`),
    "  end it with: npm run sandbox -- down\n",
    process.getuid?.() === 0
      ? ""
      : "\nEverything runs as one user here: roles are kept apart by database role and env file only.\n",
  ].join("");
}

function countLine(table: string, before: number, after: number): string {
  const change = after - before;
  return `  ${table.padEnd(46)}${String(before).padStart(6)}${String(after).padStart(7)}${change === 0 ? "" : `   +${change}`}\n`;
}

/** A line for each document but the run's own: units before and after, and whether every row is what it was. */
function otherDocuments(before: readonly BaselineRow[], after: readonly BaselineRow[], own: string): string[] {
  const key = (row: BaselineRow): string => `${row.document}${row.set_aside ? " (set aside)" : ""}`;
  const [was, is] = [before, after].map(
    (rows) => new Map(rows.filter(({ document }) => document !== own).map((row) => [key(row), row])),
  ) as [Map<string, BaselineRow>, Map<string, BaselineRow>];
  return [...new Set([...was.keys(), ...is.keys()])].sort().map((name) => {
    const [old, now] = [was.get(name), is.get(name)];
    return (
      `  ${name.padEnd(46)}${String(old?.units ?? 0).padStart(6)}${String(now?.units ?? 0).padStart(7)}   ` +
      `${old?.content_sha === now?.content_sha ? "byte-equal" : "changed by others meanwhile"}\n`
    );
  });
}

/** The last report is that of the whole run. */
const pageOf = (sandbox: Sandbox, file: string): string =>
  join(sandbox.place.runtimeRoot, "reports", file.replace(/[.]md$/, ".html"));

const dirnameOf = (file: string): string => file.split("/").slice(0, -1).join("/");

function neverWritten(): never {
  throw new Error("the sandbox has no state");
}
