// `npm run approvers -- write|sign|lay`: how a newer approver set follows the one before (docs/decisions/0042-approver-succession.md).
import { basename } from "node:path";
import { gpgvVerifier } from "../../runner/adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import { readOrStop, readSafely } from "../../runner/adapters/safe-file.ts";
import {
  APPROVERS_CAP,
  buildApprovers,
  holderOf,
  parseApprovers,
  type ApproverSet,
} from "../../runner/model/approvers.ts";
import type { SignatureAnswer, SignatureQuestion } from "../../runner/world/signature.ts";
import { SIGNATURE_CAP } from "../../runner/model/signature.ts";
import { insist, Stopped } from "../../runner/model/stop.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { STATEMENT_CAP } from "../../runner/model/strict-json.ts";
import { buildSuccession, parseSuccession } from "../../runner/model/succession.ts";
import { utcText } from "../../runner/model/utc.ts";
import { verifyWithBoth } from "../../runner/signatures/both-verifiers.ts";
import { judgeSuccession, type PinnedSet, type ProvenSuccession } from "../../runner/rules/succession.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { approvingPerson, type ProfileOptions } from "../signing/approving-person.ts";
import { programNamed, runProgram, writeNewFile } from "../frame/run-program.ts";
import { signDocument } from "../signing/sign-statement.ts";
import { gnupgHomeOption, pageOf, withProfile } from "../signing/signing-words.ts";
import { lastDigits, typedConfirmation } from "../signing/typed-confirmation.ts";

interface SignOptions extends ProfileOptions {
  readonly out: string;
  readonly json: boolean;
}

const JSON_OPTION = ["--json", "one object on standard output", false] as const;

const program = programNamed("approvers", "let a newer approver set follow the one before");
withProfile(program.command("sign <new-set>"), "your approver profile")
  .description("sign, as a person of your pinned set, that this set follows it")
  .option("--key-file <file>", "armored secret key; sandbox hosts only")
  .addOption(gnupgHomeOption())
  .option("--out <folder>", "where the signed statement goes", "signed")
  .option(...JSON_OPTION)
  .action((file: string, options: SignOptions) => runProgram(() => sign(file, options)));
program
  .command("lay <new-set> <signed-files...>")
  .description("verify the signatures and print the SQL for the database's administrator")
  .requiredOption("--previous <file>", "the set before")
  .option(...JSON_OPTION)
  .action((file: string, signed: string[], options: { previous: string; json: boolean }) =>
    runProgram(() => lay(file, signed, options)),
  );
program
  .command("write <set> <new-file>")
  .description("read a set in any form of JSON, and write it in the one form that is pinned and signed")
  .option(...JSON_OPTION)
  .action((file: string, out: string, { json }: { json: boolean }) => runProgram(() => write(file, out, json)));
program.parse();

