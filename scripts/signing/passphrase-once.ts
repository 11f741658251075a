// A sitting signs many documents and asks for the passphrase once: it is typed here, unseen, handed to each gpg through a pipe of its own
// and wiped after the last (docs/decisions/0153-sittings.md). A card keeps asking for its PIN, and an agent that takes no passphrase from
// here keeps asking by itself.
import { execa } from "execa";
import type { Request } from "../../runner/model/statement.ts";
import { said, type PageKey, type PageWords } from "../reading/page-words.ts";
import type { ApprovingPerson } from "./approving-person.ts";
import { hiddenLine } from "./hidden-line.ts";
import { isBadPassphrase, placeOf, withKeyrings, type Place, type Signer } from "./signing-agent.ts";
import { signRequest } from "./sign-statement.ts";
import type { Page } from "./typed-confirmation.ts";

const TRIES = 3;

/** How a key's signatures are asked for: by nobody, each by whom the words of the key name, or once for all of them. */
type Asking = "nothing" | "once" | Extract<PageKey, "wave.askedByCard" | "wave.askedByAgent">;
type Made = Awaited<ReturnType<typeof signRequest>>;

interface Sitting {
  readonly approving: ApprovingPerson;
  /** Folder of the signed files. */
  readonly out: string;
  readonly words: PageWords;
  readonly page: Page;
}

/** Signs each request in turn; `each` is told of every one that was signed, before the next. */
export async function signInTurn(
  requests: readonly (() => Request)[],
  { approving, out, words, page }: Sitting,
  each: (made: Made, at: number) => void,
): Promise<void> {
  const { signer, key } = approving;
  const count = requests.length;
  const asking = count > 1 && process.stdin.isTTY ? await askingOf(signer, key.fingerprint) : "nothing";
  if (asking !== "once" && asking !== "nothing") page.write(`${said(words, asking, { count })}\n`);
  let typed = asking === "once" ? await asked(words, page, count) : undefined;
  const sign = (request: Request): Promise<Made> => {
    const by = typed === undefined ? signer : { ...signer, passphrase: typed };
    return signRequest(request, { ...approving, signer: by }, out);
  };
  try {
    for (const [at, request] of requests.entries()) {
      // Only the first may meet a slip of the fingers: what signed once signs again.
      for (let tries = at === 0 ? TRIES : 1; ;) {
        const made = await sign(request()).catch((error: unknown) => {
          tries -= 1;
          if (typed === undefined || tries === 0 || !isBadPassphrase(error)) throw error;
        });
        if (made) {
          each(made, at);
          break;
        }
        typed?.fill(0);
        page.write(`${said(words, "ask.again", { count: tries })}\n`);
        typed = await asked(words, page, count);
      }
    }
  } finally {
    typed?.fill(0);
  }
}

/** The passphrase; undefined when the person leaves it to the agent, which is said. */
async function asked(words: PageWords, page: Page, count: number): Promise<Buffer | undefined> {
  const typed = await hiddenLine(() => page.write(`${said(words, "wave.passphrase", { count })} `));
  page.write("\n");
  if (typed !== undefined && typed.length > 0) return typed;
  page.write(`${said(words, "wave.askedByAgent", { count })}\n`);
  return undefined;
}

/** Asks gpg where the key lies, and the agent how it is protected and whether it takes a passphrase from here. */
async function askingOf(signer: Signer, fingerprint: string): Promise<Asking> {
  if (signer.kind !== "person-gpg") return "nothing";
  const place = placeOf(signer);
  const grips = await signingGrips(await withKeyrings(place), fingerprint);
  if (grips === "card") return "wave.askedByCard";
  const kept = await Promise.all(grips.map((grip) => agent(place, `keyinfo ${grip}`)));
  // A card's key is of type T, one on disk of type D; C is a key without passphrase.
  const forms = kept.map((answer) => /^S KEYINFO \S+ (\S) \S+ \S+ \S+ (\S)/m.exec(answer));
  if (forms.some((form) => form?.[1] === "T")) return "wave.askedByCard";
  if (forms.length === 0 || forms.some((form) => form?.[1] !== "D")) return "wave.askedByAgent";
  if (forms.every((form) => form?.[2] === "C")) return "nothing";
  return /^OK/m.test(await agent(place, "option pinentry-mode=loopback")) ? "once" : "wave.askedByAgent";
}

/** Keygrips of the key and its subkeys that may sign here; `card` when one of them lies on a card. */
async function signingGrips({ program, env, words }: Place, fingerprint: string): Promise<readonly string[] | "card"> {
  const listed = ["--no-options", "--batch", "--with-colons", "--with-keygrip", "--list-secret-keys", fingerprint];
  const { stdout, exitCode } = await execa(program, [...words, ...listed], { env, extendEnv: false, reject: false });
  if (exitCode !== 0) return [];
  const grips: string[] = [];
  let signs = false;
  for (const fields of stdout.split("\n").map((line) => line.split(":"))) {
    const [kind = ""] = fields;
    if (kind === "sec" || kind === "ssb") {
      // Field 12: what this key by itself may do, in small letters. Field 15: + on disk, # not here, else the number of its card.
      signs = (fields[11] ?? "").includes("s") && fields[14] !== "#";
      if (signs && fields[14] !== "+") return "card";
    } else if (kind === "grp" && signs) grips.push(fields[9] ?? "");
  }
  return grips;
}

/** What the agent answers to one line of its own protocol; empty where it cannot be asked. */
async function agent({ env, words }: Place, line: string): Promise<string> {
  const told = await execa("gpg-connect-agent", [...words, line, "/bye"], { env, extendEnv: false, reject: false });
  return told.exitCode === 0 ? told.stdout : "";
}
