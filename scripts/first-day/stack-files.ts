// Every file that declares a new host, made of answers and people, and judged before one of them is written.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { STACK_KEYS, parseStackConfig } from "../../infra/config.ts";
import { backupKeyFaults } from "../../infra/sources.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { declarationText } from "./declaration.ts";
import { approverSetOf, fingerprintOf, personPage, profileText, type KeyedPerson, type Person } from "./people.ts";
import type { Answers } from "./questions.ts";

/** What the files are made from. */
export interface StackAnswers {
  readonly stack: string;
  readonly answers: Answers;
  readonly people: readonly Person[];
  readonly untouched: readonly string[];
  /** Whether the host was seen. */
  readonly looked: boolean;
  /** What the host calls itself, where it was seen. */
  readonly machine?: string | undefined;
}

/** Files by absolute path, and what a person does next. */
export interface StackFiles {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly approversSha: string;
  readonly looked: boolean;
  readonly next: readonly string[];
}

const STACK_NAME = /^[a-z][a-z0-9-]{0,40}$/;
/** Stands until a person has looked at the path and pinned what drift shows. */
const NOT_LOOKED_AT = "0".repeat(64);

const folderOf = (stack: string): string => join("people", stack);

/** Files that an earlier init may have written. STOP_REFUSED_INPUT when the name is none of a stack, or the embedded host's. */
export function targetsOf(stack: string, project: string): string[] {
  if (!STACK_NAME.test(stack) || stack === "sandbox")
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "not a valid stack name",
      wanted: "lower-case letters, digits and dashes, and not sandbox",
      hint: "name the new host, for example npm run init -- contabo",
    });
  return [join(project, `Pulumi.${stack}.yaml`), join(project, folderOf(stack), "approvers.json")];
}

/** STOP_REFUSED_INPUT with every fault of keys, people and declaration at once. */
export async function filesOfStack(
  { stack, answers, people, untouched, looked, machine }: StackAnswers,
  { project, example, now }: { readonly project: string; readonly example: string; readonly now: Date },
): Promise<StackFiles> {
  const folder = folderOf(stack);
  const keyed = people.map((person): KeyedPerson => ({ ...person, armored: textOf(person.key) }));
  const set = await approverSetOf(keyed, answers.threshold, now);
  const backup = textOf(answers["backup-key"]);
  const backupFingerprint = await fingerprintOf(backup);
  const faults = [
    ...set.faults,
    ...(await backupKeyFaults(backup, backupFingerprint, now)).map((fault) => `--backup-key: ${fault}`),
    ...(existsSync(answers.key) ? [] : [`--key: no file ${answers.key}`]),
  ];
  if (faults.length > 0 || backupFingerprint === undefined) throw refused(faults);
  const text = declarationText(example, {
    answers,
    approversFile: join(project, folder, "approvers.json"),
    approversSha: set.sha,
    backupFingerprint,
    release: answers.release,
    machine,
    untouched: untouched.map((path) => ({ path, sha256: NOT_LOOKED_AT })),
  });
  insistParses(text);
  const facts = { stack, host: answers.name, approversFile: join(folder, "approvers.json"), approversSha: set.sha };
  const pages = await Promise.all(
    keyed.map(async (person) => {
      const profile = join(folder, `${person.id}.profile.json`);
      const fingerprint = (await fingerprintOf(person.armored)) ?? "";
      return [
        { path: join(project, profile), text: profileText(person, facts) },
        { path: join(project, folder, `${person.id}.md`), text: personPage(person, profile, fingerprint, facts) },
      ];
    }),
  );
  return {
    files: [
      { path: join(project, `Pulumi.${stack}.yaml`), text },
      { path: join(project, folder, "approvers.json"), text: set.bytes.toString("utf8") },
      ...pages.flat(),
    ],
    approversSha: set.sha,
    looked,
    next: nextSteps(stack, answers),
  };
}

/** The first look at the new host needs state and passphrase; both are named, neither is made here. */
const nextSteps = (stack: string, { release }: Answers): string[] => [
  ...(existsSync(join(release, "manifest.json")) ? [] : [`npm run release   # makes ${shellWord(release)}`]),
  "export PULUMI_BACKEND_URL=<where your team keeps state> PULUMI_CONFIG_PASSPHRASE_FILE=<file of mode 0600>   # docs/real-host.md",
  `npm run drift -- --stack ${stack} --save-plan first.plan`,
  `npm run up -- --stack ${stack} --plan first.plan`,
];

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

const fileSchema = z.object({ config: z.record(z.string(), z.unknown()) });

// The same judgement that drift and up make, before a person relies on the file.
function insistParses(text: string): void {
  const { config } = fileSchema.parse(parse(text));
  parseStackConfig(Object.fromEntries(STACK_KEYS.map((key): [string, unknown] => [key, config[`cutter:${key}`]])));
}

function refused(faults: readonly string[]): Stopped {
  return new Stopped("STOP_REFUSED_INPUT", {
    saw: `${faults.length} of the answers cannot serve`,
    wanted: "keys both verifiers can judge, and files that are there",
    details: faults,
    hint: "correct what is listed, then give the same command again; nothing was written",
  });
}
