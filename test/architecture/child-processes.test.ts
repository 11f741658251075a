// A service user may be started in a folder it may not enter (ssh as root, sudo -u): programs then fail at their own start. Every child
// process of the runner is therefore given its folder.
import { expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

const STARTS = /\b(?:execa|spawn|spawnSync|execFile|execFileSync|fork)\(/g;

/** Text of a call from its opening bracket to the one that closes it. */
function callAt(text: string, open: number): string {
  for (let depth = 0, at = open; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")" && (depth -= 1) === 0) return text.slice(open, at + 1);
  }
  return text.slice(open);
}

test("no child process of the runner is started in the folder the runner happens to be in", () => {
  const calls = sourceFiles(["runner"], [".ts"]).flatMap(({ path, text }) =>
    [...text.matchAll(STARTS)].map((match) => ({ path, call: callAt(text, match.index + match[0].length - 1) })),
  );
  expect(calls.length).toBeGreaterThan(5);
  expect(calls.filter(({ call }) => !/\bcwd\b/.test(call))).toEqual([]);
});
