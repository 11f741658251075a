// The time to `cutter --help`, on the host and on the workstation, against a Node that does nothing, in turn. Prints the ratio, never judges.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { costOf, loadLine, ratio, rounds, shown, type Cost } from "../support/bench-ground.ts";

const ROUNDS = rounds(21);
const project = fileURLToPath(new URL("../..", import.meta.url));
const cutter = join(project, "dist", "runner", "cutter.mjs");
const front = join(project, "scripts", "build", "cutter.mjs");
const run = (words: readonly string[]) =>
  costOf(() => execa(process.execPath, [...words], { extendEnv: false, env: {}, stdin: "ignore" }));

console.log(loadLine());
const times = { help: [] as Cost[], front: [] as Cost[], nothing: [] as Cost[] };
for (let round = 0; round < ROUNDS; round += 1) {
  times.nothing.push(await run(["-e", "0"]));
  times.help.push(await run([cutter, "--help"]));
  times.front.push(await run([front, "--help"]));
}
console.log(
  `cutter --help ${shown(times.help)}; node -e 0 ${shown(times.nothing)}; help / nothing = ${ratio(times.help, times.nothing)}; reach 2.5`,
);
console.log(`on the workstation ${shown(times.front)}; help / nothing = ${ratio(times.front, times.nothing)}`);
