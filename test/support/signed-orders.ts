// A throw-away person signs an order (unhalt, revoke) through the built program, typing the digits it shows.
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import type { GovernedHost } from "./governed-host.ts";
import { signTyping } from "./typed-signing.ts";

/** Path of the signed statement; fails with the program's own words when it did not sign. */
export async function signOrder(
  host: GovernedHost,
  person: string,
  program: "unhalt" | "revoke",
  ...words: string[]
): Promise<string> {
  const who = host.sandbox.persons.find((one) => one.id === person);
  if (!who) throw new Error(`no person ${person}`);
  const out = join(host.sandbox.place.runtimeRoot, "approvals");
  const { status, stderr, signed } = await signTyping([
    process.execPath,
    join(projectRoot(), "dist", "scripts", `${program}.mjs`),
    ...words,
    "--profile",
    who.profileFile,
    "--key-file",
    who.keyFile,
    "--out",
    out,
  ]);
  if (status !== 0 || !signed) throw new Error(`${program} answered ${status}: ${stderr}`);
  return signed;
}
