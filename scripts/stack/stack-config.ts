// Writes Pulumi.<stack>.yaml from typed values, and keeps what the engine itself wrote there.
import { existsSync, readFileSync } from "node:fs";
import { STACK_KEYS, parseStackConfig } from "../../infra/config.ts";
import type { StackConfig } from "../../infra/config.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";

/** Text of the file; JSON is YAML, so every value stands on one line. `kept`: lines of the engine (its salt). */
export function stackConfigText(config: StackConfig, kept: readonly string[] = []): string {
  const lines = STACK_KEYS.filter((key) => config[key] !== undefined).map(
    (key) => `  cutter:${key}: ${JSON.stringify(config[key])}`,
  );
  return `${[...kept, "config:", ...lines].join("\n")}\n`;
}

/** Writes the file (0600) when it differs. Values must parse: a mistake is found here and not on the host. */
export function writeStackConfig(file: string, config: StackConfig): void {
  const kept = existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => /^(?:encryptionsalt|secretsprovider):/.test(line))
    : [];
  writeWhenChanged(file, stackConfigText(parseStackConfig(config), kept));
}
