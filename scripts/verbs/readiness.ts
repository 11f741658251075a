// `npm run readiness`: what a host needs, looked at before anything is provisioned too; with a document, what its first run needs and
// leaves. 0 all found, 4 else. Changes nothing.
import { basename, join } from "node:path";
import { STOPS, Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { nextCommand, nextLine } from "../readiness/next-command.ts";
import { allFound, checklistLines, printPoints } from "../../runner/terminal/checklist.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { atHost, wholeHostProgram, type OperatorOptions } from "../frame/program.ts";
import { documentReadiness } from "../readiness/document-readiness.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { runProgram } from "../frame/run-program.ts";
import type { Evidence } from "../readiness/non-mutation.ts";
import { readinessOf, type Readiness } from "../readiness/readiness-of.ts";
import { documentName, readinessReport, type ToldReadiness } from "../readiness/readiness-document.ts";
import { htmlOf } from "../../runner/reports/html.ts";
import { markdownOf } from "../../runner/reports/markdown.ts";
import { deliveredEvent } from "../../runner/model/events.ts";
import { answersOf, eventsLike } from "../operator/host-call.ts";
import { targetOf } from "../operator/target.ts";
import { PAGE_OPTION, tellPage, wishedPage, type PageWish } from "../reading/page-file.ts";
import { upload } from "../operator/upload.ts";
import { projectRoot } from "../../infra/place.ts";

wholeHostProgram(
  "readiness",
  "what a host needs, or with a document what its first run needs and leaves: found, missing or could not look, and one next command",
)
  .argument("[document-id]", "the document that shall be cut")
  .option(...PAGE_OPTION)
  .option("--deliver", "hand the list to the host's reporter as a document and a page, as those of a run", false)
  .action((document: string | undefined, options: Options) =>
    document === undefined
      ? runProgram(() => ofHost(options))
      : atHost(options, async (target) =>
          tell({ points: await documentReadiness(target, document) }, options, document),
        ),
  )
  .parse();

async function ofHost(options: Options): Promise<number> {
  const readiness = await readinessOf({
    stackFile: stackFile(options.stack),
    sandbox: options.stack === SANDBOX_STACK,
    project: projectRoot(),
    now: new Date(),
  });
  return tell(readiness, options);
}

interface Options extends OperatorOptions {
  readonly deliver: boolean;
  readonly page?: PageWish;
}

/** `evidence`: what proves that nothing was changed, where one look was all that was done. */
type Told = Pick<Readiness, "points"> & Partial<Pick<Readiness, "evidence">>;

async function tell({ points, evidence = [] }: Told, options: Options, documentId?: string): Promise<number> {
  const { json, stack } = options;
  if (json) {
    printPoints(points);
    printJson({ event: "next", command: nextCommand(points, stack) ?? null });
    for (const one of evidence) printJson({ event: "evidence", ...one });
  } else {
    const proof =
      evidence.length === 0 ? [] : ["", "what proves that nothing was changed", ...evidence.map(evidenceLine)];
    process.stdout.write(`${[...checklistLines(points), "", nextLine(points, stack), ...proof].join("\n")}\n`);
  }
  tellPage(await pageOf({ points, evidence, documentId }, options), json);
  if (options.deliver) await deliver({ points, evidence, documentId }, options);
  const ready = allFound(points) && evidence.every(({ holds }) => holds !== false);
  return ready ? 0 : STOPS.STOP_PRECHECK_FAILED.exit;
}

/** `host`: the name the stack gives it; an unprovisioned one has no other. */
function pageOf(
  told: Pick<ToldReadiness, "points" | "evidence" | "documentId">,
  { page, stack }: Options,
): Promise<string | undefined> {
  const at = new Date();
  const report = readinessReport({ ...told, host: stack, at, next: nextCommand(told.points, stack) });
  return wishedPage(page, report, { kind: "readiness", of: told.documentId ?? stack, at });
}

async function deliver(
  told: Pick<ToldReadiness, "points" | "evidence" | "documentId">,
  { stack, json }: Options,
): Promise<void> {
  const target = targetOf(stack);
  const whole = { ...told, host: target.address.host, at: new Date(), next: nextCommand(told.points, stack) };
  const name = documentName(whole);
  const report = readinessReport(whole);
  const lay = (file: string, text: string): Promise<string> =>
    upload(target, { area: "reports/handed-over", name: file }, Buffer.from(text));
  await lay(name.replace(/[.]md$/, ".html"), htmlOf(report));
  await lay(name, markdownOf(report));
  const events = await answersOf(target, ["deliver", told.documentId ?? "host", name]);
  for (const delivered of eventsLike(deliveredEvent, events)) {
    if (json) printJson(delivered);
    else process.stdout.write(`delivered: ${printable(delivered.file)}\n`);
  }
}

function stackFile(stack: string): string {
  if (stack.endsWith(".yaml")) return stack;
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(stack))
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "not a valid stack name",
      wanted: `lower-case letters, digits and dashes, or a file as ${basename("Pulumi.contabo.yaml")}`,
    });
  return join(projectRoot(), `Pulumi.${stack}.yaml`);
}

function evidenceLine({ what, saw, holds }: Evidence): string {
  return `  ${holds === true ? "proven " : holds === false ? "FAILED " : "?      "}  ${printable(`${what}: ${saw}`)}`;
}
