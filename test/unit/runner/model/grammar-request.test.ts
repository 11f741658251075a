// What is asked of the grammar travels as one word through ssh and two shells, and is judged where it arrives.
import { Command } from "commander";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_REQUEST, requestFromWord, requestWord } from "../../../../runner/model/grammar-request.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { withGrammarRequest } from "../../../../runner/terminal/grammar-options.ts";
import { grammarRequestOf } from "../../../../runner/terminal/grammar-request-of.ts";

const hint = (reason: string, line = 7) => ({ line, reads: "text" as const, reason });

test("a request arrives as it was sent, whatever letters its hints hold", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 300 }), (reason) => {
      const asked = { ...DEFAULT_REQUEST, profile: "vn-law-1", hints: [hint(reason)] };
      const word = requestWord(asked);
      expect(word).toMatch(/^[\u0020-\u007e]+$/);
      expect(word).not.toContain("'");
      expect(requestFromWord(word)).toEqual(asked);
    }),
  );
});

test.each([
  ["no JSON", "{"],
  ["nothing", ""],
  ["another thing", "[]"],
  ["a member nobody knows", JSON.stringify({ ...DEFAULT_REQUEST, more: 1 })],
  ["a depth nobody knows", JSON.stringify({ ...DEFAULT_REQUEST, depth: "cau" })],
])("a request that is %s is refused at the host's border, not a bug inside", (_what, word) => {
  expect(() => requestFromWord(word)).toThrow(expect.objectContaining({ code: "STOP_REFUSED_INPUT" }));
});

test("more hints than a command line takes are refused before anything is dialled", () => {
  const hints = Array.from({ length: 500 }, (_, line) => hint("đ".repeat(300), line + 1));
  expect(() => requestWord({ ...DEFAULT_REQUEST, hints })).toThrow(Stopped);
});

test("a person on the host may use words or the one word, not both", async () => {
  const taken: unknown[] = [];
  const call = (...words: string[]) =>
    withGrammarRequest(new Command("cut"))
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .action(async (options: Parameters<typeof grammarRequestOf>[0]) => {
        taken.push(await grammarRequestOf(options, () => Promise.reject(new Error("no file is read"))));
      })
      .parseAsync(words, { from: "user" });
  await call("--profile", "vn-law-1", "--depth", "khoan");
  await call("--request", requestWord({ ...DEFAULT_REQUEST, profile: "vn-law-1", depth: "khoan" }));
  expect(taken[0]).toEqual(taken[1]);
  await expect(call("--request", "{}", "--depth", "khoan")).rejects.toThrow("cannot be used with");
});
