// What a person must type before a signature is made.
import { createInterface } from "node:readline";
import { Stopped } from "../../runner/model/stop.ts";

/** A question and the only answer that goes on. */
export interface Confirmation {
  readonly question: string;
  readonly wanted: string;
}

/** Where a person reads and is asked; standard error when standard output belongs to a program. */
export interface Page {
  write(text: string): unknown;
}

/** Asks in order, reading stdin after everything was printed; there is no flag for it. STOP_APPROVAL_INVALID on any other answer. */
export async function typedConfirmation(confirmations: readonly Confirmation[], page: Page): Promise<void> {
  const lines = createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
  for (const { question, wanted } of confirmations) {
    page.write(question);
    const answer = await lines.next();
    if (answer.done || answer.value.trim() !== wanted)
      throw new Stopped("STOP_APPROVAL_INVALID", {
        saw: "another answer",
        wanted: "the number as it is shown above; nothing was signed",
      });
  }
  page.write("\n");
}

/** The last six digits of a payload, typed from what is shown: whoever signs has seen which payload it is. */
export function lastDigits(payloadSha: string): Confirmation {
  return { question: `type the last six digits of payload ${payloadSha}: `, wanted: payloadSha.slice(-6) };
}
