// A throw-away person holds a sitting through the real approve program, typing what it asks for.
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { projectRoot } from "../../infra/place.ts";
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

function answerIn(text: string, wave: string): string | undefined {
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
  const approve = join(projectRoot(), "dist", "scripts", "approve.mjs");
  const own = [
    "--profile",
    person.profileFile,
    "--key-file",
    person.keyFile,
    "--out",
    out,
    "--page",
    join(out, "pages"),
  ];
  const child = execa(process.execPath, [approve, wave, ...own, ...words], {
    extendEnv: false,
    env: childEnvironment(),
    reject: false,
    stdin: "pipe",
    stderr: "inherit",
  });
  child.stdout.setEncoding("utf8");
  let text = "";
  let asked = 0;
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    const answer = answerIn(text, wave);
    // Each question is answered once: what was printed until here is done with.
    if (answer === undefined || text.length <= asked) return;
    asked = text.length;
    child.stdin.write(`${answer}\n`);
  });
  const result = await child;
  const signed = /^for the operator: npm run batch -- resume \S+ (.+?)(?: --stack \S+)?$/m.exec(text)?.[1];
  if (result.exitCode !== 0 || signed === undefined)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `${person.id} did not sign (status ${result.exitCode ?? "?"})`,
      wanted: "a signed statement for each document",
    });
  return [...signed.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
