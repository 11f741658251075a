// A stop of a program that was given --stack names that host, not the embedded one.
import { afterEach, expect, test, vi } from "vitest";
import { Stopped, type StopFacts } from "../../../../runner/model/stop.ts";
import { runProgram } from "../../../../scripts/frame/run-program.ts";
import { runIdOf } from "../../../../scripts/frame/program.ts";
import { OF_ONE_MACHINE } from "../../../../runner/rules/operator-command.ts";
import optionsOfVerbs from "../../../../scripts/command-line/verb-options.json" with { type: "json" };
import { typedStack } from "../../../../scripts/frame/typed-stack.ts";

const argv = process.argv;
afterEach(() => {
  process.argv = argv;
  process.exitCode = 0;
  vi.restoreAllMocks();
});

/** What the program says when its work stops so. */
async function said(work: () => never, ...words: string[]): Promise<string> {
  process.argv = ["node", "program", ...words];
  const out: string[] = [];
  for (const stream of [process.stderr, process.stdout])
    vi.spyOn(stream, "write").mockImplementation((text) => out.push(String(text)) > 0);
  await runProgram(() => Promise.resolve().then(work));
  vi.restoreAllMocks();
  return out.join("");
}
const stopping = (code: "STOP_REFUSED_INPUT" | "STOP_RUN_OPEN", facts: Partial<StopFacts>) => (): never => {
  throw new Stopped(code, { saw: "x", wanted: "y", ...facts });
};

test("a person who asked about another host and mistyped the run is sent to that host's list of runs", async () => {
  expect(await said(() => runIdOf("nonsense") as never, "nonsense", "--stack", "contabo")).toContain(
    "npm run runs -- --stack contabo",
  );
});
test("a stop names the typed host in its next command, its other way and its hint, for people and for programs", async () => {
  const facts = {
    next: "npm run batch -- status ictb-20261120T000000Z-00000000",
    or: "npm run package -- show batch",
    hint: "look with `npm run drift`, then `cutter orchestrate status`",
  };
  const text = await said(stopping("STOP_REFUSED_INPUT", facts), "x", "--stack=contabo", "--json");
  for (const command of [
    "npm run batch -- status ictb-20261120T000000Z-00000000 --stack contabo",
    "npm run package -- show batch --stack contabo",
    "`npm run drift -- --stack contabo`",
    "`npm run status -- --stack contabo`",
  ])
    expect(text.split(command).length - 1, command).toBeGreaterThanOrEqual(2);
});
test("the hint of the table is for the typed host too", async () => {
  const text = await said(stopping("STOP_RUN_OPEN", {}), "--stack", "contabo");
  expect(text).toContain("`npm run status -- --stack contabo`");
});
test("a command that takes no --stack, or names one, is left as it is", async () => {
  const facts = { next: "npm run unlock -- contabo --yes", or: "npm run drift -- --stack other" };
  const text = await said(stopping("STOP_REFUSED_INPUT", facts), "--stack", "contabo");
  expect(text).toMatch(/npm run unlock -- contabo --yes\n/);
  expect(text).toMatch(/npm run drift -- --stack other\n/);
});
test("a person whose first machine is lost stays with the one they named, but where a command means the whole host", async () => {
  const facts = { next: "npm run batch -- follow ictb-20261120T000000Z-00000000", or: "npm run drift" };
  const text = await said(stopping("STOP_REFUSED_INPUT", facts), "--stack", "contabo", "--machine", "law-2");
  expect(text).toContain("npm run batch -- follow ictb-20261120T000000Z-00000000 --stack contabo --machine law-2\n");
  expect(text).toContain("npm run drift -- --stack contabo\n");
});
test("commands keep the machine for every program that takes it, and for no other", () => {
  const takers = Object.entries(optionsOfVerbs).flatMap(([verb, options]) =>
    (options as readonly string[]).includes("--machine") ? [verb] : [],
  );
  expect([...takers, "cutter"].sort()).toEqual([...OF_ONE_MACHINE].sort());
});
test.each([
  [["status"], "sandbox"],
  [["--stack", "a", "status"], "a"],
  [["status", "--stack=b"], "b"],
  [["--machine", "law-2", "--stack", "b"], "b --machine law-2"],
  [["host", "--", "--stack", "c"], "sandbox"],
])("%j is about %s", (words, stack) => {
  expect(typedStack(words)).toBe(stack);
});
