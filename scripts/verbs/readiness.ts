// `npm run readiness`: what a first run of a host needs, looked at before anything is provisioned too. 0 all found, 4 else. Changes nothing.
import { basename, join } from "node:path";
import { STOPS, Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { checklistLines, nextCommand, nextLine } from "../readiness/checklist.ts";
import { SANDBOX_STACK } from "../frame/operator-command.ts";
import { operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { runProgram } from "../frame/run-program.ts";
import type { Evidence } from "../readiness/non-mutation.ts";
import { readinessOf, type Readiness } from "../readiness/readiness-of.ts";
import { projectRoot } from "../../infra/place.ts";

operatorProgram(
  "readiness",
  "the gaps and prechecks of a host: found, missing or could not look, one next command, and what proves that nothing was changed",
)
  .action((options: OperatorOptions) =>
    runProgram(async () => {
      const readiness = await readinessOf({
        stackFile: stackFile(options.stack),
        sandbox: options.stack === SANDBOX_STACK,
        project: projectRoot(),
        now: new Date(),
      });
      process.stdout.write(options.json ? asEvents(readiness, options.stack) : asText(readiness, options.stack));
      const ready =
        readiness.points.every(({ answer }) => answer === "found") &&
        readiness.evidence.every(({ holds }) => holds !== false);
      return ready ? 0 : STOPS.STOP_PRECHECK_FAILED.exit;
    }),
  )
  .parse();

function stackFile(stack: string): string {
  if (stack.endsWith(".yaml")) return stack;
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(stack))
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "a stack name out of form",
      wanted: `lower-case letters, digits and dashes, or a file as ${basename("Pulumi.contabo.yaml")}`,
    });
  return join(projectRoot(), `Pulumi.${stack}.yaml`);
}

function asText({ points, evidence }: Readiness, stack: string): string {
  return `${[...checklistLines(points), "", nextLine(points, stack), "", "what proves that nothing was changed", ...evidence.map(evidenceLine)].join("\n")}\n`;
}

function evidenceLine({ what, saw, holds }: Evidence): string {
  return `  ${holds === true ? "proven " : holds === false ? "FAILED " : "?      "}  ${printable(`${what}: ${saw}`)}`;
}

function asEvents({ points, evidence }: Readiness, stack: string): string {
  const events = [
    ...points.map(({ part, what, answer, saw }) => ({ event: "point", part, what, answer, saw })),
    { event: "next", command: nextCommand(points, stack) ?? null },
    ...evidence.map((one) => ({ event: "evidence", ...one })),
  ];
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
