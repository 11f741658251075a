import { expect, test } from "vitest";
import { DEFAULT_REQUEST } from "../../../../runner/model/grammar-request.ts";
import { judgeAsked } from "../../../../runner/rules/registered-grammar.ts";

const registered = { ...DEFAULT_REQUEST, profile: "vn-law-1", depth: "khoan" as const };

test("nothing asked, or the same again, is the registered grammar", () => {
  expect(judgeAsked(registered, {})).toBeUndefined();
  expect(judgeAsked(registered, { profile: "vn-law-1" })).toBeUndefined();
  expect(judgeAsked(registered, registered)).toBeUndefined();
});

test("every other option is named with both values and how to go on", () => {
  const hints = [{ line: 3, reads: "text" as const, reason: "quoted" }];
  expect(judgeAsked(registered, { profile: "generic-atx-1", depth: "dieu", hints })).toEqual({
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: "asked for --profile generic-atx-1, --depth dieu, --hints (1 lines)",
      wanted: "--profile vn-law-1, --depth khoan, --hints (0 lines), as this version is registered",
      hint: "leave --profile, --depth, --hints away, or register the text again with the options you want",
    },
  });
});
