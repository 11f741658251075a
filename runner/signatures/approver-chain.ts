// Whether the approver set of this host is the one its predecessors made, back to version 1; asked before any statement is believed.
import { holderOf, parseApprovers } from "../model/approvers.ts";
import type { SignatureAnswer, SignatureQuestion } from "../world/signature.ts";
import { insist, Stopped } from "../model/stop.ts";
import { keptSignatures, parseSuccession } from "../model/succession.ts";
import { judgeSuccession, type PinnedSet, type ProvenSuccession } from "../rules/succession.ts";
import type { RowOf } from "../model/rows.ts";

type Kept = RowOf<"read/approver-sets">;
type Verify = (question: SignatureQuestion) => Promise<SignatureAnswer>;

/**
 * `rows` are cutter_runtime.approver_set, oldest first, which only the database's administrator writes: `up` records version 1, so
 * that whoever changes the file on the host and its pinned sha brings no set of their own. The host's set must be the newest of them.
 * STOP_APPROVAL_INVALID otherwise.
 */
export async function insistChain(current: PinnedSet, rows: readonly Kept[], verify: Verify): Promise<void> {
  const newest = rows.at(-1);
  if (!newest)
    throw broken(
      "no approver set is recorded in this database",
      "version 1 as the database's administrator recorded it: npm run up",
    );
  if (newest.sha !== current.sha)
    throw broken(`an approver set that is not version ${newest.version} of this database`, "the newest laid set");
  let previous: PinnedSet | undefined;
  for (const [index, row] of rows.entries()) {
    const pinned = parseApprovers(row.bytes);
    if (pinned.sha !== row.sha || Number(pinned.set.version) !== row.version || row.version !== index + 1)
      throw broken(`version ${row.version} is kept with other bytes`, "an unbroken line from version 1");
    if (previous) insist(judgeSuccession(previous, pinned, await proven(previous, row, verify), row.at));
    previous = pinned;
  }
}

/** Every signature good for both verifiers, by a key of the set before, at the time the set was laid: keys may have ended since. */
async function proven(previous: PinnedSet, row: Kept, verify: Verify): Promise<ProvenSuccession[]> {
  const kept = keptSignatures.safeParse(row.signatures);
  if (!kept.success)
    throw broken(
      `signatures of version ${row.version} that are not valid`,
      "statements and signatures as they were made",
    );
  const found: ProvenSuccession[] = [];
  for (const item of kept.data) {
    const bytes = Buffer.from(item.statement, "base64");
    const statement = parseSuccession(bytes);
    const holder = holderOf(previous.set, statement.fingerprint);
    if (!holder) throw broken("a signature by a stranger", "keys of the set before");
    if (row.revoked.includes(statement.fingerprint))
      throw broken(
        `a signature under version ${row.version} by a key that was revoked before`,
        "keys that nobody had revoked",
      );
    const answer = await verify({
      bytes,
      signature: Buffer.from(item.signature, "base64"),
      publicKeyArmored: holder.key.public_key_armored,
      fingerprint: statement.fingerprint,
      now: row.at,
    });
    if (!answer.ok)
      throw broken(
        `a signature under version ${row.version}: ${answer.reason}`,
        "signatures that both verifiers accept",
      );
    found.push({ statement, signedAt: answer.signedAt });
  }
  return found;
}

function broken(saw: string, wanted: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", {
    saw,
    wanted,
    hint: "nobody's signature counts until the approver set of this host is in order",
  });
}
