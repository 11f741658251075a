// What a throw-away person who holds the bundle types when approve asks: the first words of a unit, and the payload's last digits.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { firstWords } from "../signing/reading-proof.ts";

/**
 * The answer to the question at the end of what was printed, undefined when nothing is asked there. `bundle` is the folder; the digits
 * are read from what was printed, because a decision made by approve has another payload than the bundle.
 */
export function answerTo(printed: string, bundle: string): string | undefined {
  const address = /type the first [0-9 ]*words? of the text of (\S+): $/.exec(printed)?.[1];
  if (address !== undefined) {
    const plan = jsonOf(readFileSync(join(bundle, "cut_plan.json"), "utf8")) as { readonly rows: readonly PlanRow[] };
    const row = plan.rows.find((one) => one.canonical_address === address);
    return row && firstWords(row);
  }
  if (/type the last six digits of payload_sha, the last line above: $/.test(printed))
    return [...printed.matchAll(/^ {2}payload_sha +([0-9a-f]{64})$/gm)].at(-1)?.[1]?.slice(-6);
  return /type the last six digits of payload ([0-9a-f]{64}): $/.exec(printed)?.[1]?.slice(-6);
}
