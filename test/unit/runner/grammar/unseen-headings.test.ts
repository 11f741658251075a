// Lines that look like headings and open nothing are told, so that no article of a document is lost without a word.
import { expect, test } from "vitest";
import { intake, INTAKE_CAPS } from "../../../../runner/commands/intake.ts";
import { manifestOf, refusalOf } from "../../../support/marking.ts";

const told = (lines: readonly string[]): string[] =>
  manifestOf(lines.join("\n"))
    .findings.filter((one) => one.code !== "preamble")
    .map((one) => `${one.line} ${one.code}: ${one.text}`);

test("a fence that is never closed, with the headings it holds", () => {
  expect(told(["# One", "text", "```", "## Two", "text", "", "## Three", "text"])).toEqual([
    "3 unclosed_fence: a fence opened here is never closed; 2 lines in it look like headings and open nothing",
  ]);
  expect(told(["# One", "", "~~~", "code"])).toEqual(["3 unclosed_fence: a fence opened here is never closed"]);
  expect(told(["# One", "", "- item", "  ```", "  # code"])).toEqual(
    ["4 unclosed_fence: a fence opened here is never closed; 0 lines in it look like headings and open nothing"].map(
      (line) =>
        line.replace(
          "; 0 lines in it look like headings and open nothing",
          "; 1 lines in it look like headings and open nothing",
        ),
    ),
  );
});
test("a closed fence says nothing, whatever stands in it", () => {
  expect(told(["# One", "```sh", "# a comment", "```", "text"])).toEqual([]);
  expect(told(["# One", "text", "", "```", "x", "```", ""])).toEqual([]);
});
test("headings in a block of HTML, each with the line of the block", () => {
  expect(told(["# One", "text", "", "<div>", "## Two", "text", "</div>", "", "## Three", "text"])).toEqual([
    "5 heading_in_html: this line stands in a block of HTML opened at line 4 and opens no unit",
  ]);
});
test("a mark without its blank, and no hashtag, fence or code", () => {
  expect(
    told(["# One", "text", "##Two", "text", "#Ba", "#tag and more", "    ##code", "```", "##code", "```"]),
  ).toEqual([
    "3 heading_without_blank: `#` without a blank behind it makes no heading; the line is text",
    "5 heading_without_blank: `#` without a blank behind it makes no heading; the line is text",
  ]);
});
test("a document whose headings all stand in a fence is refused with the line of the fence", () => {
  expect(refusalOf(["```", "# One", "text", "## Two", "```"].join("\n")).reason).toContain(
    "; 2 lines that look like headings stand in the fence opened at line 1",
  );
});
test("the object that programs read carries the findings of both profiles", () => {
  const printed = intake(Buffer.from("# One\n\n##Two\n"), "HOUSE", { empty_body: "refuse", caps: INTAKE_CAPS });
  expect("stop" in printed ? [] : printed.findings.map((one) => one.code)).toEqual(["heading_without_blank"]);
});
