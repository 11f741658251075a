// A throw-away person holds a sitting through the real approve program, typing what it asks for.
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { projectRoot } from "../../infra/place.ts";
import type { SandboxPerson } from "./throw-away-keys.ts";

/** What each question wants, read from what was printed before it. */
const ANSWERS: readonly (readonly [RegExp, (text: string, found: RegExpExecArray) => string])[] = [
  [/type the number of documents: $/, (text) => last(text, /^ +documents +(\d+)$/gm)],
  [/type the number of units in all: $/, (text) => last(text, /^ +units in all +(\d+)$/gm)],
  [/wave's digest ([0-9a-f]{64}): $/, (_text, found) => (found[1] ?? "").slice(-6)],
  [/type the last four digits of \S+, payload ([0-9a-f]{64}): $/, (_text, found) => (found[1] ?? "").slice(-4)],
  [/type the number of units: $/, (text) => last(text, /^\s+units\s+(\d+)$/gm)],
  [/of payload ([0-9a-f]{64}): $/, (_text, found) => (found[1] ?? "").slice(-6)],
];

const last = (text: string, pattern: RegExp): string => [...text.matchAll(pattern)].at(-1)?.[1] ?? "";

/** Signs a wave bundle; answers the signed statements. `words` are more options of approve. */
export async function signWaveAs(
  person: SandboxPerson,
  wave: string,
  out: string,
  words: readonly string[] = [],
): Promise<string[]> {
  const approve = join(projectRoot(), "dist", "scripts", "approve.mjs");
  const own = ["--profile", person.profileFile, "--key-file", person.keyFile, "--out", out];
  const child = execa(process.execPath, [approve, wave, ...own, ...words], {
    extendEnv: false,
    env: childEnvironment(),
    reject: false,
    stdin: "pipe",
    stderr: "inherit",
  });
  child.stdout.setEncoding("utf8");
  let text = "";
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    for (const [question, answer] of ANSWERS) {
      const found = question.exec(text);
      if (found) return void child.stdin.write(`${answer(text, found)}\n`);
    }
  });
  const result = await child;
  const signed = /^for the operator: npm run batch -- resume \S+ (.+?)(?: --stack \S+)?$/m.exec(text)?.[1];
  if (result.exitCode !== 0 || signed === undefined)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `${person.id} did not sign (status ${result.exitCode ?? "?"})`,
      wanted: "a signed statement for each document",
    });
  return [...signed.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
