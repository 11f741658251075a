// Lets a person at a terminal read the whole text in their pager before they are asked anything.
import { spawn } from "node:child_process";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { PAGER_SETTINGS, pagerLine } from "./person-programs.ts";

/** Shows a text; answers when the person has left the pager. False when no pager could be started. */
export async function showInPager(text: string): Promise<boolean> {
  const { program, words } = pagerLine(process.platform, process.env["PAGER"]);
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: ["pipe", "inherit", "inherit"],
      env: { ...childEnvironment(), ...PAGER_SETTINGS },
    });
    child.once("error", () => resolve(false));
    child.once("close", () => resolve(true));
    // A pager that is left before the end reads no more.
    child.stdin.on("error", () => undefined);
    child.stdin.end(text);
  });
}
