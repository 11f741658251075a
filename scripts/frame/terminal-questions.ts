// Asks a person line by line, when this program has a terminal.
import { createInterface } from "node:readline";
import { Stopped } from "../../runner/model/stop.ts";

/** Asks one line; undefined when there is no terminal. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/** Runs `work` with a terminal to ask on, when there is one. STOP_REFUSED_INPUT when its input ends before an answer. */
export async function withTerminal<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  if (process.stdin.isTTY !== true) return await work(undefined);
  // Line by line: several lines that are pasted at once answer several questions.
  const input = createInterface({ input: process.stdin, terminal: false });
  const lines = input[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    const line = await lines.next();
    if (line.done === true)
      throw new Stopped("STOP_REFUSED_INPUT", {
        saw: "the input ended before an answer",
        wanted: "a line for each question",
        hint: "give the same command again; nothing was written",
      });
    return line.value;
  };
  try {
    return await work(ask);
  } finally {
    // An open terminal would keep this process waiting for a line that nobody has to type.
    input.close();
    process.stdin.pause();
  }
}
