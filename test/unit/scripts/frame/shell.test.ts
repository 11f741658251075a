import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { shell, shellSync } from "../../../../scripts/frame/shell.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "shell-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SAY = "for (const word of process.argv.slice(1)) console.log(JSON.stringify(word))";
const words = (text: string): unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test("a value is one word whatever stands in it, and a list is as many words", async () => {
  const odd = ["", "two words", "it's", '"$HOME"', "`id`", "a\nb", "*", "; exit 3", "\\", "--x=1", "điều", "!!", "~"];
  const asked = await shell()`${process.execPath} -e ${SAY} -- ${odd} ${odd[3]}`;
  expect(words(asked.stdout)).toEqual([...odd, odd[3]]);
  expect(words(shellSync()`${process.execPath} -e ${SAY} -- ${odd}`.stdout)).toEqual(odd);
});

test("neither a start-up file nor a function of the caller's shell runs in a command", async () => {
  const file = join(folder, "start-up");
  writeFileSync(file, `printf started > ${join(folder, "trace")}\n`);
  const env = { ...process.env, BASH_ENV: file, ENV: file, "BASH_FUNC_printf%%": "() { echo other; }" };
  const asked = await shell({ env })`printf %s own`;
  expect([asked.exitCode, asked.stdout]).toEqual([0, "own"]);
  expect((await shell()`cat ${join(folder, "trace")}`).exitCode).toBe(1);
});

test("a status is answered, and thrown where the caller insists", async () => {
  expect((await shell()`sh -c ${"exit 7"}`).exitCode).toBe(7);
  expect((await shell()`no-such-program-anywhere`).exitCode).toBe(127);
  await expect(shell({ nothrow: false })`sh -c ${"exit 7"}`).rejects.toMatchObject({ exitCode: 7 });
});

test("a command that takes longer than it may is ended itself, not only the shell before it", async () => {
  const file = join(folder, "pid");
  const asked = await shell({ timeout: 500 })`sh -c ${`echo $$ > '${file}'; exec sleep 60`}`;
  expect([asked.exitCode, asked.signal]).toEqual([null, "SIGTERM"]);
  expect((await shell()`sh -c ${`kill -0 "$(cat '${file}')"`}`).exitCode).not.toBe(0);
});

test("PG variables and GNUPGHOME of the caller do not reach a command", async () => {
  process.env["PGHOST"] = "elsewhere";
  try {
    expect((await shell()`sh -c ${'echo "$PGHOST|$PATH"'}`).stdout.trim()).toBe(`|${process.env["PATH"] ?? ""}`);
  } finally {
    delete process.env["PGHOST"];
  }
});
