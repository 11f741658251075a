// What a person types before a signature, in a terminal whose input never ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleProgram } from "../../../support/bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "typed-"));
const program = join(folder, "program.mjs");
beforeAll(() =>
  bundleProgram(
    program,
    `import { typedConfirmation } from "./scripts/signing/typed-confirmation.ts";
     import { runProgram } from "./scripts/frame/run-program.ts";
     const questions = [{ question: "units: ", wanted: "5" }, { question: "digits: ", wanted: "ab12cd" }];
     void runProgram(async () => { await typedConfirmation(questions, process.stdout); console.log("signed"); return 0; });`,
  ),
);
afterAll(() => rmSync(folder, { recursive: true }));

/** Types each line when a question is asked, in a pseudo-terminal that stays open. */
async function inTerminal(
  ...typed: readonly string[]
): Promise<{ status: number | undefined; ended: boolean; text: string }> {
  const answers = [...typed];
  const child = execa("script", ["-qefc", `'${process.execPath}' '${program}'`, "/dev/null"], {
    stdin: "pipe",
    reject: false,
    all: true,
    timeout: 20_000,
  });
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    if (/(?:units|digits): $/.test(chunk) && answers.length > 0) child.stdin.write(`${answers.shift()}\n`);
  });
  const done = await child;
  return { status: done.exitCode, ended: !done.timedOut, text: done.all };
}

test("the program ends by itself after the last answer, although the terminal stays open", async () => {
  const done = await inTerminal("5", "ab12cd");
  expect(done.text).toContain("signed");
  expect(done).toMatchObject({ ended: true, status: 0 });
});

test("a typing error may be corrected twice", async () => {
  const done = await inTerminal("6", "4", "5", "ab12cd");
  expect(done.text).toContain("2 tries left");
  expect(done.text).toContain("1 try left");
  expect(done).toMatchObject({ ended: true, status: 0 });
});

test("the third wrong answer ends with the refusal and nothing is signed", async () => {
  const done = await inTerminal("6", "6", "6");
  expect(done.text).toContain("STOP_APPROVAL_INVALID");
  expect(done.text).not.toContain("signed\n");
  expect(done).toMatchObject({ ended: true, status: 4 });
});
