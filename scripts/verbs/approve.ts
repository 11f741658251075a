// `npm run approve -- <bundle>`: computes the plan again on this machine, shows what is signed, asks, signs, verifies what it wrote.
// With --refuse it signs that the run must not go on, and why.
import { randomBytes } from "node:crypto";
import { Option } from "commander";
import { Stopped } from "../../runner/model/stop.ts";
import type { Payload } from "../../runner/model/payload.ts";
import { buildRequest } from "../../runner/model/statement.ts";
import { utcMillis } from "../../runner/model/utc.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { languageFor, languageOption } from "../reading/languages.ts";
import { said, type PageWords } from "../reading/page-words.ts";
import { readingOf, type Reading } from "../reading/reading.ts";
import { showInPager } from "../reading/units-pager.ts";
import { writePage } from "../reading/write-page.ts";
import { insistAnotherPerson, remember } from "../signing/approver-profile.ts";
import { approvingPerson, profilePerson } from "../signing/approving-person.ts";
import { insistOwnCopy, type Bundle } from "../signing/bundle.ts";
import { judgedBundle, otherText } from "../signing/judged-bundle.ts";
import { drawnRows, payloadDigits, wordQuestions } from "../signing/reading-proof.ts";
import { requestReading, unitsText } from "../signing/request-reading.ts";
import { refusalOf, signOrder } from "../signing/sign-order.ts";
import { insistAskingAgent } from "../signing/signing-agent.ts";
import { signRequest } from "../signing/sign-statement.ts";
import { pageOf, tellSigned, withSigningOptions } from "../signing/signing-words.ts";
import { typedConfirmation, typedLine } from "../signing/typed-confirmation.ts";
import { isWaveBundle } from "../signing/wave-bundle.ts";
import { signWave, type SittingOptions } from "../signing/wave-sitting.ts";

type Decision = Payload<"SG_3_failure_escalation">["decision"];
interface Options extends SittingOptions {
  readonly copy?: string;
  readonly decision?: Decision;
}

/** Options about the text or the run of one document; whatever a sitting does not take stands here. */
const OF_ONE_DOCUMENT: Readonly<Record<Exclude<keyof Options, keyof SittingOptions>, string>> = {
  copy: "--copy",
  decision: "--decision",
};

withSigningOptions(programNamed("approve", "read, judge and sign one request with your own OpenPGP key"))
  .argument("<bundle>", "folder of the request, fetched from the host")
  .option("--copy <file>", "your own copy of the text, compared byte for byte")
  .option("--page <file>", "where the page to read goes; default pages/<run>-<gate>.html")
  .option(
    "--refuse <reason>",
    "sign that this run, or each of a wave, must not go on, and why; no further signatures are requested",
  )
  .addOption(
    new Option("--decision <decision>", "of a torn run, for SG_3_failure_escalation only").choices([
      "hold",
      "compensate",
      "void",
    ]),
  )
  .addOption(languageOption())
  .option("--without <documents...>", "of a wave bundle: documents that stay unsigned")
  .action((folder: string, options: Options) =>
    runProgram(() => (isWaveBundle(folder) ? approveWave(folder, options) : approve(folder, options)), {
      aboutRun: true,
    }),
  )
  .parse();

async function approveWave(folder: string, options: Options): Promise<number> {
  const given = Object.entries(OF_ONE_DOCUMENT).find(([name]) => name in options);
  if (given)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${given[1]} for a whole wave`,
      wanted: `the folder of one document with ${given[1]}`,
      hint: `each document of the wave is a folder below ${printable(folder)}: approve that one by itself`,
    });
  return signWave(folder, options);
}

async function approve(folder: string, options: Options): Promise<number> {
  if (options.without !== undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "--without for the request of one document",
      wanted: "--without with the folder of a wave, or no --without",
    });
  const judged = await judgedBundle(folder, await profilePerson(options.profile));
  if (options.refuse !== undefined) return refuse(judged, options.refuse, options);
  const bundle = decided(judged, options.decision);
  const { request } = bundle;
  // Whatever would stop the signature is said before anybody reads for hours.
  const approving = await approvingPerson(options, request.gate);
  const { profile, person } = approving;
  insistAnotherPerson(profile, bundle);
  await insistAskingAgent(approving.signer);
  const copy = options.copy === undefined ? undefined : await otherText(options.copy, "your own copy");
  const reading = readingOf(bundle, person.name, copy && { kind: "copy", name: options.copy ?? "", bytes: copy });
  const language = languageFor(options.lang, profile);
  const { words } = language;
  const file = await writePage(reading, language, options.page);
  if (copy) insistOwnCopy(bundle, copy);
  const page = pageOf(options);
  page.write(requestReading(reading, file, words));
  await offerPager(reading, words, page);
  const drawn = drawnRows(bundle.rows, request.payload_sha, randomBytes(16).toString("hex"));
  await typedConfirmation([...wordQuestions(drawn, words), payloadDigits(request.payload_sha, words)], page, words);
  const { statement, signed } = await signRequest(request, approving, options.out);
  remember(profile, bundle);
  // A torn run is not resumed: its decision is only admitted.
  const next = request.gate === "SG_3_failure_escalation" ? "npm run admit --" : `npm run resume -- ${request.run_id}`;
  tellSigned(statement, signed, `${next} ${shellWord(signed.json)}`, { ...options, profile, words });
  return 0;
}

/** A refusal is the revocation of the run, with its reason: admitted, it ends every request of the run and leaves only the way back. */
async function refuse({ request }: Bundle, reason: string, options: Options): Promise<number> {
  await signOrder("REVOCATION", refusalOf(request.run_id, reason), options);
  return 0;
}

/** At a terminal the units may be read here; a pipe is not asked. */
async function offerPager(reading: Reading, words: PageWords, page: NodeJS.WriteStream): Promise<void> {
  if (!process.stdin.isTTY || !page.isTTY) return;
  for (;;) {
    const answer = await typedLine(`${said(words, "ask.pager")} `, page);
    if (answer !== "p") return;
    if (!(await showInPager(unitsText(reading, words)))) page.write(`${said(words, "ask.noPager")}\n`);
  }
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
