// `npm run approvals -- <run-id>`: who approved what. The host only hands over bytes; they are verified here, with the
// set your profile pins.
import type * as z from "zod";
import { gpgvVerifier } from "../../runner/adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import { holderOf, type ApproverSet } from "../../runner/model/approvers.ts";
import { admittedStatementEvent, type Approval } from "../../runner/model/events.ts";
import { parseStatement } from "../../runner/model/statement.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { verifyWithBoth } from "../../runner/signatures/both-verifiers.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { painter } from "../../runner/terminal/colour.ts";
import { tableLines } from "../../runner/terminal/table.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { readProfile } from "../signing/approver-profile.ts";
import { withProfile } from "../signing/signing-words.ts";
import { pinnedSet } from "../signing/approving-person.ts";
import { answersOf, eventsLike } from "../operator/host-call.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

type Admitted = z.infer<typeof admittedStatementEvent>;

withProfile(
  operatorProgram("approvals", "every admitted statement of a run, its signature verified here"),
  "an approver profile: it pins the approver set",
)
  .argument("<run-id>", "any run")
  .action((word: string, options: OperatorOptions & { profile: string }) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      const set = await pinnedSet(await readProfile(options.profile));
      const admitted = await answersOf(target, ["orchestrate", "approvals", runId], runId);
      const judged = await Promise.all(
        eventsLike(admittedStatementEvent, admitted).map((one) => judge(one, runId, set)),
      );
      if (options.json) for (const one of judged) printJson({ event: "approval", ...one });
      else if (judged.length > 0) process.stdout.write(tableOf(judged));
      const bad = judged.filter((one) => !one.good);
      if (bad.length > 0)
        throw new Stopped("STOP_APPROVAL_INVALID", {
          saw: `${bad.length} of ${judged.length} statements do not hold here`,
          wanted: "signatures by keys of the pinned set",
          details: bad.map((one) => `${one.gate} of ${one.person}: ${one.reason ?? ""}`),
        });
      return 0;
    }),
  )
  .parse();

/** One statement as this machine judges it; `good` false with the reason. */
async function judge(parsed: Admitted, runId: string, set: ApproverSet): Promise<Approval> {
  const bytes = Buffer.from(parsed.statement, "base64");
  const statement = parseStatement(bytes);
  const { gate, run_id, person, fingerprint, payload_sha, signed_utc } = statement;
  const { used_phase, used_at } = parsed;
  const known = { gate, run_id, person, fingerprint, payload_sha, signed_utc, used_phase, used_at };
  const holder = holderOf(set, fingerprint);
  if (!holder || holder.person.id !== person) return { ...known, good: false, reason: "no such person holds this key" };
  if (run_id !== runId) return { ...known, good: false, reason: "a statement of another run" };
  // As of the signature: a key that has expired since does not take back what it signed.
  const answer = await verifyWithBoth(openpgpVerifier(), gpgvVerifier(), {
    bytes,
    signature: Buffer.from(parsed.signature, "base64"),
    publicKeyArmored: holder.key.public_key_armored,
    fingerprint,
    now: new Date(signed_utc),
  });
  return { ...known, good: answer.ok, reason: answer.ok ? null : answer.reason };
}

/** The statements as a table; what does not hold stands in red where there are colours. */
function tableOf(judged: readonly Approval[]): string {
  const paint = painter(process.stdout);
  const columns = [
    { title: "HOLDS" },
    { title: "GATE" },
    { title: "PERSON" },
    { title: "SIGNED" },
    { title: "PAYLOAD" },
    { title: "USED BY" },
  ];
  const rows = judged.map((one) =>
    [
      one.good ? "good" : `BAD: ${one.reason ?? ""}`,
      one.gate,
      one.person,
      one.signed_utc,
      `…${one.payload_sha.slice(-6)}`,
      one.used_phase ?? "nothing",
    ].map(printable),
  );
  const [header = "", ...lines] = tableLines(columns, rows, process.stdout.isTTY ? process.stdout.columns : undefined);
  return [paint("title", header), ...lines.map((line) => (line.startsWith("BAD") ? paint("bad", line) : line))]
    .map((line) => `${line}\n`)
    .join("");
}
