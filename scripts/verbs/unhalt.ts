// `npm run unhalt -- <halt-id...>`: signs an UNHALT that names the halts to lift. The halt verb and every STOP_HALTED tell their ids.
import { EVERY_RUN } from "../../runner/model/payload.ts";
import { readProfile } from "../signing/approver-profile.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { signOrder } from "../signing/sign-order.ts";
import { withSigningOptions, type SigningOptions } from "../signing/signing-words.ts";

withSigningOptions(programNamed("unhalt", "sign the end of halts, each by its id"))
  .argument("<halt-id...>", "ids of halts in force")
  .option("--run <run-id>", "the one run they hold; without it: halts of every run")
  .action((ids: string[], options: SigningOptions & { run?: string }) =>
    runProgram(
      async () => {
        const halt_ids = [...new Set(ids)].sort((a, b) => Number(a) - Number(b));
        // The host of the profile: its halts and no other host's.
        const { host } = await readProfile(options.profile);
        await signOrder("UNHALT", { run_id: options.run ?? EVERY_RUN, host, halt_ids }, options);
        return 0;
      },
      { aboutRun: true },
    ),
  )
  .parse();
