// Env files as administrators write them: each form is read as every shell reads it, or refused by its line; never guessed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEnvFile } from "../../../../runner/rules/env-file.ts";
import { loginState, readLogin } from "../../../../runner/rules/env-login.ts";
import { ENV_FORMS } from "../../../support/env-forms.ts";

const read = (text: string | Uint8Array) => readEnvFile(Buffer.from(text), ["P"])["P"];

test.each(ENV_FORMS.filter((form) => "value" in form))("$name is read", ({ text, value }) => {
  expect(read(text("P"))).toMatchObject({ value });
});

test.each(ENV_FORMS.filter((form) => "refused" in form))(
  "$name is refused by its line, without a value",
  ({ text, refused, line }) => {
    expect(read(text("P"))).toEqual({ line, refused: expect.stringMatching(refused ?? /$./) as string });
    expect(JSON.stringify(read(text("P")))).not.toContain("s3cret");
  },
);

test("what is read is what the shell reads, wherever the shell reads a value at all", () => {
  const folder = mkdtempSync(join(tmpdir(), "env-file-"));
  try {
    const asked = ENV_FORMS.filter((form) => "value" in form && form.shell !== false);
    expect(asked.length).toBeGreaterThan(12);
    for (const { name, text, value } of asked) {
      const file = join(folder, "one.env");
      writeFileSync(file, text("P"));
      const told = spawnSync("sh", ["-c", `. ${file} && printf %s "$P"`], { encoding: "utf8" });
      expect([name, told.stdout]).toEqual([name, value]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a value over several lines of another name hides nothing and is no fault", () => {
  const key = "KEY=\"-----BEGIN KEY-----\nP_OLD=no\nabc=\n-----END KEY-----\"\nP='right'\n";
  expect(read(key)).toEqual({ line: 5, value: "right" });
});

test("an open quote above that takes the line in is named by its own line", () => {
  expect(read("A='it\nP='s3cret'\n")).toEqual({ line: 1, refused: "a quote that opens here takes in the line of P" });
});

test("of two lines the last counts, also when the first is refused; a name that is not set has no entry", () => {
  expect(read("P=a$b\nP=second\n")).toEqual({ line: 2, value: "second" });
  expect(read("# P=no\nPP=no\nXP=no\np=no\n")).toBeUndefined();
});

test("bytes that are no UTF-8 and files in UTF-16 are refused, other lines in another encoding are not", () => {
  const latin1 = (text: string) => Buffer.from(text, "latin1");
  expect(read(latin1("A=ä\nP=ä\n"))).toEqual({ line: 2, refused: "bytes that are no UTF-8" });
  expect(read(latin1("A=ä\nP=a\n"))).toEqual({ line: 2, value: "a" });
  expect(read(Buffer.from("\ufeffP=a\n", "utf16le"))).toEqual({
    line: 1,
    refused: "the file is UTF-16; save it as UTF-8",
  });
});

test("both names are demanded and told, and a login of another role is no login of this one", () => {
  const login = { user_variable: "U", password_variable: "P" };
  expect(readLogin(Buffer.from("P=x\n"), login)).toEqual({ missing: ["U"] });
  expect(loginState(Buffer.from(""), login, "cutter_gate")).toBe("U and P not set");
  expect(loginState(Buffer.from("U=cutter_halt\nP=s3cret\n"), login, "cutter_gate")).toBe(
    "U names another role than cutter_gate",
  );
  expect(loginState(Buffer.from("U=cutter_gate\nP=s3cret\n"), login, "cutter_gate")).toBe(
    "user and password are there",
  );
  expect(loginState(Buffer.from("U=cutter_gate\nP=s3cr$et\n"), login, "cutter_gate")).toMatch(/^line 2, P: /);
});
