// `npm run revoke -- nonce|run|key <value>`: signs a REVOCATION. It counts when the host has admitted it.
import { Argument } from "commander";
import { Stopped } from "../../runner/model/stop.ts";
import { EVERY_RUN, type Payload } from "../../runner/model/payload.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { signOrder } from "../signing/sign-order.ts";
import { withSigningOptions, type SigningOptions } from "../signing/signing-words.ts";

type Kind = Payload<"REVOCATION">["kind"];
type Options = SigningOptions & { readonly run?: string; readonly reason?: string };

withSigningOptions(programNamed("revoke", "sign a revocation: of one signed statement, of a whole run, or of a key"))
  .addArgument(new Argument("<kind>", "what is revoked").choices(["nonce", "run", "key"]))
  .argument("<value>", "nonce (32 hex digits), run id, or full key fingerprint")
  .option("--run <run-id>", "the run a revoked nonce was for")
  .option("--reason <text>", "why, for a run; everybody who resumes it is told")
  .action((kind: Kind, value: string, options: Options) =>
    runProgram(
      async () => {
        await signOrder("REVOCATION", payloadOf(kind, value, options), options);
        return 0;
      },
      { aboutRun: true },
    ),
  )
  .parse();

function payloadOf(kind: Kind, value: string, { run, reason }: Options): Payload<"REVOCATION"> {
  if (kind === "run") return { kind, run_id: value, value, ...(reason === undefined ? {} : { reason }) };
  if (reason !== undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `a reason for the revocation of a ${kind}`,
      wanted: "a reason of a run's revocation",
    });
  if (kind === "key") return { kind, run_id: EVERY_RUN, value };
  if (run === undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "a nonce without its run",
      wanted: "the run the statement was for",
      next: `npm run revoke -- nonce ${value} --run <run-id>`,
    });
  return { kind, run_id: run, value };
}
