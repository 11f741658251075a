// The page at the end of `npm start`: phases with times, rows before and after, backup and proof, where everything lies.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateSchema } from "../../runner/model/state.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { Sandbox } from "./sandbox.ts";
import { livingProcesses } from "./verbs.ts";
import { readState } from "./state-file.ts";

const countsFile = z.looseObject({ counts: z.array(z.strictObject({ table: z.string(), rows: z.int() })) });
const phaseEvent = z.looseObject({ event: z.literal("phase"), status: z.literal("passed"), phase: z.string(), seconds: z.number(), invariants: z.string() });

/** Everything on it is read back from the run's files; nothing is remembered from driving it. */
export function finalPage(sandbox: Sandbox, runId: string): string {
  const folder = join(sandbox.place.runtimeRoot, "runs", runId);
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  const state = stateSchema.parse(JSON.parse(text("state.json")));
  const events = text("events.ndjson").split("\n").filter((line) => line !== "").map((line): unknown => JSON.parse(line));
  const phases = events.map((event) => phaseEvent.safeParse(event)).flatMap((parsed) => (parsed.success ? [parsed.data] : []));
  const before = new Map(countsFile.parse(JSON.parse(text("counts-before.json"))).counts.map((row) => [row.table, row.rows]));
  const after = countsFile.parse(JSON.parse(text("counts-after.json"))).counts;
  const reports = z.looseObject({ event: z.literal("report"), file: z.string() });
  const delivered = [...new Set(events.map((event) => reports.safeParse(event)).flatMap((parsed) => (parsed.success ? [parsed.data.file] : [])))];
  const living = livingProcesses(sandbox.place, readState(sandbox.place.stateFile) ?? neverWritten());
  return [
    `\n${state.document_id} is cut and enacted. Run ${runId}, state ${state.state}.\n`,
    "\nPhases\n", ...phases.map((phase) => `  ${phase.phase.padEnd(20)}${phase.seconds.toFixed(2).padStart(8)} s   ${phase.invariants} invariants\n`),
    "\nWho signed\n", ...state.approvals.map((row) => `  ${row.person.padEnd(10)}${row.gate.padEnd(24)}payload …${row.payload_sha.slice(-6)}, used by ${row.used_phase ?? "nothing"}\n`),
    "\nRows (before, after)\n", ...after.map((row) => countLine(row.table, before.get(row.table) ?? 0, row.rows)),
    "\nBackup\n", `  ${join(sandbox.place.runtimeRoot, "backups", `${runId}.sql.gpg`)}\n`,
    `  sha256 ${state.backup?.file_sha ?? ""}, restored into a scratch server and equal row by row\n`,
    `\nReports (${delivered.length})\n`, `  ${join(sandbox.place.runtimeRoot, "reports", dirnameOf(delivered[0] ?? ""))}\n`,
    "\nLook for yourself\n", `  ${sandbox.launchers.cutter} orchestrate verify ${runId}\n`, `  ${sandbox.launchers.cutter} orchestrate status ${runId}\n`, "  npm run sandbox -- psql\n",
    "\nStill running\n", ...living.map((one) => `  ${one.pid}  ${printable(one.command).slice(0, 90)}\n`), "  end it with: npm run sandbox -- down\n",
    process.getuid?.() === 0 ? "" : "\nEverything runs as one user here: roles are kept apart by database role and env file only.\n",
  ].join("");
}

function countLine(table: string, before: number, after: number): string {
  const change = after - before;
  return `  ${table.padEnd(46)}${String(before).padStart(6)}${String(after).padStart(7)}${change === 0 ? "" : `   +${change}`}\n`;
}

const dirnameOf = (file: string): string => file.split("/").slice(0, -1).join("/");

function neverWritten(): never {
  throw new Error("the sandbox has no state");
}
