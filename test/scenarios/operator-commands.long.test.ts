import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorCommand } from "../../runner/rules/operator-command.ts";
import { operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";
import { runbookChapters } from "../support/runbook.ts";
import { toldCommands } from "../support/told-commands.ts";

const LONG = 600_000;
let clone: OperatorClone;
beforeAll(async () => {
  clone = await operatorClone("here");
}, LONG);
afterAll(removeClones, LONG);

/** Commands of either side that the sources give people to paste. */
const commandsToPaste = (): string[] => [
  ...new Set(
    toldCommands(["runner", "scripts", "infra"])
      .map(({ command }) => command)
      .filter((command) => /^(?:cutter|npm run) /.test(command)),
  ),
];

const scriptOf = (command: string): string | undefined => /^npm run (?:-s )?([a-z-]+)/.exec(command)?.[1];
const packaged = (): Record<string, string> =>
  (JSON.parse(readFileSync(join(clone.folder, "package.json"), "utf8")) as { scripts: Record<string, string> }).scripts;

test(
  "every command a stop gives to paste is one of this workstation, and tells how it is used",
  async () => {
    const commands = commandsToPaste();
    expect(commands.length).toBeGreaterThan(15);
    const names = new Set(
      commands.map(
        (command) =>
          scriptOf(operatorCommand(command, "sandbox", "ictr-20261120T000000Z-00000000")) ?? `none for ${command}`,
      ),
    );
    expect([...names].filter((name) => packaged()[name] === undefined)).toEqual([]);
    // `build` only builds; it has no program of its own.
    for (const name of [...names].filter((one) => packaged()[one]?.includes("dist/scripts/")))
      expect([name, (await clone.script(name, "--help")).status]).toEqual([name, 0]);
  },
  LONG,
);

test(
  "every verb of the host that a stop names is known there",
  async () => {
    const verbs = new Set(
      commandsToPaste().flatMap((command) => {
        const [, first = "", second = ""] = /^cutter ([a-z]+)(?: ([a-z]+))?/.exec(command) ?? [];
        return first === ""
          ? []
          : [["orchestrate", "backup", "gate", "journal"].includes(first) ? `${first} ${second}`.trim() : first];
      }),
    );
    expect(verbs.size).toBeGreaterThan(5);
    for (const verb of verbs) {
      const done = await execa(
        process.execPath,
        [join(clone.folder, "dist/runner/cutter.mjs"), ...verb.split(" "), "--help"],
        { reject: false },
      );
      expect([verb, done.exitCode, done.stdout.split("\n")[0]]).toEqual([
        verb,
        0,
        expect.stringMatching(new RegExp(`^Usage: cutter ${verb} `)),
      ]);
    }
  },
  LONG,
);

test("every command of the runbook is a program that package.json names", () => {
  const names = [...runbookChapters().values()].flat().map((command) => command.name);
  expect(names.filter((name) => packaged()[name] === undefined)).toEqual([]);
});
