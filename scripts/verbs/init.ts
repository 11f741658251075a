// `npm run init -- <stack>`: asks for a host, looks at it, and writes what declares it: Pulumi.<stack>.yaml, the approver set, a
// profile and a page for each person. Nothing on the host is changed.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Connection } from "../../infra/config.ts";
import { projectRoot } from "../../infra/place.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { askPeople, gather, givenAnswers, type Given } from "../first-day/asking.ts";
import {
  lookAtDatabase,
  lookAtNewHost,
  lookLines,
  reasonOfNoLook,
  shownHostKeys,
  machineName,
  suggestedBy,
  suggestedByDatabase,
  type Seen,
} from "../first-day/host-look.ts";
import {
  connectionOf,
  HOST_QUESTIONS,
  isJumped,
  JUMP_KEY_QUESTION,
  JUMP_QUESTIONS,
  KEY_QUESTIONS,
  WAY_QUESTIONS,
  type AnswerName,
  type Answers,
} from "../first-day/questions.ts";

import { filesOfStack, targetsOf, type StackFiles } from "../first-day/stack-files.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { withTerminal, type Ask } from "../frame/terminal-questions.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";

interface Options extends Partial<Record<AnswerName, string>> {
  readonly answers?: string;
  readonly person: readonly string[];
  readonly untouched: readonly string[];
  readonly look: boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const more = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const program = programNamed(
  "init",
  "declare a new host: asks, looks at it, writes its stack file, approver set and profiles",
)
  .argument("<stack>", "name of the new stack")
  .option("--answers <file>", "JSON or YAML with answers by the names of the options below; options win")
  .option("--person <id:name:key:gates>", "a person who signs; may be given several times", more, [])
  .option("--untouched <path>", "a path on the host that provisioning only looks at; several times", more, [])
  .option("--no-look", "do not dial the host")
  .option("--overwrite", "write over files of an earlier init", false)
  .option("--json", "one object on stdout", false);
const QUESTIONS = [...WAY_QUESTIONS, ...JUMP_QUESTIONS, JUMP_KEY_QUESTION, ...KEY_QUESTIONS, ...HOST_QUESTIONS];
for (const { name, ask, fallback } of QUESTIONS)
  program.option(`--${name} <value>`, fallback === undefined ? ask : `${ask} (${fallback})`);
program.action((stack: string) => runProgram(() => init(stack, namedOptions()))).parse();

/** Options by the names they have on the command line. */
function namedOptions(): Options {
  const { answers, person, untouched, look, overwrite, json } = program.opts<Options>();
  const given = QUESTIONS.flatMap(({ name }) => {
    const value: unknown = program.getOptionValue(
      name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    );
    return typeof value === "string" ? [[name, value]] : [];
  });
  return {
    ...Object.fromEntries(given),
    ...(answers === undefined ? {} : { answers }),
    person,
    untouched,
    look,
    overwrite,
    json,
  } as Options;
}

async function init(stack: string, { answers: file, look, overwrite, json, ...options }: Options): Promise<number> {
  const targets = targetsOf(stack, projectRoot());
  const given = givenAnswers(options, file);
  const files = await withTerminal(async (ask) => {
    await insistFree(targets, overwrite, ask);
    return await answered(stack, given, { look, ask });
  });
  for (const { path, text } of files.files) {
    mkdirSync(dirname(path), { recursive: true });
    writeWhenChanged(path, text, 0o644);
  }
  const written = files.files.map(({ path }) => path.slice(projectRoot().length + 1));
  if (json) printJson({ stack, written, approvers_sha: files.approversSha, looked: files.looked, next: files.next });
  else
    process.stdout.write(
      `written:\n${written.map((path) => `  ${path}\n`).join("")}approver set, sha256 ${files.approversSha}\n` +
        `give each person their page and let them compare this digest\nnext:\n${files.next.map((line) => `  ${line}\n`).join("")}`,
    );
  return 0;
}

/** STOP_REFUSED_INPUT when a file of an earlier init is there and nobody said that it may be written over. */
async function insistFree(targets: readonly string[], overwrite: boolean, ask: Ask): Promise<void> {
  const there = targets.filter((path) => existsSync(path));
  if (there.length === 0 || overwrite) return;
  const yes = ask && (await ask(`${there.join(", ")} is there already. Write over it? (yes/no) `));
  if (yes?.trim() === "yes") return;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: `${there.join(", ")} is there already`,
    wanted: "a new stack, or --overwrite",
    hint: "move the files away, or say --overwrite; nothing was written",
  });
}

