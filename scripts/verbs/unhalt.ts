// `npm run unhalt -- <halt-id...>`: signs an UNHALT that names the halts to lift. The halt verb and every STOP_HALTED tell their ids.
import { Command } from "commander";
import { EXIT_USAGE } from "../../runner/model/stop.ts";
import { EVERY_RUN } from "../../runner/model/payload.ts";
import { readProfile } from "../signing/approver-profile.ts";
import { refuseForeignEnvironment } from "../../infra/ssh/environment.ts";
import { runProgram } from "../frame/print-stop.ts";
import { signOrder } from "../signing/sign-order.ts";
import { withSigningOptions, type SigningOptions } from "../signing/signing-words.ts";

withSigningOptions(new Command("unhalt").description("sign the end of halts, each by its id"))
  .argument("<halt-id...>", "ids of halts in force")
  .option("--run <run-id>", "the one run they hold; without it: halts of every run")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((ids: string[], options: SigningOptions & { run?: string }) =>
    runProgram(
      async () => {
        refuseForeignEnvironment();
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
