// Runs the real approve program for a throw-away person and types an answer to each question it asks.
import { join } from "node:path";
import { execa } from "execa";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { projectRoot } from "../../infra/place.ts";
import type { SandboxPerson } from "./throw-away-keys.ts";

/**
 * What approve printed and its exit status. `words`: bundle, options; `answerIn`: the answer to the question at the end of what was
 * printed so far, undefined when nothing is asked there.
 */
export async function answeredApprove(
  person: SandboxPerson,
  words: readonly string[],
  answerIn: (printed: string) => string | undefined,
): Promise<{ readonly status: number | undefined; readonly printed: string }> {
  const approve = join(projectRoot(), "dist", "scripts", "approve.mjs");
  const own = ["--profile", person.profileFile, "--key-file", person.keyFile];
  const child = execa(process.execPath, [approve, ...words, ...own], {
    extendEnv: false,
    env: childEnvironment(),
    reject: false,
    stdin: "pipe",
    stderr: "inherit",
  });
  child.stdout.setEncoding("utf8");
  let printed = "";
  let asked = 0;
  child.stdout.on("data", (chunk: string) => {
    printed += chunk;
    const answer = answerIn(printed);
    // Each question is answered once: what was printed until here is done with.
    if (answer === undefined || printed.length <= asked) return;
    asked = printed.length;
    child.stdin.write(`${answer}\n`);
  });
  const { exitCode } = await child;
  return { status: exitCode, printed };
}
