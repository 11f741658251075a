// Signed files on their way into the gate: uploaded, then admitted by the host's own verification.
import { Stopped } from "../../runner/model/stop.ts";
import { eventsOf } from "./host-call.ts";
import { operatorStop, stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";
import { uploadSigned } from "./upload.ts";

/** Uploads and admits; an UNHALT also takes the host's halt file away. Throws the first refusal of the host; what was admitted before it stays. */
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
    if (stop) {
      const { code, facts } = operatorStop(stop, target.stack, statement.run_id);
      throw new Stopped(code, facts);
    }
    if (status !== 0)
      throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `the gate answered ${status}`, wanted: "admitted" });
    say(`admitted: ${statement.gate} of ${statement.run_id}, signed by ${statement.person}`);
  }
}

async function wasAdmitted(target: Target, runId: string, statement: Buffer): Promise<boolean> {
  const { events } = await eventsOf(target, ["orchestrate", "approvals", runId]);
  return events.some(
    (event) =>
      event.event === "admitted" &&
      event["used_phase"] === null &&
      typeof event["statement"] === "string" &&
      Buffer.from(event["statement"], "base64").equals(statement),
  );
}
