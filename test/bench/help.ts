// The time to `cutter --help` against a Node that does nothing, in turn. Prints the ratio, never judges.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { loadLine, median, secondsOf } from "../support/bench-ground.ts";

const ROUNDS = 31;
const cutter = join(fileURLToPath(new URL("../..", import.meta.url)), "dist", "runner", "cutter.mjs");
const run = (words: readonly string[]) => secondsOf(() => execa(process.execPath, [...words], { extendEnv: false, env: {}, stdin: "ignore" }));

console.log(loadLine());
const times = { help: [] as number[], nothing: [] as number[] };
for (let round = 0; round < ROUNDS; round += 1) {
  times.nothing.push(await run(["-e", "0"]));
  times.help.push(await run([cutter, "--help"]));
}
const [help, nothing] = [median(times.help), median(times.nothing)];
console.log(`cutter --help ${(help * 1_000).toFixed(0)} ms; node -e 0 ${(nothing * 1_000).toFixed(0)} ms (help / nothing = ${(help / nothing).toFixed(2)}, reach 2.5)`);
