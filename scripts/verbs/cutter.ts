// `cutter [verb] [words…]`, and `npm run cutter -- …`: the front of every verb; without words what needs attention now.
import { runFront, runProgramFile } from "../command-line/front.ts";

// Help and suggestions answer at once: what speaks with a host is loaded when it is asked for.
await runFront(
  {
    program: runProgramFile,
    host: async (words) => (await import("../operator/host-words.ts")).hostWords(words),
    attention: async (options) => (await import("../command-line/attention.ts")).attention(options),
  },
  process.argv.slice(2),
);
