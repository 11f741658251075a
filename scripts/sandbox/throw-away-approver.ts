// A throw-away person signs a request through the real approve program, typing what it asks for.
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { projectRoot } from "../../infra/place.ts";
import type { SandboxPerson } from "./throw-away-keys.ts";

/**
 * Answers the path of the signed statement; `words` are more options of approve. The person reads the units and the
 * payload digest from what approve prints.
 */
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
  let units = "";
  let digest = "";
  let signed = "";
  child.stdout.setEncoding("utf8");
  let text = "";
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    units = /^\s+units\s+(\d+)$/m.exec(text)?.[1] ?? units;
    digest = /of payload ([0-9a-f]{64}): /.exec(text)?.[1] ?? digest;
    if (text.endsWith("type the number of units: ")) child.stdin.write(`${units}\n`);
    if (digest !== "" && text.endsWith(`of payload ${digest}: `)) child.stdin.end(`${digest.slice(-6)}\n`);
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
