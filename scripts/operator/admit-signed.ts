// Signed files on their way into the gate: uploaded, then admitted by the host's own verification. Files of an earlier sitting are passed
// over, and one that is refused keeps no other out.
import { basename } from "node:path";
import { admittedStatementEvent } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { eventsLike, eventsOf, insistNoStop } from "./host-call.ts";
import type { Target } from "./target.ts";
import { uploadSigned, type Uploaded } from "./upload.ts";

type Say = (line: string) => void;

/**
 * Uploads and admits each; an UNHALT also takes the host's halt file away. A file that was refused is named, the others are admitted all
 * the same; then the first refusal is thrown. STOP_COULD_NOT_LOOK ends at once: nothing is known of what follows.
 */
export async function admitSigned(target: Target, files: readonly string[], say: Say): Promise<void> {
  const refusals = await admitEach(target, files, say);
  const [first] = refusals;
  if (!first) return;
  const statements = files.filter(isStatement);
  if (statements.length === 1) throw first.stop;
  const { code, facts } = first.stop;
  throw new Stopped(
    code,
    {
      ...facts,
      saw: `${refusals.length} of ${statements.length} files not admitted; ${first.file}: ${facts.saw}`,
      details: [
        ...(facts.details ?? []),
        ...refusals.map(({ file, stop }) => `${file}: ${stop.code}: ${stop.facts.saw}`),
      ],
    },
    first.stop,
  );
}

const isStatement = (name: string): boolean => !name.endsWith(".sig");

interface Refusal {
  readonly file: string;
  readonly stop: Stopped;
}

async function admitEach(target: Target, files: readonly string[], say: Say): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const path of files.filter(isStatement)) {
    const file = printable(basename(path));
    try {
      say(await admitOne(target, path));
    } catch (stop) {
      if (!(stop instanceof Stopped) || stop.code === "STOP_COULD_NOT_LOOK") throw stop;
      say(`not admitted: ${file}: ${stop.code}: ${stop.facts.saw}`);
      refusals.push({ file, stop });
    }
  }
  return refusals;
}

/** What became of one file, in a line for people. */
async function admitOne(target: Target, file: string): Promise<string> {
  const uploaded = await uploadSigned(target, file);
  const { statement, path } = uploaded;
  const who = `${statement.gate} of ${statement.run_id}, signed by ${statement.person}`;
  const words = statement.gate === "UNHALT" ? ["orchestrate", "unhalt", path] : ["gate", "admit", path];
  const { status, events } = await eventsOf(target, words);
  try {
    insistNoStop(events, target, statement.run_id);
  } catch (stop) {
    // Once it was used or its run has gone on, the gate has many reasons against it; that it is in is what was wanted.
    const before = isRevoked(stop) ? undefined : await admittedBefore(target, uploaded);
    if (before === undefined) throw stop;
    return `${before}: ${who}`;
  }
  if (status !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `the gate answered ${status}`, wanted: "admitted" });
  return `admitted: ${who}`;
}

const isRevoked = (stop: unknown): boolean => stop instanceof Stopped && stop.code === "STOP_APPROVAL_REVOKED";

/** Whether the very same bytes are in already: asked again after a broken line, or with a folder of yesterday. */
async function admittedBefore(target: Target, { statement, bytes }: Uploaded): Promise<string | undefined> {
  const { events } = await eventsOf(target, ["orchestrate", "approvals", statement.run_id]);
  const same = eventsLike(admittedStatementEvent, events).find((event) =>
    Buffer.from(event.statement, "base64").equals(bytes),
  );
  if (!same) return undefined;
  return same.used_phase === null ? "admitted before" : "used before";
}
