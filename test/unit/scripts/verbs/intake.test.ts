// What a program that calls `intake --json` reads when the document itself was never read.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { linkPackages } from "../../../support/project-copy.ts";

const folder = mkdtempSync(join(tmpdir(), "intake-"));
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  linkPackages(folder);
  await build({
    absWorkingDir: projectRoot(),
    entryPoints: ["scripts/verbs/intake.ts"],
    outfile: at("intake.mjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
  });
  mkdirSync(at("folder.md"));
  writeFileSync(at("rules.md"), "# Rules\n\nBe kind.\n");
  symlinkSync(at("rules.md"), at("link.md"));
  writeFileSync(at("large.md"), Buffer.alloc(32 * 1024 * 1024 + 1, 0x0a));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["a file that is not there", "nowhere.md", [], "STOP_COULD_NOT_LOOK", 1],
  ["a folder", "folder.md", [], "STOP_REFUSED_INPUT", 4],
  ["a link", "link.md", [], "STOP_REFUSED_INPUT", 4],
  ["a file that is too large", "large.md", [], "STOP_REFUSED_INPUT", 4],
  ["an unknown profile", "rules.md", ["--profile", "nothing"], "STOP_REFUSED_INPUT", 4],
  ["a hints file that is not there", "rules.md", ["--hints", "/nowhere"], "STOP_COULD_NOT_LOOK", 1],
])("%s is one stop object on standard output, not silence", async (_what, file, more, code, status) => {
  const answer = await execa(process.execPath, [at("intake.mjs"), at(file), "HOUSE", "--json", ...more], {
    reject: false,
  });
  expect(answer.exitCode).toBe(status);
  expect(JSON.parse(answer.stdout || '"silence"')).toEqual({
    stop: { code, line: 0, reason: expect.stringContaining("; wanted: ") },
  });
  // The person beside the program still reads the whole stop.
  expect(answer.stderr).toContain(`${code}:`);
});

test("each next command is for the host that --stack names, of a plan, of hints and of a converted document", async () => {
  writeFileSync(at("page.html"), "<html><body><h1>One</h1><p>First.</p></body></html>");
  writeFileSync(
    at("twice.txt"),
    "LUẬT\n\nĐiều 1. Làng\nLàng làm.\n\nĐiều 1. Lặp lại\nLàng nói lại.\n\nĐiều 2. Xã\nXã làm.\n",
  );
  for (const words of [["rules.md"], ["page.html"], ["twice.txt", "--profile", "vn-law-1"]]) {
    const [file = "", ...more] = words;
    const told = await execa(process.execPath, [at("intake.mjs"), at(file), "HOUSE", "--stack", "vmi1", ...more], {
      reject: false,
    });
    const commands = told.stderr.split("\n").filter((line) => line.includes("npm run "));
    expect(commands.length, told.stderr).toBeGreaterThan(0);
    expect(commands.filter((line) => !line.includes("--stack vmi1"))).toEqual([]);
  }
});

describe("--suggest-hints", () => {
  const law = "LUẬT\n\nĐiều 1. Làng\nLàng làm.\n\nĐiều 1. Lặp lại\nLàng nói lại.\n\nĐiều 2. Xã\nXã làm.\n";
  const intake = (...words: string[]) =>
    execa(process.execPath, [at("intake.mjs"), at("law.txt"), "LAW", "--profile", "vn-law-1", ...words], {
      reject: false,
    });
  test("writes a file that settles the law, and never over another file", async () => {
    writeFileSync(at("law.txt"), law);
    const refused = await intake("--suggest-hints", at("law.hints"));
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain(`the hints are in ${at("law.hints")}`);
    const cut = await intake("--hints", at("law.hints"));
    expect([cut.exitCode, cut.stdout]).toEqual([0, expect.stringContaining("1 settled by a hint; none unaccounted")]);
    const again = await intake("--suggest-hints", at("law.hints"));
    expect([again.exitCode, again.stderr]).toEqual([4, expect.stringContaining("cannot be written as a new file")]);
  });
});
