// The look at keys, rights and programs of a host, run by a real shell over a made-up home and made-up programs.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswers } from "../../../infra/probe.ts";
import { renderLooks } from "../../../infra/render/probe.ts";
import { renderSurroundings } from "../../../infra/render/surroundings.ts";

let folder: string;
let keys: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "a host's "));
  keys = join(folder, "authorized_keys");
  program = join(folder, "node");
  writeFileSync(keys, "# ours\nssh-ed25519 AAAA1 operator@desk\n", { mode: 0o600 });
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the look prints: kind, identity and value of each fact. */
function look(): string[][] {
  const request = {
    environment: { statements: [], scope: "{}" },
    server: { statement: "", settings: [] },
    users: [userInfo().username, "nobody-of-this-name"],
    programs: [program],
    watched: [keys, join(folder, "not there")],
  };
  const stdout = execFileSync("sh", ["-s"], { input: renderLooks({ surroundings: renderSurroundings(request) }) });
  const answer = readAnswers(stdout.toString(), ["surroundings"]).surroundings;
  if ("fault" in answer) throw new Error(answer.fault);
  const fields = answer.out.toString("utf8").split("\0").slice(0, -1);
  expect(fields.length % 3).toBe(0);
  return Array.from({ length: fields.length / 3 }, (_, index) => fields.slice(index * 3, index * 3 + 3));
}
const about = (facts: string[][], path: string): string[] =>
  facts.filter(([, identity]) => identity?.includes(path)).map((fact) => fact.join(" | ").replaceAll(folder, ""));

test("every key of a file is a fact of its own, told by its last word and the digest of its line, never whole", () => {
  const before = look();
  expect(about(before, keys)).toEqual([
    expect.stringMatching(/^file \| \/authorized_keys \| f \S+ 600 sha256:[0-9a-f]{64}$/),
    expect.stringMatching(/^authorized key \| \/authorized_keys operator@desk sha256:[0-9a-f]{16} \| there$/),
  ]);
  writeFileSync(keys, "ssh-ed25519 AAAA1 operator@desk\nssh-ed25519 AAAA2 evil", { mode: 0o600 });
  const after = about(look(), keys);
  expect(after.filter((line) => line.includes("authorized key"))).toHaveLength(2);
  expect(after.join("\n")).toContain("evil");
  expect(after.join("\n")).not.toContain("AAAA2");
});

test("a program is known by what lies behind its path: other bytes or another mode are another fact", () => {
  const value = (): string => about(look(), program).join("\n");
  const [first] = [value()];
  expect(first).toMatch(/^program \| \/node \| \/node \S+ 755 sha256:[0-9a-f]{64}$/);
  writeFileSync(program, "#!/bin/sh\nevil\n");
  const second = value();
  chmodSync(program, 0o777);
  expect(new Set([first, second, value()]).size).toBe(3);
});

test("programs that our scripts call, who is root and the groups of each user are facts; a user that is not there is none", () => {
  const facts = look();
  const named = (kind: string): (string | undefined)[] => facts.filter(([one]) => one === kind).map((fact) => fact[1]);
  expect(named("program")).toEqual(expect.arrayContaining(["/usr/bin/find", "/usr/bin/sha256sum"]));
  expect(named("user that is root")).toContain("root");
  expect(named("groups of user")).toEqual([userInfo().username]);
});
