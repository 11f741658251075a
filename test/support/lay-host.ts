// Lays what a stack declares on this machine: the very scripts `up` sends, run by a local shell. Seconds instead of an engine's start for
// the tests that only need a host; what the engine does with the same scripts is tested in test/infra.
import { execa } from "execa";
import type { StackConfig } from "../../infra/config.ts";
import { declareHost } from "../../infra/host-spec.ts";
import { readSources } from "../../infra/sources.ts";
import { stackConfigOfFile } from "../../scripts/stack/read-stack-file.ts";
import { projectRoot } from "../../infra/place.ts";

/** Components in the order of their declaration, which is the order they stand on each other. Throws with the script's own words. */
export async function layHost(stack: StackConfig): Promise<void> {
  const { components } = declareHost(stack, await readSources(stack, projectRoot(), new Date()));
  for (const { name, script } of components) {
    const done = await execa("sh", ["-s"], { input: script, reject: false });
    if (done.exitCode !== 0) throw new Error(`${name}: ${done.stderr}`);
  }
}

/** The same for the host that a Pulumi.<stack>.yaml declares. */
export const layStackFile = (file: string): Promise<void> => layHost(stackConfigOfFile(file));
