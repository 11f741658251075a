// Opens a file in the browser of the person who asked for it.
import { spawn } from "node:child_process";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { browserLine } from "./person-programs.ts";

/** A browser that cannot be started is no failure: the page lies where it was said. */
export async function openInBrowser(page: string): Promise<void> {
  const line = browserLine(process.platform, page);
  const started =
    line !== undefined &&
    (await new Promise<boolean>((resolve) => {
      const child = spawn(line.program, line.words, { stdio: "ignore", detached: true });
      child.once("spawn", () => resolve(true));
      child.once("error", () => resolve(false));
      child.unref();
    }));
  if (!started) process.stderr.write(`no browser was opened here; open ${shellWord(page)} in yours\n`);
}
