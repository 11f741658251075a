// `npm run readiness`: what a host needs, looked at before anything is provisioned too; with a document, what its first run needs and
// leaves. 0 all found, 4 else. Changes nothing.
import { basename, join } from "node:path";
import { STOPS, Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { nextCommand, nextLine } from "../readiness/next-command.ts";
import { allFound, checklistLines, printPoints } from "../../runner/terminal/checklist.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { documentReadiness } from "../readiness/document-readiness.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { runProgram } from "../frame/run-program.ts";
import type { Evidence } from "../readiness/non-mutation.ts";
import { readinessOf, type Readiness } from "../readiness/readiness-of.ts";
import { projectRoot } from "../../infra/place.ts";

operatorProgram(
  "readiness",
  "what a host needs, or with a document what its first run needs and leaves: found, missing or could not look, and one next command",
)
  .argument("[document-id]", "the document that shall be cut")
  .action((document: string | undefined, options: OperatorOptions) =>
    document === undefined
      ? runProgram(() => ofHost(options))
      : atHost(options, async (target) => tell({ points: await documentReadiness(target, document) }, options)),
  )
  .parse();

async function ofHost(options: OperatorOptions): Promise<number> {
  const readiness = await readinessOf({
    stackFile: stackFile(options.stack),
    sandbox: options.stack === SANDBOX_STACK,
    project: projectRoot(),
    now: new Date(),
  });
  return tell(readiness, options);
}

/** `evidence`: what proves that nothing was changed, where one look was all that was done. */
type Told = Pick<Readiness, "points"> & Partial<Pick<Readiness, "evidence">>;

function tell({ points, evidence = [] }: Told, { json, stack }: OperatorOptions): number {
  if (json) {
    printPoints(points);
    printJson({ event: "next", command: nextCommand(points, stack) ?? null });
    for (const one of evidence) printJson({ event: "evidence", ...one });
  } else {
    const proof =
      evidence.length === 0 ? [] : ["", "what proves that nothing was changed", ...evidence.map(evidenceLine)];
    process.stdout.write(`${[...checklistLines(points), "", nextLine(points, stack), ...proof].join("\n")}\n`);
  }
  const ready = allFound(points) && evidence.every(({ holds }) => holds !== false);
  return ready ? 0 : STOPS.STOP_PRECHECK_FAILED.exit;
}

function stackFile(stack: string): string {
  if (stack.endsWith(".yaml")) return stack;
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(stack))
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "a stack name out of form",
      wanted: `lower-case letters, digits and dashes, or a file as ${basename("Pulumi.contabo.yaml")}`,
    });
  return join(projectRoot(), `Pulumi.${stack}.yaml`);
}

function evidenceLine({ what, saw, holds }: Evidence): string {
  return `  ${holds === true ? "proven " : holds === false ? "FAILED " : "?      "}  ${printable(`${what}: ${saw}`)}`;
}
