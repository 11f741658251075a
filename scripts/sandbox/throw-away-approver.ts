// A throw-away person signs a request through the real approve program, typing what it asks for from the bundle they hold.
import { basename, join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { projectRoot } from "../../infra/place.ts";
import { answerTo } from "./typed-answers.ts";
import type { SandboxPerson } from "./throw-away-keys.ts";

/** Answers the path of the signed statement; `words` are more options of approve. */
export async function signAs(
  person: SandboxPerson,
  bundle: string,
  out: string,
  words: readonly string[] = [],
): Promise<string> {
  const child = execa(
    process.execPath,
    [
      join(projectRoot(), "dist", "scripts", "approve.mjs"),
      bundle,
      "--profile",
      person.profileFile,
      "--key-file",
      person.keyFile,
      "--out",
      out,
      "--page",
      join(out, "pages", `${basename(bundle)}.html`),
      ...words,
    ],
    {
      extendEnv: false,
      env: childEnvironment(),
      reject: false,
      stdin: "pipe",
      stderr: "inherit",
    },
  );
  let signed = "";
  child.stdout.setEncoding("utf8");
  let text = "";
  let asked = 0;
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    const answer = answerTo(text, bundle);
    // Each question is answered once: what was printed until here is done with.
    if (answer !== undefined && text.length > asked) {
      asked = text.length;
      child.stdin.write(`${answer}\n`);
    }
    signed = /^signed and verified: (.+)$/m.exec(text)?.[1] ?? signed;
  });
  const result = await child;
  if (result.exitCode !== 0 || signed === "")
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `${person.id} did not sign (status ${result.exitCode ?? "?"})`,
      wanted: "a signed statement",
    });
  return signed;
}
