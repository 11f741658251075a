// The Pulumi engine is there before the tests that need it: a machine without an official download builds it once, for minutes, which no
// test's time should pay for.
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { defaultPulumiHome } from "../../scripts/toolchain/pulumi-home.ts";

/** vitest's global setup. */
export async function setup(): Promise<void> {
  await ensureEngine(defaultPulumiHome(), (line) => void process.stderr.write(`${line}\n`));
}
