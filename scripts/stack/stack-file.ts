// Reads the values of Pulumi.<stack>.yaml as they stand there, before anything judges them.
import { basename } from "node:path";
import { parse as parseYaml } from "yaml";
import * as z from "zod";
import { valueOf } from "../../infra/config.ts";
import { readPlainSync } from "../../runner/adapters/plain-file.ts";
import { Stopped } from "../../runner/model/stop.ts";

/** What stands under `config:`, by key. STOP_COULD_NOT_LOOK when the file is no stack configuration. */
export function readStackFile(file: string): Readonly<Record<string, unknown>> {
  try {
    const { config } = z
      .looseObject({ config: z.record(z.string(), z.unknown()) })
      .parse(parseYaml(readPlainSync(file).toString("utf8")));
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, valueOf(value)]));
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${basename(file)} is no stack configuration`, wanted: "YAML with a part `config`" },
      error,
    );
  }
}
