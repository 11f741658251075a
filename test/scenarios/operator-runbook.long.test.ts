import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  fileIn,
  hostedClone,
  removeClones,
  signBundle,
  type OperatorClone,
  type ScriptAnswer,
} from "../support/operator-clone.ts";
import { signTyping } from "../support/typed-signing.ts";
import { runbookChapters, type RunbookCommand } from "../support/runbook.ts";

const LONG = 1_800_000;
const SIGNERS: Readonly<Record<string, string>> = {
  SG_1_cut_authz: "linh",
  EXECUTION: "minh",
  SG_2_lifecycle_authz: "hoa",
};
const chapters = runbookChapters();
let here: OperatorClone;

/** What the placeholders of a chapter stand for, as it goes on. */
interface Situation {
  document: string;
  run: string;
  bundles: string[];
  haltId: string;
}
const now: Situation = { document: "", run: "", bundles: [], haltId: "" };

beforeAll(async () => {
  here = await hostedClone("here");
}, LONG);
afterAll(removeClones, LONG);

const profile = (person: string): string => join(here.folder, ".sandbox", "approvers", person, "profile.json");
const keyOf = (person: string): string => join(here.folder, ".sandbox", "approvers", person, "key.asc");

/** Signs an order (UNHALT, REVOCATION) as hoa; the last digits are asked for after they are shown. */
async function order(name: string, ...args: string[]): Promise<string> {
  const { signed, stderr } = await signTyping(
    here.line(
      name,
      ...args,
      "--profile",
      profile("hoa"),
      "--key-file",
      keyOf("hoa"),
      "--out",
      join(here.folder, "signed"),
    ),
    here.folder,
  );
  if (signed === undefined) throw new Error(`${name}: ${stderr}`);
  return signed;
}

async function wordOf(word: string): Promise<string> {
  const signed = /^<signed-(.+)>$/.exec(word)?.[1];
  if (signed === "UNHALT") return order("unhalt", now.haltId, "--run", now.run);
  if (signed === "REVOCATION") return order("revoke", "run", now.run);
  if (signed !== undefined)
    return signBundle(
      here,
      here,
      SIGNERS[signed] ?? "nobody",
      now.bundles.find((bundle) => bundle.includes(`/${signed}-`)) ?? "none",
    );
  const known: Readonly<Record<string, string>> = {
    "<run-id>": now.run,
    "<document-id>": now.document,
    "<file>": fileIn(here, "law.md", "# One\n\nThe first text.\n"),
    "<profile>": profile("linh"),
    "<plan>": join(here.folder, "saved.plan"),
  };
  const value = known[word] ?? word;
  expect(value, `a placeholder the runbook does not explain: ${word}`).not.toMatch(/^<.*>$/);
  return value;
}

async function perform(command: RunbookCommand): Promise<ScriptAnswer> {
  const words: string[] = [];
  for (const word of command.words) words.push(await wordOf(word));
  const answer = await here.script(command.name, ...words);
  expect([
    command.line,
    answer.status,
    answer.status === command.exit ? "" : `${answer.stdout}\n${answer.stderr}`,
  ]).toEqual([command.line, command.exit, ""]);
  if (command.name === "cut") now.run = /run (ictr-\S+) opened/.exec(answer.stderr)?.[1] ?? "none";
  if (command.name === "fetch") now.bundles = answer.stdout.split("\n").filter((line) => line !== "");
  now.haltId = /npm run unhalt -- (\d+)/.exec(answer.stderr)?.[1] ?? now.haltId;
  return answer;
}

/** A run that waits for its first signatures, of a document of its own. */
async function waitingRun(document: string): Promise<void> {
  now.document = document;
  expect((await here.script("register", fileIn(here, "law.md", "# One\n\nThe first text.\n"), document)).status).toBe(
    0,
  );
  await perform({ line: "cut", name: "cut", words: [document], exit: 3 });
}

const read = async (chapter: string): Promise<void> => {
  for (const command of chapters.get(chapter) ?? []) await perform(command);
};

test("the runbook has a chapter for every situation an operator must be able to meet", () => {
  expect([...chapters.keys()]).toEqual([
    "Provisioning",
    "Upgrading a release",
    "Changing the approver set",
    "Rotating a database password",
    "First run",
    "Stop at night",
    "Hand-over",
    "Lost approver",
    "Expired key",
    "Full disk",
    "Dead host",
    "A batch",
    "A lost machine",
    "A lost engine database",
    "Dispute",
  ]);
});

test(
  "the chapter of provisioning shows what differs, applies exactly that, and finds no lock behind it",
  async () => {
    await read("Provisioning");
  },
  LONG,
);

test(
  "the chapter of the first run leads from a file to a verified, restorable cut whose checklist is complete",
  async () => {
    now.document = "BOOK-1";
    await read("First run");
  },
  LONG,
);

test(
  "the chapter of a dispute shows who approved a finished run",
  async () => {
    await read("Dispute");
  },
  LONG,
);

test(
  "the chapters of night, hand-over, full disk, expired key, dead host and lost approver hold for a run that waits",
  async () => {
    await waitingRun("BOOK-2");
    for (const chapter of ["Stop at night", "Hand-over", "Full disk", "Expired key", "Dead host", "Lost approver"])
      await read(chapter);
  },
  LONG,
);
