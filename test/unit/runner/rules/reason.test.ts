import { expect, test } from "vitest";
import { judgeReason } from "../../../../runner/rules/reason.ts";

test.each(["<reason>", '"<reason>"', " <why> ", "", "   ", "—", "<lý do>"])(
  "%s, pasted with the command, is no reason",
  (text) => {
    expect(judgeReason(text)?.code).toBe("STOP_REFUSED_INPUT");
  },
);

test.each(["the wrong edition", "sai bản in", "x < y and y > z", "1"])("%s is a reason", (text) => {
  expect(judgeReason(text)).toBeUndefined();
});
