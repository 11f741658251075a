// `npm run drift`: what differs between the host and its declaration. 0 clean, 7 drift, 1 could not look. Changes nothing; with --adopt
// it shows what no declaration mentions and, when a person agrees, records it as known.
import { chmodSync } from "node:fs";
import { resolve } from "node:path";
import { adoptionPage } from "../../infra/adopted-facts.ts";
import { EXIT_DRIFT_FOUND, Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { type PreviewLines, driftTable } from "../stack/engine-answer.ts";
import { type Adoptable, lookToAdopt, recordAdoption } from "../stack/adoption.ts";
import { lookWithEngine } from "../stack/engine-runs.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { typedConfirmation } from "../signing/typed-confirmation.ts";
import { openNamedStack, stackOption, stackPlace } from "../stack/stack.ts";
import { stackFileOf } from "../stack/stack-config.ts";
import { PAGE_OPTION, wishedPage, type PageWish } from "../reading/page-file.ts";
import { driftReport, nextAfterLook } from "../stack/drift-report.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

interface DriftOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly savePlan?: string;
  readonly adopt: boolean;
  readonly yes: boolean;
  readonly page?: PageWish;
}

programNamed("drift", "differences between a host and its declaration; 0 none, 7 some, 1 could not look")
  .addOption(stackOption())
  .option("--json", "one object on stdout", false)
  .option("--save-plan <file>", "save what was looked at, for `npm run up -- --plan <file>`")
  .option(...PAGE_OPTION)
  .option("--adopt", "show what no declaration mentions, and record it as known", false)
  .option("--yes", "with --adopt: record it without asking", false)
  .action((options: DriftOptions) =>
    runProgram(() => (options.adopt ? adopt(options) : look(options)), { aboutRun: true }),
  )
  .parse();

async function look(options: DriftOptions): Promise<number> {
  const plan = options.savePlan === undefined ? undefined : resolve(options.savePlan);
  const { lines, fresh } = await lookWithEngine(await openNamedStack(options.stack), plan);
  // Paths of the host and sealed secrets stand in it.
  if (plan !== undefined) chmodSync(plan, 0o600);
  const { stack } = options;
  const at = new Date();
  const page = await wishedPage(options.page, driftReport({ stack, lines, fresh, at }), {
    kind: "drift",
    of: stack,
    at,
  });
  const next = nextAfterLook(stack, lines);
  if (options.json) printJson({ stack, drift: lines, fresh, plan, page, next });
  else process.stdout.write(textOf(stack, { lines, fresh }, plan) + (page === undefined ? "" : `page: ${page}\n`));
  return lines.length === 0 ? 0 : EXIT_DRIFT_FOUND;
}

function textOf(stack: string, { lines, fresh }: PreviewLines, plan: string | undefined): string {
  const note = fresh
    ? "this clone has no state of an earlier up; only what the probe saw is a difference of the host\n"
    : "";
  const saved =
    plan === undefined
      ? ""
      : `\nsaved; to apply exactly this: npm run up -- --stack ${stack} --plan ${shellWord(plan)}\n`;
  const next = nextAfterLook(stack, lines);
  return `${note}${driftTable(stack, lines)}${saved}${next === null ? "" : `\nNEXT  ${next}\n`}`;
}

async function adopt({ stack, json, yes }: DriftOptions): Promise<number> {
  stackPlace(stack);
  const file = stackFileOf(stack);
  const found = await lookToAdopt(file);
  const page = json ? process.stderr : process.stdout;
  page.write(adoptionText(stack, found));
  const isNew = found.previous === undefined || found.changes.length > 0;
  if (isNew && !yes) await askToAdopt(stack, page);
  const list = await recordAdoption(file, found);
  if (json) printJson({ stack, adopted: countOf(found), changed: found.changes, file: list });
  else page.write(`recorded: ${list}, pinned by cutter:adopted in ${file}; commit both\n`);
  return 0;
}

async function askToAdopt(stack: string, page: NodeJS.WriteStream): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "no terminal to ask a person on; nothing was recorded",
      wanted: "a person who has read what is adopted",
      next: `npm run drift -- --stack ${stack} --adopt --yes`,
    });
  const asked = { question: "type adopt to record this: ", wanted: "adopt", otherwise: "adopt; nothing was recorded" };
  await typedConfirmation([asked], page);
}

const countOf = ({ facts }: Adoptable): number => facts.environment.length + facts.beyond.length;

function adoptionText(stack: string, found: Adoptable): string {
  const declared =
    found.declared.length === 0
      ? ""
      : `${found.declared.length} differences from the declaration stay what they are: npm run drift\n`;
  if (found.previous === undefined)
    return `${adoptionPage(found.facts).join("\n")}\n\n${stack}: ${countOf(found)} facts that no declaration mentions\n${declared}`;
  if (found.changes.length === 0) return `${stack}: nothing changed since the adoption\n${declared}`;
  return `${driftTable(stack, found.changes)}\nsince the last adoption\n${declared}`;
}
