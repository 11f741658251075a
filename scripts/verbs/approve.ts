// `npm run approve -- <bundle>`: computes the plan again on this machine, shows what is signed, asks, signs, verifies what it wrote.
import { Option } from "commander";
import { Stopped } from "../../runner/model/stop.ts";
import type { Payload } from "../../runner/model/payload.ts";
import { buildRequest } from "../../runner/model/statement.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { remember } from "../signing/approver-profile.ts";
import { approvingPerson, profilePerson } from "../signing/approving-person.ts";
import { insistOwnCopy, type Bundle } from "../signing/bundle.ts";
import { judgedBundle, otherText } from "../signing/judged-bundle.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { requestReading } from "../signing/request-reading.ts";
import { signRequest } from "../signing/sign-statement.ts";
import { pageOf, tellSigned, withSigningOptions, type SigningOptions } from "../signing/signing-words.ts";
import { lastDigits, typedConfirmation } from "../signing/typed-confirmation.ts";
import { utcMillis } from "../../runner/model/utc.ts";

type Decision = Payload<"SG_3_failure_escalation">["decision"];
interface Options extends SigningOptions {
  readonly copy?: string;
  readonly decision?: Decision;
}

withSigningOptions(programNamed("approve", "read, judge and sign one request with your own OpenPGP key"))
  .argument("<bundle>", "folder of the request, fetched from the host")
  .option("--copy <file>", "your own copy of the text, compared byte for byte")
  .addOption(
    new Option("--decision <decision>", "of a torn run, for SG_3_failure_escalation only").choices([
      "hold",
      "compensate",
      "void",
    ]),
  )
  .action((folder: string, options: Options) => runProgram(() => approve(folder, options), { aboutRun: true }))
  .parse();

async function approve(folder: string, options: Options): Promise<number> {
  const bundle = decided(await judgedBundle(folder, await profilePerson(options.profile)), options.decision);
  const { request } = bundle;
  const approving = await approvingPerson(options, request.gate);
  const { profile, person } = approving;
  if (options.copy) insistOwnCopy(bundle, await otherText(options.copy, "your own copy"));
  const page = pageOf(options);
  page.write(requestReading(bundle, person.name));
  await typedConfirmation(
    [{ question: "type the number of units: ", wanted: String(bundle.rows.length) }, lastDigits(request.payload_sha)],
    page,
  );
  const { statement, signed } = await signRequest(request, approving, options.out);
  remember(profile, bundle);
  // A torn run is not resumed: its decision is only admitted.
  const next = request.gate === "SG_3_failure_escalation" ? "npm run admit --" : `npm run resume -- ${request.run_id}`;
  tellSigned(statement, signed, `${next} ${shellWord(signed.json)}`, { ...options, profile });
  return 0;
}

/** The host asks about a torn run; what is to be done is the word of the person who signs. */
function decided(bundle: Bundle, decision: Decision | undefined): Bundle {
  const { request } = bundle;
  if (request.gate !== "SG_3_failure_escalation") {
    if (decision)
      throw new Stopped("STOP_REFUSED_INPUT", {
        saw: `a decision for ${request.gate}`,
        wanted: "no --decision: it is for SG_3_failure_escalation",
      });
    return bundle;
  }
  if (!decision)
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "no decision", wanted: "--decision hold, compensate or void" });
  const requested = new Date(utcMillis(request.requested_utc));
  return {
    ...bundle,
    request: buildRequest({ gate: request.gate, payload: { ...request.payload, decision }, requested }).request,
  };
}
