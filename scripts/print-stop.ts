// How a program of the workstation ends badly: a stop in five lines, never a stack for an expected case.
import { EXIT_BUG, Stopped, STOPS } from "../runner/model/stop.ts";

/** Lines people read for a stop: code and title, saw, wanted, details, hint, next command. */
export function stopLines(stop: Stopped): string[] {
  const row = STOPS[stop.code];
  const { facts } = stop;
  return [
    `${stop.code}: ${row.title}`, `  saw     ${facts.saw}`, `  wanted  ${facts.wanted}`,
    ...(facts.details ?? []).map((detail) => `  -       ${detail}`),
    `  HINT    ${facts.hint ?? row.hint}`,
    ...(facts.next === undefined ? [] : [`  NEXT    ${facts.next}`]), ...(facts.or === undefined ? [] : [`  OR      ${facts.or}`]),
    `  CALL    ${row.call}`,
  ];
}

/** Runs a program to its exit status; a stop is printed on stderr, anything else is a bug and keeps its stack. */
export async function runProgram(work: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (error instanceof Stopped) {
      process.stderr.write(`${stopLines(error).join("\n")}\n`);
      process.exitCode = error.exit;
      return;
    }
    process.stderr.write(`bug: ${error instanceof Error ? error.stack ?? error.message : String(error)}\nsend these lines and the command you gave\n`);
    process.exitCode = EXIT_BUG;
  }
}
