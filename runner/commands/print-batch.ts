// Prints how a batch stands: its line, a line a wave and a document, and the next command.
import type { Common } from "./call-options.ts";
import { throttledByHand } from "./batch-engine.ts";
import { answeredBatch } from "../batch/answers.ts";
import { batchRecord } from "../batch/records.ts";
import { batchAnswer, memberAnswers, waveAnswers } from "../rules/batch-answer.ts";
import { batchText } from "../terminal/batch-text.ts";
import { printJson } from "../terminal/print-json.ts";
import type { World } from "../world.ts";

/** Exit 0; with --json one line an answer. Stops as {@link batchRecord}. */
export async function printBatch(common: Common, world: World, id: string): Promise<number> {
  const answered = await answeredBatch(world, await batchRecord(world, id), await throttledByHand(world));
  const [whole, waves, each] = [batchAnswer(answered), waveAnswers(answered), memberAnswers(answered)];
  if (common.json) for (const answer of [whole, ...waves, ...each]) printJson(answer);
  else process.stdout.write(batchText(whole, waves, each));
  return 0;
}
