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
    `import { typedConfirmation, typedLine } from "./scripts/signing/typed-confirmation.ts";
     import { runProgram } from "./scripts/frame/run-program.ts";
     const questions = [{ question: "units: ", wanted: "5" }, { question: "digits: ", wanted: "ab12cd" }];
     void runProgram(async () => { if (process.argv[2]) while ((await typedLine("page: ", process.stdout)) === "p"); await typedConfirmation(questions, process.stdout); console.log("signed"); return 0; });`,
  ),
);
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | undefined;
  readonly ended: boolean;
  readonly text: string;
}

/** Types each line when a question is asked, in a pseudo-terminal that stays open. */
async function inTerminal(...typed: readonly string[]): Promise<Ended> {
  return typedTo(`'${process.execPath}' '${program}'`, typed);
}

async function typedTo(line: string, typed: readonly string[]): Promise<Ended> {
  const answers = [...typed];
  const child = execa("script", ["-qefc", line, "/dev/null"], {
    stdin: "pipe",
    reject: false,
    all: true,
    timeout: 20_000,
  });
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    if (/(?:units|digits|page): $/.test(chunk) && answers.length > 0) child.stdin.write(`${answers.shift()}\n`);
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

test("a person may look at the units as often as they like before they are asked", async () => {
  const done = await typedTo(`'${process.execPath}' '${program}' pages`, ["p", "p", "", "5", "ab12cd"]);
  expect(done.text.match(/page: /g)).toHaveLength(3);
  expect(done.text).toContain("signed");
  expect(done).toMatchObject({ ended: true, status: 0 });
});
