// What the engine says, read: a preview as lines of drift (differences of the host, and changes of the declaration itself) and as
// their table for people, and the progress of an up.
import * as z from "zod";
import { readDriftMessage } from "../../infra/drift-text.ts";
import type { DriftLine } from "../../infra/drift.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { componentOf } from "./engine-events.ts";
import { ENGINE_STATUS, type EngineAnswer } from "./engine-process.ts";
import { jsonOf } from "../../runner/model/json-text.ts";

const digestSchema = z.looseObject({
  steps: z.array(z.looseObject({ op: z.string(), urn: z.string() })).default([]),
  diagnostics: z
    .array(z.looseObject({ urn: z.string().default(""), message: z.string(), severity: z.string().default("") }))
    .default([]),
});

/** Every difference of one preview with --json. `fresh`: the stack has no state yet. */
export interface PreviewLines {
  readonly lines: readonly DriftLine[];
  readonly fresh: boolean;
}

/** Reads the answer. STOP_COULD_NOT_LOOK with the engine's words when it is no preview that came to its end. */
export function readPreview(answer: EngineAnswer): PreviewLines {
  const digest = digestSchema.safeParse(jsonOf(answer.stdout.slice(Math.max(0, answer.stdout.indexOf("{")))));
  const ended = answer.status === ENGINE_STATUS.done || answer.status === ENGINE_STATUS.changesProposed;
  if (!ended || !digest.success)
    throw couldNotLook(
      answer,
      digest.success
        ? digest.data.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)
        : [],
    );
  const lines = digest.data.diagnostics.flatMap(
    ({ urn, message }) => readDriftMessage(message, componentOf(urn)) ?? [],
  );
  const changes = digest.data.steps.filter(
    ({ op, urn }) => op !== "same" && op !== "read" && urn.includes("command:remote:Command"),
  );
  const told = new Set(lines.map(({ component }) => component));
  const declared = changes
    .filter(({ urn }) => !told.has(componentOf(urn)))
    .map(({ op, urn }): DriftLine => ({
      component: componentOf(urn),
      path: componentOf(urn),
      want: "the present declaration",
      have:
        op === "create"
          ? "nothing recorded by an earlier up"
          : op === "delete"
            ? "declared no longer"
            : "an earlier declaration",
      up:
        op === "delete" ? "forgets it; the host stays as it is" : "runs its script, which changes nothing that stands",
    }));
  const commands = digest.data.steps.filter(({ urn }) => urn.includes("command:remote:Command"));
  return { lines: [...lines, ...declared], fresh: commands.length > 0 && commands.every(({ op }) => op === "create") };
}

function couldNotLook({ status, stdout, stderr }: EngineAnswer, errors: readonly string[]): Stopped {
  const said = (errors.length > 0 ? errors.join("\n") : `${stderr}\n${stdout}`)
    .split("\n")
    .map((line) => printable(line.trimEnd()))
    .filter((line) => line.trim() !== "");
  if (status === ENGINE_STATUS.noSuchStack) {
    return new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "this clone knows no state of the stack",
      wanted: "the state of the last up",
      hint: "point PULUMI_BACKEND_URL at the backend your colleagues use",
    });
  }
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the engine ended with status ${status}`,
    wanted: "a preview of the whole host",
    details: said.slice(0, 25),
  });
}

const short = (text: string): string => text.replace(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, "sha256:$1…");

/** Lines of the table; texts in `lines` are escaped already. */
export function driftTable(stack: string, lines: readonly DriftLine[]): string {
  if (lines.length === 0) return `${stack}: no drift; the host is as declared\n`;
  const blocks = lines.map(({ component, path, want, have, up }) =>
    [path, `  want  ${short(want)}`, `  have  ${short(have)}`, `  up    ${up}  [${component}]`].join("\n"),
  );
  return `${stack}: ${lines.length} ${lines.length === 1 ? "difference" : "differences"}\n\n${blocks.join("\n")}\n`;
}

const ENDED =
  /^\s*[+~-]{1,2}\s+command:remote:Command (\S+)-script (created|updated|deleted|failed|creating failed|updating failed)\b(?: \((\d[\w.]*)\))?/;
const WORDS: Readonly<Record<string, string>> = { created: "done", updated: "done", deleted: "forgotten" };

/** A reader of the engine's lines: answers the line to show, or undefined. The engine repeats a line for every warning about a part. */
export function partsInProgress(): (line: string) => string | undefined {
  const told = new Set<string>();
  return (line) => {
    const [, part, word = "", time = ""] = ENDED.exec(line) ?? [];
    if (part === undefined || told.has(part)) return undefined;
    told.add(part);
    return printable(`${part.padEnd(24)} ${(WORDS[word] ?? "failed").padEnd(9)} ${time}`.trimEnd());
  };
}
