// How engine and plugins tell a failing script. The two recordings are event logs of the real engine (3.248.0), cut down to what is read: one with
// the stand-in, one with a plugin that words a failure as the official command plugin 1.2.1 does (test/infra/failing-up.long.test.ts makes both).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { readEngineEvents, scriptWords } from "../../../../scripts/stack/engine-events.ts";

const URN =
  "urn:pulumi:sandbox::cutter::cutter:host:RuntimeDirectories$command:remote:Command::runtime-directories-script";
const line = (event: object): string => JSON.stringify({ sequence: 1, timestamp: 1, ...event });
const began = line({ resourcePreEvent: { metadata: { op: "create", urn: URN, type: "command:remote:Command" } } });
const failed = line({ resOpFailedEvent: { metadata: { op: "create", urn: URN }, status: 0, steps: 0 } });
const error = (message: string, urn = URN): string =>
  line({ diagnosticEvent: { urn, prefix: "error: ", message, color: "raw", severity: "error" } });
const OFFICIAL =
  'Process exited with status 1: running "exec sudo -n sh -s\\n# drift \\"0a\\"":\nlooking at /var/lib/cutter\ninstall: cannot create directory \'/var/lib/cutter\': No space left on device\n';
const STAND_IN = "exit status 1: install: cannot create directory '/var/lib/cutter': No space left on device";

test("a failing script is shown in its own words whichever plugin serves it, without the command that was run", () => {
  for (const message of [OFFICIAL, STAND_IN, `1 error occurred:\n\t* ${OFFICIAL}`]) {
    const { failed: parts } = readEngineEvents([began, error(message), failed, error("update failed", "")].join("\n"));
    expect(parts.map(({ part }) => part)).toEqual(["runtime-directories"]);
    expect(parts[0]?.said.at(-1)).toBe("install: cannot create directory '/var/lib/cutter': No space left on device");
    expect(parts[0]?.said.join("\n")).not.toMatch(/sudo|drift|exit status/);
  }
});

test.each(["stand-in", "official"])(
  "of a recorded up the failed part and its reason are read, with the plugin: %s",
  (plugin) => {
    const told = readEngineEvents(
      readFileSync(join(projectRoot(), "test", "fixtures", "engine", `failing-part-${plugin}.ndjson`), "utf8"),
    );
    const reason =
      "/srv/host/in the way is no folder; provisioning does not replace it: look at it, then move it away by hand";
    expect(told.failed).toEqual([{ part: "runtime-directories", said: [reason] }]);
    expect([told.planBroken, told.others]).toEqual([[], []]);
  },
);

test("a script that said nothing is told by how it ended", () => {
  expect(scriptWords('Process exited with status 3: running "exec sh -s":\n')).toEqual([
    "Process exited with status 3",
  ]);
  expect(scriptWords("exit status 3: ")).toEqual(["exit status 3:"]);
  expect(scriptWords("after 3 failed attempts: dial tcp 192.0.2.1:22: i/o timeout")).toEqual([
    "after 3 failed attempts: dial tcp 192.0.2.1:22: i/o timeout",
  ]);
});

test("of a long output the last lines are kept, and nothing in them can move a terminal's cursor", () => {
  const said = scriptWords(`Process exited with status 1: running "x":\n${"line\n".repeat(5000)}\u001b[2Jthe reason`);
  expect(said.length).toBeLessThanOrEqual(12);
  expect(said.at(-1)).toContain("the reason");
  expect(said.join("")).not.toContain("\u001b");
});

test("parts that were never reached because another failed do not make it a broken plan", () => {
  const told = readEngineEvents(
    [
      began,
      error(OFFICIAL),
      failed,
      error("expected resource operations for urn:pulumi:sandbox::cutter::x but none were seen", ""),
    ].join("\n"),
  );
  expect([told.failed.length, told.planBroken.length]).toEqual([1, 1]);
});

test("a part that began and did not end is named, also in a log whose last line is torn", () => {
  expect(readEngineEvents(`${began}\n{"sequence":2,"resOutp`).unfinished).toEqual(["runtime-directories"]);
  expect(readEngineEvents([began, failed].join("\n")).unfinished).toEqual([]);
  expect(readEngineEvents("").failed).toEqual([]);
});
