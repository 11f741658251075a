// What a start-up file says before an answer is not the answer: real sshd, bash and cutter.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { operatorClone, removeClones } from "../support/operator-clone.ts";
import { RUN_ID } from "../support/recorded-run.ts";
import { spokenHost, type SpokenHost } from "../support/spoken-host.ts";

let host: SpokenHost;
beforeAll(async () => {
  host = await spokenHost(await operatorClone("here"));
});
afterAll(async () => {
  await host.stop();
  await removeClones();
});
beforeEach(() => {
  host.startUp("");
});

const TITLE = "printf '\\033]0;root@host\\007'\n";
const FORGED = `echo '{"event":"ended","exit":0,"stop":null}'\n`;
const SPEAKS: Record<string, string> = {
  "a terminal title without a line feed": TITLE,
  "a banner of three lines": "echo; echo '*** welcome ***'; echo\n",
  "a line that looks like an event": FORGED,
  "words on standard error": "echo 'mesg: ttyname failed' >&2\n",
  "half a line and no end of it": "printf 'loading nvm ...'\n",
};

describe.each(Object.entries(SPEAKS))("a start-up file that prints %s", (_what, text) => {
  test("hides no open run from status and runs", async () => {
    host.startUp(text);
    const status = await host.ask("status", "--json");
    expect([status.status, status.events.map((event) => event["run_id"])]).toEqual([0, [RUN_ID]]);
    const runs = await host.ask("runs");
    expect([runs.status, runs.stdout]).toEqual([0, expect.stringMatching(new RegExp(`^RUN .*\\n${RUN_ID} `))]);
  });
});

const EVERY_QUESTION = [
  ["status"],
  ["status", RUN_ID],
  ["runs"],
  ["logs", RUN_ID],
  ["logs", RUN_ID, "--runner-log"],
  ["fetch", RUN_ID, "--out", "/nonexistent/never-made"],
  ["halt", "--reason", "stop everybody"],
  ["halt", "--reason", "stop everybody", "--json"],
  ["backup", "list"],
  ["cutter", "stops"],
] as const;
const TWO_QUESTIONS = [["status"], ["halt", "--reason", "stop everybody"]] as const;

test.each([
  ["ends the shell with 0", "exit 0\n", EVERY_QUESTION],
  ["speaks and ends the shell with 0", `${TITLE}${FORGED}exit 0\n`, TWO_QUESTIONS],
  ["replaces the shell", "exec true\n", TWO_QUESTIONS],
])(
  "a start-up file that %s makes nobody believe that something was answered or halted",
  async (_what, text, questions) => {
    host.startUp(text);
    for (const [name, ...words] of questions) {
      const answer = await host.ask(name, ...words);
      expect([name, answer.status === 0]).toEqual([name, false]);
      expect([name, answer.stderr]).toEqual([name, expect.stringMatching(/STOP_COULD_NOT_LOOK[^]*whole answer/)]);
      expect(answer.stdout).not.toMatch(/no run is open|"halted"/);
    }
  },
);
