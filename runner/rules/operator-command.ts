// Commands as the operator pastes them: what the host names by its own program is done here by a script of the same meaning.

/** The embedded host of this folder: what every program means without --stack. */
export const SANDBOX_STACK = "sandbox";

/** Host verbs that a script of another name, or of its own, does from here. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/^cutter orchestrate revert\b/, "npm run rollback --"],
  [/^cutter orchestrate follow\b/, "npm run logs --"],
  [/^cutter orchestrate unhalt\b/, "npm run admit --"],
  [/^cutter orchestrate batch\b/, "npm run batch --"],
  [/^cutter orchestrate (cut|resume|status|void|halt|verify|plan)\b/, "npm run $1 --"],
  [/^cutter gate admit\b/, "npm run admit --"],
  [/^cutter backup\b/, "npm run backup --"],
  [/^cutter\b/, "npm run cutter --"],
];

/**
 * A command of the host as one of this workstation. `npm run approve` names a folder of the host: it has to be fetched first,
 * which `runId` allows. Words behind the verb stay as they are.
 */
export function operatorCommand(command: string, stack: string, runId?: string): string {
  if (/^npm run approve\b/.test(command))
    return runId === undefined ? command : withStack(`npm run fetch -- ${runId}`, stack);
  const known = SCRIPTS.find(([pattern]) => pattern.test(command));
  return known ? withStack(command.replace(known[0], known[1]).replace(/ --$/, ""), stack) : command;
}

/** Every command between backticks of a sentence. */
export function operatorSentence(text: string, stack: string): string {
  return text.replaceAll(/`(cutter [^`]+)`/g, (_all, command: string) => `\`${operatorCommand(command, stack)}\``);
}

/** Programs that dial one machine of a host; all others mean the whole of it. */
export const OF_ONE_MACHINE: ReadonlySet<string> = new Set(
  (
    "admit approvals backup batch cut cutter fetch halt logs notify plan restore-drill resume rollback runs status " +
    "verify void"
  ).split(" "),
);
const BEFORE_MACHINE = " --machine ";

/** A stack with one of the machines that are its host, as {@link withStack} takes it. */
export const withMachine = (stack: string, machine: string | undefined): string =>
  machine === undefined ? stack : `${stack}${BEFORE_MACHINE}${machine}`;

/** The command with the stack it is for, and with the machine where the program dials one; the sandbox is every program's default. */
export function withStack(command: string, stack: string): string {
  const [host = stack] = stack.split(BEFORE_MACHINE);
  const verb = /^npm run ([a-z-]+)/.exec(command)?.[1] ?? "";
  const told = OF_ONE_MACHINE.has(verb) ? stack : host;
  if (told === SANDBOX_STACK || command.includes(" --stack ")) return command;
  return `${command}${/ -- /.test(command) ? "" : " --"} --stack ${told}`;
}
