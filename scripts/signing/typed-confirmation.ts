// What a person must type before a signature is made.
import { createInterface } from "node:readline";
import { Stopped } from "../../runner/model/stop.ts";
import { ENGLISH, said, type PageWords } from "../reading/page-words.ts";

/** A question and the only answer that goes on. `evened` makes two spellings of one answer equal; without it blanks around it do not count. */
export interface Confirmation {
  readonly question: string;
  readonly wanted: string;
  /** What is said to be wanted after the third other answer; what was refused with it. */
  readonly otherwise?: string;
  readonly evened?: (answer: string) => string;
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
export async function typedConfirmation(
  confirmations: readonly Confirmation[],
  page: Page,
  words: PageWords = ENGLISH,
): Promise<void> {
  await withLines(async (lines) => {
    for (const confirmation of confirmations) await askThrice(confirmation, lines, { page, words });
  });
  page.write("\n");
}

/** One line a person types, without blanks around it; empty when the input ends. */
export const typedLine = (question: string, page: Page): Promise<string> =>
  withLines(async (lines) => {
    page.write(question);
    const answer = await lines.next();
    return answer.done ? "" : answer.value.trim();
  });

async function withLines<T>(ask: (lines: AsyncIterator<string, unknown>) => Promise<T>): Promise<T> {
  const input = createInterface({ input: process.stdin, terminal: false });
  try {
    return await ask(input[Symbol.asyncIterator]());
  } finally {
    // An open terminal would keep this process waiting for a line that nobody has to type.
    input.close();
    process.stdin.pause();
  }
}

async function askThrice(
  { question, wanted, otherwise, evened = (answer) => answer.trim() }: Confirmation,
  lines: AsyncIterator<string, unknown>,
  { page, words }: { readonly page: Page; readonly words: PageWords },
): Promise<void> {
  for (let left = TRIES - 1; ; left -= 1) {
    page.write(question);
    const answer = await lines.next();
    if (!answer.done && evened(answer.value) === evened(wanted)) return;
    if (answer.done || left === 0)
      throw new Stopped("STOP_APPROVAL_INVALID", {
        saw: answer.done ? "no answer" : "another answer",
        wanted: otherwise ?? "what stands in the text that was shown; nothing was signed",
        hint: otherwise === undefined ? "read the request again, then begin anew" : "read it again, then begin anew",
      });
    page.write(`${said(words, "ask.again", { count: left })}\n`);
  }
}

/** The last six digits of a payload, typed from what is shown: whoever signs has seen which payload it is. */
export function lastDigits(payloadSha: string): Confirmation {
  return { question: `type the last six digits of payload ${payloadSha}: `, wanted: payloadSha.slice(-6) };
}
