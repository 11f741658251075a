// Every verb, asked with --json where it can do nothing: standard output is NDJSON of the contract, line by line, and no verb ends with a bug.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { printed } from "../../runner/model/events.ts";
import { EXIT_BUG, EXIT_USAGE } from "../../runner/model/stop.ts";
import { VERBS } from "../../scripts/command-line/verb-table.ts";

const RUN = "ictr-20261120T000000Z-00000000";
/** Words that each verb understands; they name a stack, files and runs that are not there. */
const WORDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  start: [["nofile.md", "ONE"]],
  doctor: [[]],
  init: [["away"]],
  readiness: [[], ["ONE"]],
  intake: [
    ["nofile.md", "ONE"],
    ["law.md", "ONE"],
  ],
  register: [["nofile.md", "ONE"]],
  plan: [["ONE"]],
  cut: [["ONE"]],
  status: [[], [RUN]],
  board: [[]],
  runs: [[]],
  logs: [[RUN]],
  resume: [[RUN]],
  rollback: [[RUN, "why"]],
  void: [[RUN, "why"]],
  halt: [["--reason", "why"]],
  batch: [["status"], ["open", "nofile.json"], ["fetch", "ictb-20261120T000000Z-00000000"]],
  verify: [[RUN]],
  fetch: [[RUN]],
  read: [["nofolder"]],
  approve: [["nofolder", "--profile", "nofile.json"]],
  admit: [["nofile.json"]],
  approvals: [[RUN, "--profile", "nofile.json"]],
  revoke: [["run", RUN, "--reason", "why", "--profile", "nofile.json"]],
  unhalt: [["7", "--profile", "nofile.json"]],
  approvers: [
    ["write", "nofile.json", "out.json"],
    ["sign", "nofile.json", "--profile", "nofile.json"],
    ["lay", "nofile.json", "nofile.sig", "--previous", "nofile.json"],
  ],
  backup: [["list"]],
  "restore-drill": [[RUN]],
  drift: [[]],
  up: [[]],
  package: [
    ["show", "runtime"],
    ["apply", "runtime"],
    ["undo", "runtime"],
  ],
  unlock: [[]],
  notify: [["test"]],
  sandbox: [["status"], ["env"], ["down"]],
  reference: [["--check"]],
  release: [["--sbom"]],
};
const options = JSON.parse(
  readFileSync(join(projectRoot(), "scripts/command-line/verb-options.json"), "utf8"),
) as Readonly<Record<string, readonly string[]>>;
const verbs = VERBS.filter(({ at, program }) => at === undefined && program === undefined).map(({ name }) => name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "json-everywhere-"));
  writeFileSync(join(folder, "Pulumi.away.yaml"), "config: {}\n");
  writeFileSync(join(folder, "law.md"), "# One\n\nText.\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(verbs)("%s says nothing but lines of the contract on standard output, of a refusal too", async (verb) => {
  const stack = options[verb]?.includes("--stack") ? ["--stack", join(folder, "Pulumi.away.yaml")] : [];
  for (const words of WORDS[verb] ?? []) {
    const program = join(projectRoot(), "dist", "scripts", `${verb}.mjs`);
    const done = await execa(process.execPath, [program, ...words, ...stack, "--json"], {
      cwd: folder,
      reject: false,
      stdin: "ignore",
    });
    const lines = done.stdout.split("\n").filter((line) => line !== "");
    expect([words, lines.length > 0, [EXIT_BUG, EXIT_USAGE].includes(done.exitCode ?? EXIT_BUG)]).toEqual([
      words,
      true,
      false,
    ]);
    for (const line of lines) expect([line, printed.safeParse(JSON.parse(line)).success]).toEqual([line, true]);
  }
  expect(WORDS[verb]?.length, `${verb}: give it words in this test`).toBeGreaterThan(0);
});
