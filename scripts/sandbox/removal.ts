// Deleting a sandbox takes its open runs, its database and the keys of its people with it: a person is told and asked before.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_ID } from "../../runner/model/ids.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { parseState } from "../../runner/rules/run-state.ts";
import { typedLine, type Page } from "../signing/typed-confirmation.ts";
import type { Place } from "./place.ts";

/** What is lost, one line each. A run whose state cannot be read counts as open. */
export function lostByRemoval({ runtimeRoot, approversFolder }: Place): string[] {
  const runs = namesIn(join(runtimeRoot, "runs")).filter((name) => RUN_ID.test(name));
  const open = runs.filter((run) => isOpen(join(runtimeRoot, "runs", run, "state.json")));
  const people = namesIn(approversFolder);
  return [
    "the database of the sandbox, with every document that was cut in it",
    ...open.map((run) => `the open run ${run}`),
    ...(people.length > 0 ? [`the signing keys of ${people.join(", ")}`] : []),
  ];
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

function isOpen(file: string): boolean {
  try {
    return parseState(readFileSync(file, "utf8")).closed === null;
  } catch {
    return true;
  }
}

/** STOP_REFUSED_INPUT unless `remove` is typed; `yes`: it was said on the command line. */
export async function insistRemoval(lost: readonly string[], yes: boolean, page: Page): Promise<void> {
  if (yes) return;
  page.write(`this deletes for good:\n${lost.map((line) => `  ${line}\n`).join("")}`);
  if ((await typedLine("type remove to delete it: ", page)) === "remove") return;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: "another answer than remove",
    wanted: "the word remove, typed by a person, or --yes",
    hint: "nothing was ended or deleted",
    next: "npm run sandbox -- remove --yes",
  });
}
