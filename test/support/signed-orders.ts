// A throw-away person signs an order (unhalt, revoke) through the built program, typing the digits it shows.
import { join } from "node:path";
import { execa } from "execa";
import { projectRoot } from "../../scripts/sandbox/place.ts";
import type { GovernedHost } from "./governed-host.ts";

/** Path of the signed statement; fails with the program's own words when it did not sign. */
export async function signOrder(host: GovernedHost, person: string, program: "unhalt" | "revoke", ...words: string[]): Promise<string> {
  const who = host.sandbox.persons.find((one) => one.id === person);
  if (!who) throw new Error(`no person ${person}`);
  const out = join(host.sandbox.place.runtimeRoot, "approvals");
  const child = execa(process.execPath, [join(projectRoot(), "dist", "scripts", `${program}.mjs`), ...words, "--profile", who.profileFile, "--key-file", who.keyFile, "--out", out], { reject: false, stdin: "pipe" });
  child.stdout.setEncoding("utf8");
  let text = "";
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    const digest = /of payload ([0-9a-f]{64}): $/.exec(text)?.[1];
    if (digest) child.stdin.end(`${digest.slice(-6)}\n`);
  });
  const { exitCode, stderr } = await child;
  const signed = /^signed and verified: (.+)$/m.exec(text)?.[1];
  if (exitCode !== 0 || !signed) throw new Error(`${program} answered ${exitCode}: ${stderr}`);
  return signed;
}
