// Gathers answers: from options and a file first, then by asking on a terminal; without one, what a look or a fallback says, else missing.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import type { Ask } from "../frame/terminal-questions.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { personOf, personSchema, type Person } from "./people.ts";
import { answerOf, answersSchema, type AnswerName, type Answers, type Question, type Suggested } from "./questions.ts";

const fileSchema = z.strictObject({
  ...Object.fromEntries(Object.keys(answersSchema.shape).map((name) => [name, z.unknown().optional()])),
  person: z.array(personSchema).optional(),
  untouched: z.array(z.string().startsWith("/")).optional(),
});

/** What was given before anybody was asked. */
export interface Given {
  readonly answers: Readonly<Partial<Record<AnswerName, unknown>>>;
  readonly people: readonly Person[];
  readonly untouched: readonly string[];
}

/** Options win over the file. STOP_REFUSED_INPUT names what is out of form in either; no value is quoted. */
export function givenAnswers(
  options: Readonly<Partial<Record<AnswerName, string>>> & { person: readonly string[]; untouched: readonly string[] },
  file?: string,
): Given {
  const { person, untouched, ...answers } = options;
  const written = file === undefined ? {} : readAnswersFile(file);
  const { person: people = [], untouched: paths = [], ...others } = written;
  const told = person.map((text) => personOf(text));
  if (told.includes(undefined))
    throw refused(
      "a --person that is not valid",
      "id:name:/path/of/public-key.asc:GATE,GATE with an id of lower-case letters",
    );
  return {
    answers: { ...others, ...answers },
    people: told.length > 0 ? told.flatMap((one) => one ?? []) : people,
    untouched: untouched.length > 0 ? untouched : paths,
  };
}

function readAnswersFile(file: string): z.infer<typeof fileSchema> {
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Stopped(
      "STOP_REFUSED_INPUT",
      { saw: `${file} cannot be read as answers`, wanted: "JSON or YAML", hint: CORRECT },
      error,
    );
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) =>
    issue.code === "unrecognized_keys" ? `unknown ${issue.keys.join(", ")}` : issue.path.join("."),
  );
  throw refused(`${file}: ${places.join("; ")}`, `${Object.keys(answersSchema.shape).join(", ")}, person, untouched`);
}

const CORRECT = "correct what is named, then give the same command again";
const refused = (saw: string, wanted: string): Stopped =>
  new Stopped("STOP_REFUSED_INPUT", { saw, wanted, hint: CORRECT });

/** Answers so far, and what could not be had: the option that gives it and what it means. */
export interface Gathered {
  readonly answers: Partial<Answers>;
  readonly missing: readonly string[];
}

/** Takes what was given, asks for the rest. `suggested` is what a look found. A wrong answer on a terminal is asked for again. */
export async function gather(
  questions: readonly Question[],
  { given, suggested, ask }: { readonly given: Given["answers"]; readonly suggested: Suggested; readonly ask: Ask },
): Promise<Gathered> {
  const answers: Partial<Record<AnswerName, unknown>> = {};
  const missing: string[] = [];
  for (const question of questions) {
    const { name } = question;
    const offered = suggested[name] ?? question.fallback;
    const said = given[name] ?? (ask === undefined ? offered : undefined);
    if (said !== undefined) {
      const answer = answerOf(name, said);
      if ("value" in answer) answers[name] = answer.value;
      else missing.push(`--${name}: ${question.ask}; ${answer.fault}`);
    } else if (ask === undefined) missing.push(`--${name}: ${question.ask}`);
    else answers[name] = await askUntilGood(question, offered, ask);
  }
  return { answers: answers as Partial<Answers>, missing };
}

async function askUntilGood(
  { name, ask: text }: Question,
  offered: string | undefined,
  ask: NonNullable<Ask>,
): Promise<unknown> {
  for (;;) {
    const line = (await ask(`${text}${offered === undefined ? "" : ` [${offered}]`}: `)).trim();
    const answer = answerOf(name, line === "" && offered !== undefined ? offered : line);
    if ("value" in answer) return answer.value;
    process.stderr.write(`  ${answer.fault}\n`);
  }
}

/** People on a terminal, until an empty id. */
export async function askPeople(ask: NonNullable<Ask>): Promise<Person[]> {
  process.stderr.write(
    "the people who sign; one needs SG_1_cut_authz, another EXECUTION and SG_2_lifecycle_authz. An empty id ends.\n",
  );
  const people: Person[] = [];
  for (;;) {
    const id = (await ask("id (lower-case letters): ")).trim();
    if (id === "") return people;
    const [name, key] = [(await ask("  name: ")).trim(), (await ask("  file of their public key here: ")).trim()];
    const gates =
      (await ask("  gates, with commas [EXECUTION,SG_2_lifecycle_authz]: ")).trim() || "EXECUTION,SG_2_lifecycle_authz";
    const person = personSchema.safeParse({ id, name, key, gates: gates.split(",").map((gate) => gate.trim()) });
    if (person.success) people.push(person.data);
    else
      process.stderr.write(
        `  not taken: ${person.error.issues.map((issue) => issue.path.join(".")).join(", ")} not valid\n`,
      );
  }
}
