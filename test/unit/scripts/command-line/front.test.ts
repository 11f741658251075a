import { afterEach, expect, test, vi } from "vitest";
import { runFront } from "../../../../scripts/command-line/front.ts";
import { VERBS } from "../../../../scripts/command-line/verb-table.ts";

afterEach(() => vi.restoreAllMocks());

/** What `cutter <words>` prints, and the program or host words that it hands over to. */
async function typed(...words: string[]): Promise<{ printed: string; handed: string[] }> {
  const printed: string[] = [];
  const handed: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => (printed.push(String(text)), true));
  await runFront(
    {
      program: (file, all) => Promise.resolve(void handed.push([file, ...all].join(" "))),
      host: (all) => Promise.resolve(void handed.push(all.join(" "))),
      attention: () => Promise.resolve(),
    },
    words,
  );
  vi.restoreAllMocks();
  return { printed: printed.join(""), handed };
}

test("help of test, bench, soak and the host's words is a page of their own, not Vitest's and not that of the verb host", async () => {
  const names = VERBS.filter(
    ({ at, program, name }) => program !== undefined || (at === "host" && name !== "host"),
  ).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["test", "bench", "soak", "orchestrate", "precheck"]));
  for (const name of names) {
    const { printed, handed } = await typed("help", name);
    expect([name, handed, printed.split("\n")[0]]).toEqual([
      name,
      [],
      expect.stringContaining(`Usage: cutter ${name} `),
    ]);
  }
  expect((await typed("help", "precheck")).printed).toContain("cutter host precheck -- --help");
});

test("help of any other verb is that of its program", async () => {
  expect((await typed("help", "void")).handed).toEqual(["dist/scripts/void.mjs --help"]);
  expect((await typed("help", "host")).handed).toEqual(["--help"]);
});
