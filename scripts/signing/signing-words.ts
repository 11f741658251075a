// What every program that signs has in common on its command line, and its last word: the signed file and the operator's next command.
import { Option, type Command } from "commander";
import type { Statement } from "../../runner/model/statement.ts";
import type { Profile } from "./approver-profile.ts";
import type { ProfileOptions } from "./approving-person.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { ENGLISH, said, type PageWords } from "../reading/page-words.ts";
import type { Signed } from "./sign-statement.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

/** `out`: folder of the signed files; `stack`: the host the operator's next command is for, nothing here dials it. */
export interface SigningOptions extends ProfileOptions {
  readonly out: string;
  readonly stack?: string;
  readonly json: boolean;
}

/** Where the person's own gpg keeps keys and agent: an option, or the shell's GNUPGHOME, which no other child program sees. */
export const gnupgHomeOption = (): Option =>
  new Option("--gnupg-home <folder>", "home of your own GnuPG").env("GNUPGHOME");

/** The person's own profile: an option, or once and for all CUTTER_PROFILE, so that a command another person names works as it stands. */
export function withProfile(program: Command, text: string): Command {
  return program
    .addOption(new Option("--profile <file>", text).env("CUTTER_PROFILE"))
    .hook("preAction", (_, command) => {
      if (command.getOptionValue("profile") === undefined)
        command.error("error: no approver profile: give --profile <file>, or set CUTTER_PROFILE to yours");
    });
}

/** Adds the options to a program. */
export function withSigningOptions(program: Command): Command {
  return withProfile(program, "your approver profile: person, pinned approver set, host, memory")
    .option("--key-file <file>", "armored secret key; sandbox hosts only")
    .addOption(gnupgHomeOption())
    .option("--out <folder>", "where the signed statement goes", "signed")
    .option(
      "--stack <name>",
      "the host that the operator's next command is for (that of the profile); nothing is dialled here",
    )
    .option("--json", "one object on standard output; what is read and asked stands on standard error", false);
}

/** Where the person reads. */
export const pageOf = ({ json }: Pick<SigningOptions, "json">): NodeJS.WriteStream =>
  json ? process.stderr : process.stdout;

/** Whose profile it is, and in which words they are told. */
interface Told {
  readonly profile: Profile;
  readonly words?: PageWords;
}

/**
 * Says what was signed and what the operator does with both files: `next` is their command without the stack, which the option or the
 * person's profile names.
 */
export function tellSigned(
  statement: Statement,
  signed: Signed,
  next: string,
  { profile, words = ENGLISH, ...options }: Omit<SigningOptions, "profile"> & Told,
): void {
  const command = withStack(next, options.stack ?? profile.stack ?? SANDBOX_STACK);
  if (options.json) printSigned(statement, signed, command);
  else
    process.stdout.write(
      `${said(words, "ask.signed", { file: signed.json })}\n${said(words, "ask.operator", { command })}\n`,
    );
}

/** The same for programs; `next` is empty where one command follows several signatures. */
export function printSigned(statement: Statement, { json, sig }: Signed, next: string): void {
  const { gate, run_id, person, payload_sha, nonce } = statement;
  const said = { gate, run_id, person, payload_sha, nonce };
  printJson({ event: "signed", ...said, statement: json, signature: sig, next });
}
