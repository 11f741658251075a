// `npm run soak -- <name> [arguments]`: runs test/soak/<name>.ts. It fails when anything was lost or stands twice, and writes its numbers
// where they are told.
import { runBundled } from "./bundled-program.mjs";

process.exit(await runBundled("soak", ["batch"], process.argv.slice(2)));
