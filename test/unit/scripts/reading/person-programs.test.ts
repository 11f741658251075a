import { expect, test } from "vitest";
import { browserLine, pagerLine } from "../../../../scripts/reading/person-programs.ts";

test.each([
  ["linux", { program: "xdg-open", words: ["/a b/page.html"] }],
  ["darwin", { program: "open", words: ["/a b/page.html"] }],
  ["win32", { program: "explorer.exe", words: ["/a b/page.html"] }],
  ["aix", undefined],
] as const)("on %s a page is opened by the program that platform has", (platform, line) => {
  expect(browserLine(platform, "/a b/page.html")).toEqual(line);
});

test.each([
  ["linux", undefined, { program: "less", words: [] }],
  ["darwin", "", { program: "less", words: [] }],
  ["win32", undefined, { program: "more.com", words: [] }],
  ["win32", "C:\\bin\\less.exe", { program: "C:\\bin\\less.exe", words: [] }],
  ["linux", "most -w", { program: "most", words: ["-w"] }],
] as const)("on %s with PAGER %s a long text is shown by a program that is there", (platform, pager, line) => {
  expect(pagerLine(platform, pager)).toEqual(line);
});
