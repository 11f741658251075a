// A throw-away person holds a sitting through the real approve program, typing what it asks for.
import { join } from "node:path";
import { Stopped } from "../../runner/model/stop.ts";
import { answeredApprove } from "./answered-approve.ts";
import { answerTo } from "./typed-answers.ts";
import type { SandboxPerson } from "./throw-away-keys.ts";

/** Questions about the whole wave, with where the answer was printed before; those about one document are answered from its bundle. */
const ANSWERS: readonly (readonly [RegExp, RegExp])[] = [
  [/type the number of documents: $/, /^ +documents +(\d+)$/gm],
  [/type the number of units in all: $/, /^ +units in all +(\d+)$/gm],
  [
    /type the last six digits of the wave's digest, which stands above: $/,
    /^ +the wave's digest +[0-9a-f]{58}([0-9a-f]{6})$/gm,
  ],
];

/** What is typed at the end of what a sitting over the wave of this folder printed, undefined when nothing is asked there. */
export function answerIn(text: string, wave: string): string | undefined {
  const known = ANSWERS.find(([question]) => question.test(text));
  if (known) return last(text, known[1]);
  const address = /of the text of (\S+): $/.exec(text)?.[1];
  return answerTo(text, join(wave, address?.split("/")[0] ?? ""));
}

const last = (text: string, pattern: RegExp): string => [...text.matchAll(pattern)].at(-1)?.[1] ?? "";

/** Signs a wave bundle; answers the signed statements. `words` are more options of approve. */
export async function signWaveAs(
  person: SandboxPerson,
  wave: string,
  out: string,
  words: readonly string[] = [],
): Promise<string[]> {
  const { status, printed } = await answeredApprove(
    person,
    [wave, "--out", out, "--page", join(out, "pages"), ...words],
    (text) => answerIn(text, wave),
  );
  const signed = /^for the operator: npm run batch -- resume \S+ (.+?)(?: --stack \S+)?$/m.exec(printed)?.[1];
  if (status !== 0 || signed === undefined)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `${person.id} did not sign (status ${status ?? "?"})`,
      wanted: "a signed statement for each document",
    });
  return [...signed.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
