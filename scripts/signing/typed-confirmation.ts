// What a person must type before a signature is made.
import { createInterface } from "node:readline";
import { Stopped } from "../../runner/model/stop.ts";

/** A question and the only answer that goes on. */
export interface Confirmation {
  readonly question: string;
  readonly wanted: string;
  /** What is said to be wanted after the third other answer; what was refused with it. */
  readonly otherwise?: string;
}

/** Where a person reads and is asked; standard error when standard output belongs to a program. */
export interface Page {
  write(text: string): unknown;
}

const TRIES = 3;

/**
 * Asks in order, reading stdin after everything was printed; there is no flag for it. Each question may be answered three times.
 * STOP_APPROVAL_INVALID after the third wrong answer, and when the input ends.
 */
export async function typedConfirmation(confirmations: readonly Confirmation[], page: Page): Promise<void> {
  const input = createInterface({ input: process.stdin, terminal: false });
  try {
    const lines = input[Symbol.asyncIterator]();
    for (const confirmation of confirmations) await askThrice(confirmation, lines, page);
  } finally {
    // An open terminal would keep this process waiting for a line that nobody has to type.
    input.close();
    process.stdin.pause();
  }
  page.write("\n");
}

async function askThrice(
  { question, wanted, otherwise }: Confirmation,
  lines: AsyncIterator<string, unknown>,
  page: Page,
): Promise<void> {
  for (let left = TRIES - 1; ; left -= 1) {
    page.write(question);
    const answer = await lines.next();
    if (!answer.done && answer.value.trim() === wanted) return;
    if (answer.done || left === 0)
      throw new Stopped("STOP_APPROVAL_INVALID", {
        saw: answer.done ? "no answer" : "another answer",
        wanted: otherwise ?? "the number as it is shown above; nothing was signed",
      });
    page.write(`that is another answer; ${left === 1 ? "1 try" : `${left} tries`} left\n`);
  }
}

/** The last six digits of a payload, typed from what is shown: whoever signs has seen which payload it is. */
export function lastDigits(payloadSha: string): Confirmation {
  return { question: `type the last six digits of payload ${payloadSha}: `, wanted: payloadSha.slice(-6) };
}
