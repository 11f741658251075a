// The values of a Pulumi.<stack>.yaml as they stand in the file: no engine, no state, no passphrase needed.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { YAML } from "zx";
import * as z from "zod";
import { stackConfigFrom, valueOf, type StackConfig } from "../../infra/config.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { projectRoot } from "../../infra/place.ts";

/** What stands under `config:`, by key. STOP_COULD_NOT_LOOK when the file is no stack configuration. */
export function readStackFile(file: string): Readonly<Record<string, unknown>> {
  try {
    const { config } = z
      .looseObject({ config: z.record(z.string(), z.unknown()) })
      .parse(YAML.parse(readFileSync(file, "utf8")));
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, valueOf(value)]));
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${basename(file)} is no stack configuration`, wanted: "YAML with a part `config`" },
      error,
    );
  }
}

/** The file that --stack means: a name of this project, or the path of such a file. STOP_COULD_NOT_LOOK when there is none. */
export function stackFileOf(stack: string): string {
  const file = stack.endsWith(".yaml") ? stack : join(projectRoot(), `Pulumi.${stack}.yaml`);
  if (!existsSync(file))
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `no ${basename(file)}`,
      wanted: "the configuration of a stack",
      hint: "name a stack of this project, or the path of a colleague's stack file",
    });
  return file;
}

/** The whole configuration, typed. STOP_PRECHECK_FAILED names every mistake, never a value. */
export function stackConfigOfFile(file: string): StackConfig {
  const values = readStackFile(file);
  return stackConfigFrom((key) => values[key]);
}
