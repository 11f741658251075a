// The people who sign, made of what `npm run init` was told: the approver set, one profile a person, and the page that says what each
// person does on their own machine. Pure but for reading keys.
import * as openpgp from "openpgp";
import * as z from "zod";
import { checkApproverKey } from "../../runner/adapters/key-check.ts";
import { buildApprovers, type ApproverSet } from "../../runner/model/approvers.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { GATES, type Gate } from "../../runner/model/run.ts";
import { PERSON_ID } from "../../runner/model/statement.ts";
import { canAuthorize } from "../readiness/checkout-points.ts";

/** Gates that everybody may serve: whoever may approve anything may also stop it. */
const EVERYONE: readonly Gate[] = ["UNHALT", "SG_3_failure_escalation", "REVOCATION"];

/** One person as told: `key` is the file of their armored public key on this machine. */
export const personSchema = z.strictObject({
  id: z.string().regex(PERSON_ID, "an id of lower-case letters, digits, dots and dashes"),
  name: z.string().min(1).max(100),
  key: z.string().startsWith("/", "the absolute path of a file with the armored public key"),
  gates: z.array(z.enum(GATES)).min(1),
});
export type Person = z.infer<typeof personSchema>;

/** A person with the text of their key. */
export interface KeyedPerson extends Person {
  readonly armored: string;
}

/** `id:name:key file:gate,gate` as --person takes it; undefined when it has another form. */
export function personOf(text: string): Person | undefined {
  const [id, name, key, gates] = text.split(":");
  const parsed = personSchema.safeParse({ id, name, key, gates: gates?.split(",") });
  return parsed.success ? parsed.data : undefined;
}

/** The set's exact bytes and what is wrong with it, in sentences; bytes of a set with faults are not to be used. */
export async function approverSetOf(
  people: readonly KeyedPerson[],
  threshold: number,
  now: Date,
): Promise<{ readonly bytes: Buffer; readonly sha: string; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  const persons: ApproverSet["persons"] = [];
  for (const { id, name, gates, armored } of people) {
    const fingerprint = await fingerprintOf(armored);
    const check = fingerprint === undefined ? undefined : await checkApproverKey(armored, fingerprint, now);
    if (fingerprint === undefined) faults.push(`${id}: the file holds no armored OpenPGP key`);
    else if (check?.ok === false) faults.push(`${id}: ${check.reason}`);
    else
      persons.push({
        id,
        name,
        gates: [...new Set([...gates, ...EVERYONE])],
        keys: [{ fingerprint, public_key_armored: armored.replaceAll("\r\n", "\n") }],
      });
  }
  const set: ApproverSet = { version: "1", threshold: String(threshold), persons };
  const cannot = faults.length === 0 ? canAuthorize(set) : undefined;
  if (cannot !== undefined) faults.push(cannot);
  if (faults.length > 0) return { bytes: Buffer.alloc(0), sha: "", faults };
  const bytes = buildApprovers(set);
  return { bytes, sha: sha256(bytes), faults };
}

/** The full fingerprint of the one public key in the text, or undefined. */
export async function fingerprintOf(armored: string): Promise<string | undefined> {
  const keys = await openpgp.readKeys({ armoredKeys: armored }).catch(() => []);
  return keys.length === 1 ? keys[0]?.getFingerprint().toUpperCase() : undefined;
}

/** What profile and page of a person are made from. Paths are relative to the project, where every command is run. */
export interface ProfileFacts {
  readonly stack: string;
  readonly host: string;
  readonly approversFile: string;
  readonly approversSha: string;
}

/** Text of the profile that `npm run approve` reads. */
export const profileText = ({ id }: Person, { stack, host, approversFile, approversSha }: ProfileFacts): string =>
  `${JSON.stringify(
    {
      person: id,
      approvers_file: approversFile,
      approvers_sha: approversSha,
      host,
      stack,
      sandbox: false,
      memory_file: `.state/approver-memory-${stack}-${id}.json`,
    },
    null,
    2,
  )}\n`;

/** The page a person is given: what to check once, and the command they run for every request. */
export function personPage(person: KeyedPerson, profileFile: string, fingerprint: string, facts: ProfileFacts): string {
  const first = person.gates.find((gate) => gate !== "REVOCATION") ?? "SG_1_cut_authz";
  return `# ${person.name}: signing for ${facts.host}

Everything here is done on your own machine, in a clone of this repository; your private key never leaves it.

Once, compare with the operator, over the telephone or face to face:

- your key: \`${fingerprint}\`
- the approver set, sha256: \`${facts.approversSha}\`

You may sign: ${person.gates.join(", ")}. Your machine needs Node 20.11 or newer, git and your own gpg:

\`\`\`sh
git pull
mkdir -p .state
gpg --list-secret-keys ${fingerprint}
echo ignore-cache-for-signing >> "\${GNUPGHOME:-$HOME/.gnupg}/gpg-agent.conf"
gpgconf --kill gpg-agent
\`\`\`

The last two lines make your agent ask for the passphrase or token at every signature; without them \`approve\` refuses to sign.

For every request the operator brings you a folder. Read what is shown, type what is asked,
and give the operator both files that are written:

\`\`\`sh
npm run approve -- bundles/<run-id>/${first}-1 --profile ${profileFile}
\`\`\`

With \`export CUTTER_PROFILE=<that file>\` in your shell's start file the commands you are sent work as they stand, without \`--profile\`.
`;
}
