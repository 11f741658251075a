// docs/guide.md as a newcomer follows it: a bare clone, each command as it stands there, and nobody to ask. People put in what is in angle
// brackets, and type what they are asked before they sign.
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { fileIn, operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";
import { typeAnswers } from "../support/typed-signing.ts";

const LONG = 1_800_000;
let here: OperatorClone;
beforeAll(async () => {
  here = await operatorClone("newcomer");
  // Parts of a clone that the guide names.
  const sample = join("scripts", "sandbox", "sample-ordinance.md");
  mkdirSync(dirname(join(here.folder, sample)), { recursive: true });
  cpSync(join(projectRoot(), sample), join(here.folder, sample));
  cpSync(join(projectRoot(), "test/fixtures/documents/vn/luat-thu-vien.txt"), join(here.folder, "luat-thu-vien.txt"));
  fileIn(here, "law.md", "# One\n\nThe first text.\n\n## Two\n\nThe second text.\n");
}, LONG);
afterAll(removeClones, LONG);

/** Lines of the `sh` blocks of a chapter that are commands of ours, without what is said behind them. */
function commandsOf(chapter: string): readonly string[] {
  const guide = readFileSync(join(projectRoot(), "docs", "guide.md"), "utf8");
  const text = guide.split(/^## /m).find((part) => part.startsWith(`${chapter}\n`)) ?? "";
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => /^(?:npx cutter|npm run|npm start)\b/.test(line))
    .map((line) => line.replace(/\s+[#|] .*$/, "").trim());
}

interface Situation {
  run: string;
  signed: string[];
  enactmentSigned: boolean;
}
const now: Situation = { run: "", signed: [], enactmentSigned: false };

/** Runs one line of the guide; its status must be the one that goes on: 3 where people are asked for signatures. */
async function perform(line: string): Promise<void> {
  const words = (/^(?:npx cutter|npm run|npm) (.*)$/.exec(line)?.[1] ?? "").match(/"[^"]*"|<[^>]*>|[^ ]+/g) ?? [];
  const filled = words.flatMap((word) => {
    if (/^<.*signed files?\b.*>$/.test(word)) return now.signed;
    // No browser is opened by a test.
    if (word === "--open") return [];
    const plain = word.replaceAll(/^"|"$/g, "").replace("<run-id>", now.run);
    expect(plain, `the guide does not say what to put here: ${line}`).not.toMatch(/[<>]/);
    return [plain];
  });
  const [verb = ""] = filled;
  const { status, stdout, stderr } = await (verb === "approve" ? approve(filled) : typed(line, filled));
  const waits = verb === "cut" || (verb === "resume" && !now.enactmentSigned);
  expect([line, status, status === (waits ? 3 : 0) ? "" : `${stdout}\n${stderr}`]).toEqual([line, waits ? 3 : 0, ""]);
  if (verb === "cut") {
    now.run = /run (ictr-\S+) opened/.exec(stderr)?.[1] ?? "none";
    now.signed = [];
    now.enactmentSigned = false;
  }
  if (verb === "resume") now.signed = [];
}

interface Ended {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function typed(line: string, [verb = "", ...words]: readonly string[]): Promise<Ended> {
  return line.startsWith("npx cutter ") ? here.script("cutter", verb, ...words) : here.script(verb, ...words);
}

/** A person answers at the terminal what `approve` asks. */
async function approve(words: readonly string[]): Promise<Ended> {
  const [program, ...rest] = here.line("cutter", ...words);
  const child = execa(program, rest, { cwd: here.folder, reject: false, stdin: "pipe" });
  typeAnswers(child, join(here.folder, words[1] ?? ""));
  const done = await child;
  const signed = /^signed and verified: (.+)$/m.exec(done.stdout)?.[1];
  if (signed !== undefined) now.signed.push(signed);
  now.enactmentSigned ||= words[1]?.includes("SG_2_lifecycle_authz") === true;
  return { status: done.exitCode, stdout: done.stdout, stderr: done.stderr };
}

test(
  "a newcomer in a bare clone follows the guide to a law that is signed by hand, taken back, cut again, enacted and audited",
  async () => {
    const [begin, own, sign, back] = ["Begin", "A law of your own", "Sign by hand", "Go back, or go on"].map(
      commandsOf,
    );
    expect([begin, own, sign, back].map((part) => part?.length)).toEqual([2, 6, 5, 8]);
    for (const line of [...(begin ?? []), ...(own ?? []), ...(sign ?? [])]) await perform(line);
    for (const line of back ?? []) {
      await perform(line);
      // As the guide says behind that line.
      if (/ cut /.test(line)) for (const again of sign ?? []) await perform(again);
    }
    const runs = (await here.script("runs", "--json")).events.filter((run) => run["document_id"] === "LTV");
    expect(runs.map((run) => run["state"])).toEqual(["closeout_reported", "reverted"]);
    for (const line of commandsOf("cutter everywhere")) await perform(line);
  },
  LONG,
);
