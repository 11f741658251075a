// Did people sign the lifts and revocations that the database holds? Asked by the runner itself before each phase: cutter_gate's
// password alone writes such a row, and must not let a halted run go on nor pass for a person's word.
import { holderOf, parseApprovers, type ApproverSet } from "../model/approvers.ts";
import { digestOf } from "../model/canonical.ts";
import { EVERY_RUN } from "../model/payload.ts";
import type { RowOf } from "../model/rows.ts";
import { parseStatement, type Statement } from "../model/statement.ts";
import { Stopped } from "../model/stop.ts";
import { insistStatementSigned, invalid, notProven, type Verify } from "./signed.ts";

/** A lift or a revocation with the bytes that were signed. */
export type Order = RowOf<"read/orders">;

/** What the orders of a host are held against: its name, the sets of approvers it ever had, oldest first, and the two verifiers. */
export interface Circumstances {
  readonly host: string;
  readonly sets: readonly ApproverSet[];
  readonly verify: Verify;
}

/** Every set that was laid, and the one in force; a lift by a key that has been replaced since stays a lift. */
export function everySet(laid: readonly RowOf<"read/approver-sets">[], current: ApproverSet): ApproverSet[] {
  return [...laid.map((row) => parseApprovers(row.bytes).set), current];
}

/** STOP_HALTED for a lift that nobody signed, STOP_APPROVAL_INVALID for a revocation; each names the row. */
export async function insistOrdersSigned(orders: readonly Order[], circumstances: Circumstances): Promise<void> {
  for (const order of orders) {
    try {
      await insistOrder(order, circumstances);
    } catch (error) {
      if (!(error instanceof Stopped) || error.code === "STOP_COULD_NOT_LOOK") throw error;
      const lift = order.kind === "lift";
      throw new Stopped(
        lift ? "STOP_HALTED" : "STOP_APPROVAL_INVALID",
        {
          saw: lift
            ? `halt ${order.value} was lifted by nobody (lift ${order.id}: ${error.facts.saw})`
            : `the ${order.kind} (no. ${order.id}) ${notProven(error.facts.saw)}`,
          wanted: error.facts.wanted,
          hint: lift
            ? "somebody wrote it past the gate: give cutter_gate another password, halt again, and let an approver sign the UNHALT"
            : "somebody wrote it past the gate: give cutter_gate another password; what it revoked stays " +
              "revoked, so void this run and cut again, with a new approver set when a key was revoked",
        },
        error,
      );
    }
  }
}

async function insistOrder(order: Order, { host, sets, verify }: Circumstances): Promise<void> {
  const bytes = Buffer.from(order.statement, "base64");
  const statement = parseStatement(bytes);
  insistSameWords(order, statement, host);
  const approvers = sets.findLast((one) => holderOf(one, statement.fingerprint) !== undefined);
  if (!approvers) throw invalid("a key that no approver held", "a key of an approver set of this host");
  const signed = { statement, bytes, signature: Buffer.from(order.signature, "base64") };
  const expected = { run_id: statement.run_id, gate: statement.gate, payload_sha: digestOf(statement.payload) };
  await insistStatementSigned(signed, { approvers, verify, now: order.at }, () => expected);
}

/** The row says what its statement says, of this host, and reaches no further than it. */
function insistSameWords(order: Order, statement: Statement, host: string): void {
  const other = invalid("a row that says other things than its statement", "the row as the gate writes it");
  if (statement.person !== order.person) throw other;
  if (order.kind === "lift") {
    if (statement.gate !== "UNHALT" || statement.payload.host !== host) throw other;
    if (statement.payload.halt_ids.join(",") !== order.value) throw other;
    return;
  }
  if (statement.gate !== "REVOCATION") throw other;
  const { kind, value, run_id } = statement.payload;
  if (order.kind !== `revocation of a ${kind}` || value !== order.value) throw other;
  if (statement.run_id !== (kind === "key" ? EVERY_RUN : run_id)) throw other;
}
