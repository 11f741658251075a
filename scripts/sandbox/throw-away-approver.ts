// A throw-away person signs a request through the real approve program, typing what it asks for from the bundle they hold.
import { basename, join } from "node:path";
import { Stopped } from "../../runner/model/stop.ts";
import { answeredApprove } from "./answered-approve.ts";
import { answerTo } from "./typed-answers.ts";
import type { SandboxPerson } from "./throw-away-keys.ts";

/** Answers the path of the signed statement; `words` are more options of approve. */
export async function signAs(
  person: SandboxPerson,
  bundle: string,
  out: string,
  words: readonly string[] = [],
): Promise<string> {
  const { status, printed } = await answeredApprove(
    person,
    [bundle, "--out", out, "--page", join(out, "pages", `${basename(bundle)}.html`), ...words],
    (text) => answerTo(text, bundle),
  );
  const signed = /^signed and verified: (.+)$/m.exec(printed)?.[1] ?? "";
  if (status !== 0 || signed === "")
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `${person.id} did not sign (status ${status ?? "?"})`,
      wanted: "a signed statement",
    });
  return signed;
}
