// `cutter` without words: looks at the default stack, or says how to begin where nothing was begun.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { runProgram } from "../frame/run-program.ts";
import { askStatusOfAll } from "../operator/ask-status.ts";
import { targetOf } from "../operator/target.ts";
import { defaultSandboxFolder } from "../sandbox/place.ts";
import { lastLook } from "../stack/last-look.ts";
import { attentionText, nextCommandOf, openRuns } from "./attention-text.ts";

const BEGIN = [
  "nothing was begun in this folder yet",
  "  npx cutter start           a host of its own, a document, a governed cut to the end (two minutes)",
  "  npx cutter init <stack>    declares a host you have (docs/real-host.md)",
  "  npx cutter --help          every verb",
];

/** Shows what needs attention. STOP_COULD_NOT_LOOK when the host does not answer. */
export async function attention({ stack, json }: { readonly stack: string; readonly json: boolean }): Promise<void> {
  await runProgram(
    async () => {
      const project = projectRoot();
      if (stack === SANDBOX_STACK && !existsSync(join(defaultSandboxFolder(), "state.json")))
        return begin(project, json);
      const { runs, insistAll } = await askStatusOfAll(targetOf(stack));
      const found = {
        stack,
        runs,
        looked: lastLook(project, stack),
        now: new Date(),
      };
      if (json)
        printJson({
          event: "attention",
          stack,
          open: openRuns(found).map(({ run_id }) => run_id),
          drift: found.looked ?? null,
          next: nextCommandOf(found),
        });
      else process.stdout.write(attentionText(found, process.stdout));
      insistAll();
      return 0;
    },
    { aboutRun: true },
  );
}

function begin(project: string, json: boolean): number {
  const stacks = readdirSync(project).flatMap(
    (name) => /^Pulumi\.(?!sandbox\.)([a-z0-9-]+)\.yaml$/.exec(name)?.[1] ?? [],
  );
  if (json) printJson({ event: "attention", stack: SANDBOX_STACK, open: [], drift: null, next: "npm start" });
  else
    process.stdout.write(
      [...BEGIN, ...stacks.map((name) => `  npx cutter --stack ${name}`)].map((line) => `${line}\n`).join(""),
    );
  return 0;
}
