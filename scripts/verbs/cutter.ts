// `cutter [verb] [words…]`, and `npm run cutter -- …`: the front of every verb; without words what needs attention now.
import { attention } from "../command-line/attention.ts";
import { runFront, runProgramFile } from "../command-line/front.ts";
import { hostWords } from "../operator/host-words.ts";

await runFront({ program: runProgramFile, host: hostWords, attention }, process.argv.slice(2));
