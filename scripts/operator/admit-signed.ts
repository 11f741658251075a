// Signed files on their way into the gate: uploaded, then admitted by the host's own verification.
import { admittedStatementEvent } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { eventsLike, eventsOf, insistNoStop } from "./host-call.ts";
import { stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";
import { uploadSigned } from "./upload.ts";

/**
 * Uploads and admits; an UNHALT also takes the host's halt file away. Throws the first refusal of the host; what was
 * admitted before it stays.
 */
export async function admitSigned(
  target: Target,
  files: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  for (const file of files.filter((name) => !name.endsWith(".sig"))) {
    const { statement, path, bytes } = await uploadSigned(target, file);
    const words = statement.gate === "UNHALT" ? ["orchestrate", "unhalt", path] : ["gate", "admit", path];
    const { status, events } = await eventsOf(target, words);
    const stop = stopOf(events);
    // Asked again after a broken line, or with a file of yesterday: the very same statement is in, and that is what was wanted.
    if (stop?.code === "STOP_APPROVAL_CONSUMED" && (await wasAdmitted(target, statement.run_id, bytes))) {
      say(`admitted before: ${statement.gate} of ${statement.run_id}, signed by ${statement.person}`);
      continue;
    }
    insistNoStop(events, target, statement.run_id);
    if (status !== 0)
      throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `the gate answered ${status}`, wanted: "admitted" });
    say(`admitted: ${statement.gate} of ${statement.run_id}, signed by ${statement.person}`);
  }
}

async function wasAdmitted(target: Target, runId: string, statement: Buffer): Promise<boolean> {
  const { events } = await eventsOf(target, ["orchestrate", "approvals", runId]);
  return eventsLike(admittedStatementEvent, events).some(
    (event) => event.used_phase === null && Buffer.from(event.statement, "base64").equals(statement),
  );
}