/** People write JSON with blanks and line feeds; digests need one form. An existing file is never written over. */
async function write(file: string, out: string, json: boolean): Promise<number> {
  const read = await readSafely(file, APPROVERS_CAP);
  const value = read.ok ? jsonOf(read.bytes.toString("utf8").replace(/^\ufeff/, "")) : undefined;
  if (value === undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${file}: ${read.ok ? "no JSON" : read.reason}`,
      wanted: "version, threshold and persons, in any form of JSON",
      hint: "correct the file, then give the same command again; nothing was written",
    });
  // What is no set is refused by its fields.
  const bytes = buildApprovers(value as ApproverSet);
  await writeNewFile(out, bytes);
  if (json)
    printJson({ event: "approver_set", file: out, version: parseApprovers(bytes).set.version, sha256: sha256(bytes) });
  else process.stdout.write(`${out}\nsha256 ${sha256(bytes)}: pin it as cutter:approvers.sha and in every profile\n`);
  return 0;
}

async function sign(file: string, options: SignOptions): Promise<number> {
  const next = await setOf(file);
  const { profile, approversSha, person, key, signer } = await approvingPerson(options, "REVOCATION");
  const line = (label: string, value: string): string => `  ${label.padEnd(12)} ${printable(value)}\n`;
  const page = pageOf(options);
  page.write(
    `\n${person.name}, you are about to sign that approver set version ${next.set.version} ` +
      `follows yours\n${line("yours", approversSha)}${line("new", next.sha)}${line("threshold", next.set.threshold)}` +
      next.set.persons
        .map((one) =>
          line(one.id, `${one.name}: ${one.gates.join(", ")}; ${one.keys.map((item) => item.fingerprint).join(", ")}`),
        )
        .join(""),
  );
  await typedConfirmation([lastDigits(next.sha)], page);
  const said = { person: profile.person, fingerprint: key.fingerprint, signed_utc: utcText(new Date()) };
  const bytes = buildSuccession({
    type: "cutter/approver-set",
    version: "1",
    previous_sha: approversSha,
    next_version: next.set.version,
    next_sha: next.sha,
    ...said,
  });
  const name = `approver-set-${next.set.version}-${person.id}`;
  const signed = await signDocument({
    bytes,
    said,
    names: { json: `${name}.json`, sig: `${name}.sig` },
    publicKeyArmored: key.public_key_armored,
    signer,
    folder: options.out,
  });
  if (options.json)
    printJson({
      event: "approver_set_signed",
      person: profile.person,
      version: next.set.version,
      sha256: next.sha,
      statement: signed.json,
      signature: signed.sig,
    });
  else process.stdout.write(`signed and verified: ${signed.json}\n`);
  return 0;
}

async function lay(
  file: string,
  signed: readonly string[],
  { previous: previousFile, json }: { readonly previous: string; readonly json: boolean },
): Promise<number> {
  const [previous, next] = [await setOf(previousFile), await setOf(file)];
  const now = new Date();
  const kept: { statement: string; signature: string }[] = [];
  const proven: ProvenSuccession[] = [];
  for (const path of signed.filter((one) => !one.endsWith(".sig"))) {
    const [bytes, signature] = [
      await bytesOf(path, STATEMENT_CAP),
      await bytesOf(path.replace(/(\.json)?$/, ".sig"), SIGNATURE_CAP),
    ];
    const statement = parseSuccession(bytes);
    const holder = holderOf(previous.set, statement.fingerprint);
    if (!holder) throw refused(`${basename(path)}: a key of nobody of the set before`, "a person of the set before");
    const answer = await verify({
      bytes,
      signature,
      publicKeyArmored: holder.key.public_key_armored,
      fingerprint: statement.fingerprint,
      now,
    });
    if (!answer.ok) throw refused(`${basename(path)}: ${answer.reason}`, "a signature that both verifiers accept");
    proven.push({ statement, signedAt: answer.signedAt });
    kept.push({ statement: bytes.toString("base64"), signature: signature.toString("base64") });
  }
  insist(judgeSuccession(previous, next, proven, now));
  const persons = proven.map(({ statement }) => statement.person);
  const sql =
    `BEGIN;\n${unrevoked(proven)}${previous.set.version === "1" ? insertion(previous, "[]", true) : ""}` +
    `${insertion(next, JSON.stringify(kept), false)}COMMIT;\n`;
  if (json) printJson({ event: "approver_set_sql", version: next.set.version, persons, sql });
  else
    process.stdout.write(
      `-- Approver set version ${next.set.version}, signed by ${printable(persons.join(", "))}; as the ` +
        `database's administrator.\n${sql}`,
    );
  return 0;
}

// The gate counts no signature of a revoked key, and a set once laid stays: so the database is asked before. Fingerprints are hex.
function unrevoked(proven: readonly ProvenSuccession[]): string {
  const keys = proven.map(({ statement }) => `'${statement.fingerprint}'`).join(", ");
  return (
    "DO $$ BEGIN IF EXISTS (SELECT FROM cutter_runtime.revocation WHERE kind = 'key' AND value " +
    `IN (${keys})) THEN RAISE EXCEPTION 'STOP_APPROVAL_REVOKED: one of these signatures is by ` +
    "a revoked key'; END IF; END $$;\n"
  );
}

// Digits, hex and base64 only: nothing in it can end a literal. Version 1 may be there already.
function insertion(
  { set, sha, bytes }: PinnedSet & { readonly bytes: Buffer },
  signatures: string,
  unlessThere: boolean,
): string {
  const values = `SELECT ${set.version}, '${sha}', decode('${bytes.toString("base64")}', 'base64'), '${signatures}'::jsonb`;
  return (
    `INSERT INTO cutter_runtime.approver_set (version, sha, bytes, signatures) ${values}` +
    `${unlessThere ? " WHERE NOT EXISTS (SELECT FROM cutter_runtime.approver_set)" : ""};\n`
  );
}

async function setOf(file: string): Promise<PinnedSet & { readonly bytes: Buffer }> {
  const bytes = await bytesOf(file, APPROVERS_CAP);
  return { ...parseApprovers(bytes), bytes };
}

// Hoisted: it is asked for before this module has come to its end.
function bytesOf(file: string, cap: number): Promise<Buffer> {
  return readOrStop(file, cap, { code: "STOP_APPROVAL_INVALID", wanted: "a plain file" });
}

const verify = (question: SignatureQuestion): Promise<SignatureAnswer> =>
  verifyWithBoth(openpgpVerifier(), gpgvVerifier(), question);

function refused(saw: string, wanted: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", { saw, wanted });
}
