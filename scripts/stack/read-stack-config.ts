// A stack's configuration as typed values, read through the engine and never from its state: a fresh clone has no state.
import * as z from "zod";
import { stackConfigFrom, valueOf } from "../../infra/config.ts";
import type { StackConfig } from "../../infra/config.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { call } from "./pulumi.ts";
import type { Engine } from "./pulumi.ts";

const answerSchema = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);

/** Reads and judges the configuration. STOP_PRECHECK_FAILED names every mistake, never a value. */
export async function readStackConfig(engine: Engine): Promise<StackConfig> {
  const answer = await call(
    engine,
    ["config", "--json", "--stack", engine.place.stack, "--config-file", engine.configFile],
    { limitSeconds: 60 },
  );
  const parsed = answer.status === 0 ? answerSchema.safeParse(JSON.parse(answer.stdout)) : undefined;
  if (!parsed?.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the engine could not read the configuration of stack ${engine.place.stack} (status ${answer.status})`,
      wanted: "its values",
    });
  return stackConfigFrom((key) => parsed.data[key]?.objectValue ?? valueOf(parsed.data[key]?.value));
}
