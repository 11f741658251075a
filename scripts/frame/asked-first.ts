// The question before a command that changes what people may not expect: only on a terminal, and not with --yes. Where there is no
// terminal, whoever wrote the command line has decided.
import { Stopped } from "../../runner/model/stop.ts";
import { withTerminal, type Ask } from "./terminal-questions.ts";

/** The option of such a command. */
export const YES_OPTION = ["--yes", "do not ask first on a terminal", false] as const;

/** Goes on when nobody can be asked, with `yes`, or when the answer is yes. STOP_REFUSED_INPUT for every other answer: nothing was done. */
export async function insistYes(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  await withTerminal((ask) => judged(question, ask));
}

/** The same with who is asked; `ask` undefined: nobody. */
export async function judged(question: string, ask: Ask): Promise<void> {
  if (ask === undefined) return;
  const answer = (await ask(`${question} (yes/no) `)).trim().toLowerCase();
  if (answer === "yes" || answer === "y") return;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: answer === "" ? "no answer" : "another answer than yes",
    wanted: "yes, or --yes on the command line",
    hint: "nothing was done; give the same command again when it is wanted",
  });
}
