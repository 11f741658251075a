// Runs a built signing program as a person would: reads the digest it shows and types its last digits.
import { execa } from "execa";
import { answerTo } from "../../scripts/sandbox/typed-answers.ts";

/** How it ended; `signed` is the path of the signed file, undefined when it did not sign. */
export interface SigningAnswer {
  readonly status: number | undefined;
  readonly stderr: string;
  readonly signed: string | undefined;
}

/** `line`: program and words. */
export async function signTyping(line: readonly [string, ...string[]], cwd?: string): Promise<SigningAnswer> {
  const [program, ...words] = line;
  const child = execa(program, words, { reject: false, stdin: "pipe", ...(cwd === undefined ? {} : { cwd }) });
  child.stdout.setEncoding("utf8");
  let text = "";
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
    const digest = /of payload ([0-9a-f]{64}): $/.exec(text)?.[1];
    if (digest) child.stdin.end(`${digest.slice(-6)}\n`);
  });
  const { exitCode, stderr } = await child;
  return { status: exitCode, stderr, signed: /^signed and verified: (.+)$/m.exec(text)?.[1] };
}

/** Types what is asked for, from the bundle, wherever the program asks. */
export function typeAnswers(
  child: {
    readonly stdout: NodeJS.ReadableStream;
    readonly stderr: NodeJS.ReadableStream;
    readonly stdin: NodeJS.WritableStream;
  },
  folder: string,
  instead: (answer: string) => string = (answer) => answer,
): void {
  for (const stream of [child.stdout, child.stderr]) {
    let text = "";
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const answer = answerTo(text, folder);
      if (answer !== undefined) child.stdin.write(`${instead(answer)}\n`);
    });
  }
}
