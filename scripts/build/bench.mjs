// `npm run bench -- <name> [arguments]`: runs test/bench/<name>.ts, which prints ratios. Judges nothing.
import { readdirSync } from "node:fs";
import { runBundled } from "./bundled-program.mjs";

const known = readdirSync(new URL("../../test/bench", import.meta.url))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3))
  .sort();
process.exit(await runBundled("bench", known, process.argv.slice(2)));