/** The way to the host: answers, what is missing of them, and the keys that were shown for comparison. */
async function askWay(
  given: Given,
  { look, ask }: { readonly look: boolean; readonly ask: Ask },
): Promise<{ answers: Partial<Answers>; missing: string[]; keys: string[] }> {
  const from = { given: given.answers, ask };
  const way = await gather(WAY_QUESTIONS, { ...from, suggested: {} });
  const { host, port, login, key, jump } = way.answers;
  const jumped = isJumped(way.answers);
  const suggested = { ...(login ? { "jump-login": login } : {}), ...(key ? { "jump-key": key } : {}) };
  const through = await gather(jumped ? JUMP_QUESTIONS : [], { ...from, suggested });
  // Only what is dialled from here shows a key; that of a host behind a jump host is read on its console.
  const dialled = jumped ? { host: jump, port: through.answers["jump-port"] } : { host, port };
  const told = given.answers[jumped ? "jump-host-key" : "host-key"];
  const shown =
    look && told === undefined && dialled.host && dialled.port ? await shownHostKeys(dialled.host, dialled.port) : [];
  const whose = jumped ? "jump host" : "host";
  if (shown.length > 0)
    say(
      `the ${whose} shows this key now; it proves nothing before you have compared it with its console:\n  ${shown.join("\n  ")}`,
    );
  const rest = await gather([...(jumped ? [JUMP_KEY_QUESTION] : []), ...KEY_QUESTIONS], {
    ...from,
    suggested: { sudo: login === "root" ? "false" : "true" },
  });
  return {
    answers: { ...way.answers, ...through.answers, ...rest.answers },
    missing: [...way.missing, ...through.missing, ...rest.missing],
    keys: shown,
  };
}

async function answered(
  stack: string,
  given: Given,
  { look, ask }: { readonly look: boolean; readonly ask: Ask },
): Promise<StackFiles> {
  const { answers: there, missing: noWay, keys } = await askWay(given, { look, ask });
  const connection = look && noWay.length === 0 ? connectionOf(there as Answers) : undefined;
  const seen = await looked(connection, (one) => lookAtNewHost(one));
  const suggested = { release: join(projectRoot(), ".state", "release"), ...suggestedBy(seen) };
  const places = await gather(
    HOST_QUESTIONS.filter(({ name }) => name !== "db-system-identifier"),
    { given: given.answers, suggested, ask },
  );
  const database = await looked(places.missing.length === 0 ? connection : undefined, (one) =>
    lookAtDatabase(one, places.answers as Answers),
  );
  const last = await gather(
    HOST_QUESTIONS.filter(({ name }) => name === "db-system-identifier"),
    {
      given: given.answers,
      suggested: suggestedByDatabase(database),
      ask,
    },
  );
  const people = given.people.length > 0 || ask === undefined ? given.people : await askPeople(ask);
  const missing = [...noWay, ...places.missing, ...last.missing, ...(people.length === 0 ? [NO_PERSON] : [])];
  if (missing.length > 0) throw incomplete(missing, keys);
  return await filesOfStack(
    {
      stack,
      answers: { ...there, ...places.answers, ...last.answers } as Answers,
      people,
      untouched: given.untouched,
      looked: seen.length > 0,
      machine: machineName(seen),
    },
    {
      project: projectRoot(),
      example: readFileSync(join(projectRoot(), "Pulumi.contabo.yaml.example"), "utf8"),
      now: new Date(),
    },
  );
}

const NO_PERSON = "--person: each person who signs, as id:name:/path/of/public-key.asc:GATE,GATE";

/** A look that could not be taken is told and leaves the questions without suggestions. */
async function looked(
  connection: Connection | undefined,
  take: (connection: Connection) => Promise<Seen>,
): Promise<Seen> {
  if (connection === undefined) return [];
  const seen = await take(connection).catch((error: unknown) => {
    say(`could not look at the host: ${reasonOfNoLook(error)}; what is asked now is not compared with it`);
    return [];
  });
  if (seen.length > 0) say(`seen on the host:\n${lookLines(seen).join("\n")}`);
  return seen;
}

function incomplete(missing: readonly string[], keys: readonly string[]): Stopped {
  return new Stopped("STOP_REFUSED_INPUT", {
    saw: `${missing.length} answers are missing or not valid, and there is no terminal to ask on`,
    wanted: "an option each, or a line each in the file of --answers",
    details: [...missing, ...keys.map((key) => `shown now: ${key}`)],
    hint: "give what is listed; nothing was written",
  });
}
