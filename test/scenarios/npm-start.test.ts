// The README's first command: from nothing to a law enacted by three people, on the real engine, over SSH.
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileIn, operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";

const LAW = "# One\n\nThe first text.\n\n## Two\n\nThe second text.\n";
const LONG = 1_200_000;
let here: OperatorClone;
beforeAll(async () => { here = await operatorClone("here"); }, LONG);
afterAll(removeClones, LONG);

test("npm start carries a document from nothing to the last page, asks nobody to do what it does itself, and takes a prefix once", async () => {
  const law = fileIn(here, "law.md", LAW);
  const done = await here.script("start", law, "STARTED-1");
  expect([done.status, done.stdout]).toEqual([0, expect.stringContaining("STARTED-1 is cut and enacted")]);
  for (const line of [/^ {2}ICX-CONST +60 +60 {3}byte-equal$/m, /^Reports \(14\)$/m]) expect(done.stdout).toMatch(line);
  expect(done.stderr.match(/^STOP_APPROVAL_REQUIRED: the run waits for signatures$/gm)).toHaveLength(2);
  expect(done.stderr).not.toMatch(/^(?:NEXT|OR|CALL) /m);
  const runs = (await here.script("runs")).stdout;
  const again = await here.script("start", law, "STARTED-1");
  expect([again.status, again.stderr]).toEqual([4, expect.stringContaining("STARTED-1 stands on this host already")]);
  expect((await here.script("runs")).stdout).toBe(runs);
  const verified = await here.script("verify", /ictr-\S+/.exec(runs)?.[0] ?? "none");
  expect([verified.status, verified.stdout]).toEqual([0, ""]);
}, LONG);
