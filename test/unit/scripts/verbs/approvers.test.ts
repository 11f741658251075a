// An approver set as people write it, with blanks and line feeds, is brought into its one form instead of being refused in a circle.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseApprovers } from "../../../../runner/model/approvers.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { projectRoot } from "../../../../infra/place.ts";
import { placeOf } from "../../../../scripts/sandbox/place.ts";
import { ensurePeople } from "../../../../scripts/sandbox/throw-away-keys.ts";
import { linkPackages } from "../../../support/project-copy.ts";

const folder = mkdtempSync(join(tmpdir(), "approvers-"));
const at = (name: string): string => join(folder, name);
const run = (...words: string[]) =>
  execa(process.execPath, [at("approvers.mjs"), ...words], { reject: false, cwd: folder });
let canonical: Buffer;
beforeAll(async () => {
  linkPackages(folder);
  await build({
    absWorkingDir: projectRoot(),
    entryPoints: ["scripts/verbs/approvers.ts"],
    outfile: at("approvers.mjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
  });
  mkdirSync(at("people"));
  const place = placeOf(at("people"), { host: at("h"), database: at("d") });
  await ensurePeople(place, "h");
  canonical = readFileSync(place.approversSource);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a pretty-printed set is refused with the command that mends it, and that command gives the pinned bytes", async () => {
  const pretty = Buffer.from(`${JSON.stringify(JSON.parse(canonical.toString("utf8")), null, 2)}\r\n`);
  const refusal = ((): unknown => {
    try {
      return parseApprovers(pretty);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(Stopped);
  expect((refusal as Stopped).facts.hint).toContain("npm run approvers -- write");
  writeFileSync(at("pretty.json"), pretty);
  const written = await run("write", "pretty.json", "approvers.json");
  expect([written.exitCode, written.stdout]).toEqual([
    0,
    expect.stringContaining(`sha256 ${parseApprovers(canonical).sha}`),
  ]);
  expect(readFileSync(at("approvers.json")).equals(canonical)).toBe(true);
});

test("a set with a wrong field, and a file that would be written over, are refused by name", async () => {
  writeFileSync(at("wrong.json"), JSON.stringify({ version: 1, threshold: "2", persons: [] }));
  const wrong = await run("write", "wrong.json", "other.json");
  expect([wrong.exitCode, wrong.stderr]).toEqual([4, expect.stringMatching(/version: .*persons: /)]);
  writeFileSync(at("there.json"), canonical);
  const over = await run("write", "there.json", "there.json");
  expect([over.exitCode, over.stderr]).toEqual([4, expect.stringContaining("cannot be written as a new file")]);
  writeFileSync(at("none.json"), "version: 1\n");
  expect((await run("write", "none.json", "other.json")).stderr).toContain("no JSON");
});
