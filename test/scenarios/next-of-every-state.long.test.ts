// In each state of a real run the command under NEXT is pasted as it stands and does what it says: people add only what is in angle brackets,
// and the answers to what they are asked.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  fileIn,
  operatorClone,
  removeClones,
  signBundle,
  type OperatorClone,
  type ScriptAnswer,
} from "../support/operator-clone.ts";
import { signTyping } from "../support/typed-signing.ts";

const LONG = 1_800_000;
const SIGNERS: Readonly<Record<string, string>> = {
  SG_1_cut_authz: "linh",
  EXECUTION: "minh",
  SG_2_lifecycle_authz: "hoa",
};
let here: OperatorClone;
beforeAll(async () => {
  here = await operatorClone("here");
  expect(await here.script("sandbox", "up")).toMatchObject({ status: 0 });
}, LONG);
afterAll(removeClones, LONG);

interface Pasted extends ScriptAnswer {
  readonly command: string;
}

/** Types a command of this workstation as a shell would read it; `filled`: what a person puts in place of a name in angle brackets. */
async function paste(command: string, filled: Readonly<Record<string, string>> = {}): Promise<Pasted> {
  const [, name = "", rest = ""] = /^npm run ([a-z-]+)(?: -- (.*))?$/.exec(command) ?? [];
  expect(name, `no command of this workstation: ${command}`).not.toBe("");
  const words = (rest.match(/"[^"]*"|<[^>]*>|[^ ]+/g) ?? []).map((word) => {
    const plain = word.replaceAll(/^"|"$/g, "");
    const value = filled[plain] ?? plain;
    expect(value, `a person was not told what to put here: ${command}`).not.toMatch(/^<.*>$/);
    return value;
  });
  const answer = await here.script(name, ...words);
  // 64: the words are wrong; 70: a bug. Everything else is an answer.
  expect([command, [64, 70].includes(answer.status) ? answer.stderr : ""]).toEqual([command, ""]);
  return { ...answer, command };
}

const nextIn = (answer: ScriptAnswer): string =>
  /^(?:NEXT +|next: +|next +)(npm run .+)$/m.exec(`${answer.stderr}\n${answer.stdout}`)?.[1] ?? "no NEXT";

/** What the sheet of a run says. */
async function sheet(run: string): Promise<{ readonly next: string; readonly state: string; readonly page: unknown }> {
  const [status] = (await here.script("status", run, "--json")).events;
  return { next: String(status?.["next"]), state: String(status?.["state"]), page: status?.["page"] };
}

async function registered(document: string): Promise<string> {
  const answer = await here.script("register", fileIn(here, "law.md", "# One\n\nText of one.\n"), document);
  expect(answer.status).toBe(0);
  return /npm run cut -- \S+/.exec(`${answer.stdout}${answer.stderr}`)?.[0] ?? "no command to cut";
}

/** Cuts by the command that register gave; answers the run. */
async function waiting(document: string): Promise<string> {
  const cut = await paste(await registered(document));
  expect(cut.status).toBe(3);
  const run = /run (ictr-\S+) opened/.exec(cut.stderr)?.[1] ?? "none";
  expect(nextIn(cut)).toBe(`npm run fetch -- ${run}`);
  return run;
}

/** Fetches by NEXT, reads the approve lines, signs as the persons of the gates, and admits by the command that signing gave. */
async function signAll(run: string): Promise<void> {
  const fetched = await paste((await sheet(run)).next);
  expect(fetched.status).toBe(0);
  const bundles = [...fetched.stderr.matchAll(/npm run approve -- (\S+)/g)].map((match) => match[1] ?? "");
  expect(bundles.length).toBeGreaterThan(0);
  for (const bundle of bundles) {
    const gate = Object.keys(SIGNERS).find((name) => bundle.includes(`/${name}-`)) ?? "";
    const file = bundle.startsWith("/") ? bundle : join(here.folder, bundle);
    const signed = await signBundle(here, here, SIGNERS[gate] ?? "nobody", file);
    expect((await paste(`npm run admit -- ${signed}`)).status).toBe(0);
  }
}

/** Signs an order as hoa by the words of a command that a sheet gave. */
async function signOrder(command: string): Promise<string> {
  const [, name = "", words = ""] = /^npm run (unhalt|revoke) -- (.*)$/.exec(command) ?? [];
  const people = join(here.folder, ".sandbox", "approvers", "hoa");
  const who = ["--profile", join(people, "profile.json"), "--key-file", join(people, "key.asc")];
  const { signed, stderr } = await signTyping(
    here.line(name, ...words.split(" "), ...who, "--out", join(here.folder, "signed")),
    here.folder,
  );
  if (signed === undefined) throw new Error(`${command}: ${stderr}`);
  return signed;
}

