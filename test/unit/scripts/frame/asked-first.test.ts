import { expect, test } from "vitest";
import { Stopped } from "../../../../runner/model/stop.ts";
import { insistYes, judged } from "../../../../scripts/frame/asked-first.ts";

const answering =
  (line: string, asked: string[] = []) =>
  (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve(line);
  };

test.each(["yes", "y", " YES "])("a person who answers %j goes on", async (line) => {
  const asked: string[] = [];
  await judged("undo it?", answering(line, asked));
  expect(asked).toEqual(["undo it? (yes/no) "]);
});

test.each(["", "no", "yess", "true"])("a person who answers %j is told that nothing was done", async (line) => {
  const stop = await judged("undo it?", answering(line)).catch((error: unknown) => error);
  expect(stop).toBeInstanceOf(Stopped);
  expect(stop).toMatchObject({
    code: "STOP_REFUSED_INPUT",
    facts: { hint: expect.stringContaining("nothing was done") },
  });
});

test("without a terminal, and with --yes, nobody is asked", async () => {
  await expect(judged("undo it?", undefined)).resolves.toBeUndefined();
  await expect(insistYes("undo it?", true)).resolves.toBeUndefined();
});