test(
  "from nothing to an enacted law, halted on its way, every state's NEXT is pasted and leads on",
  async () => {
    const first = await here.script("cutter", "--json");
    expect(first.events[0]).toMatchObject({ event: "ended", stop: { code: "STOP_COULD_NOT_LOOK" } });
    const looked = await paste(String((first.events[0]?.["stop"] as { next: unknown }).next));
    expect([looked.command, looked.status]).toEqual(["npm run drift", 7]);
    const laid = await paste(nextIn(looked));
    expect([laid.command, laid.status]).toEqual(["npm run up", 0]);
    const begin = (await here.script("cutter", "--json")).events[0]?.["next"];
    expect(begin).toBe("npm run cut -- <document-id>");
    expect((await paste(String(begin), { "<document-id>": "NOT-THERE" })).status).toBe(4);

    const run = await waiting("NEXT-1");
    expect((await here.script("cutter", "--json")).events[0]).toMatchObject({
      open: [run],
      next: `npm run fetch -- ${run}`,
    });
    expect((await here.script("halt", run, "--reason", "a look")).status).toBe(0);
    const halted = await paste(`npm run resume -- ${run}`);
    expect(halted.status).toBe(4);
    expect(nextIn(halted)).toMatch(/^npm run unhalt -- \d+/);
    const lift = (await sheet(run)).next;
    expect(lift).toMatch(/^npm run unhalt -- \d+ --run ictr-/);
    expect((await paste(`npm run admit -- ${await signOrder(lift)}`)).status).toBe(0);

    await signAll(run);
    const written = await paste((await sheet(run)).next);
    expect([written.command, written.status]).toEqual([`npm run resume -- ${run}`, 3]);
    expect(nextIn(written)).toBe(`npm run fetch -- ${run}`);
    await signAll(run);
    const enacted = await paste((await sheet(run)).next);
    expect([enacted.command, enacted.status]).toEqual([`npm run resume -- ${run}`, 0]);
    const after = await sheet(run);
    expect(after.state).toBe("closeout_reported");
    expect(after.page).toMatch(/^\/.+[.]html$/);
    // What a closed run asked for is not brought to people any more.
    const late = await here.script("fetch", run);
    expect([late.status, late.stdout, nextIn(late)]).toEqual([4, "", after.next]);
    expect(late.stderr).toContain("nobody can sign it any more");
    const verified = await paste(after.next);
    expect([verified.command, verified.status]).toEqual([`npm run verify -- ${run}`, 0]);
    expect(verified.stderr).toContain(String(after.page));
    expect((await paste("npm run cut -- NEXT-1")).status).not.toBe(0);
  },
  LONG,
);

test(
  "of a cut that is refused, NEXT leads to an end and never in a circle",
  async () => {
    let answer = await paste("npm run cut -- NEXT-1");
    const typed: string[] = [];
    // The refused cut above left its run open; a sheet is no end, what it says comes next is typed too.
    const ended = (): boolean => answer.status === 0 && !answer.command.startsWith("npm run status");
    while (nextIn(answer) !== "no NEXT" && !/<[a-z. -]+>/.test(nextIn(answer)) && !ended()) {
      const next = nextIn(answer);
      expect(typed).not.toContain(next);
      typed.push(next);
      answer = await paste(next);
    }
    expect(typed.length).toBeLessThan(4);
    expect((await here.script("status", "--json")).events.filter(({ run_id }) => run_id !== undefined)).toEqual([]);
  },
  LONG,
);

test(
  "drafts of a run that a person revoked are taken back by NEXT, and the document is cut again by NEXT",
  async () => {
    const run = await waiting("NEXT-2");
    await signAll(run);
    expect((await paste((await sheet(run)).next)).status).toBe(3);
    const revoked = await signOrder(`npm run revoke -- run ${run}`);
    expect((await paste(`npm run admit -- ${revoked}`)).status).toBe(0);
    const stopped = await paste(`npm run resume -- ${run}`);
    expect(stopped.status).toBe(4);
    const back = await paste((await sheet(run)).next);
    expect([back.command, back.status]).toEqual([`npm run rollback -- ${run} "revoked by a person"`, 0]);
    const again = await paste((await sheet(run)).next);
    expect([again.command, again.status]).toEqual(["npm run cut -- NEXT-2", 3]);
    const second = /run (ictr-\S+) opened/.exec(again.stderr)?.[1] ?? "none";
    expect((await paste(`npm run void -- ${second} "not wanted"`)).status).toBe(0);
    expect((await sheet(second)).next).toBe("npm run cut -- NEXT-2");
  },
  LONG,
);
