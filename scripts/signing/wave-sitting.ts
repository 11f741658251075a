// A sitting: one person reads the requests of one gate of a whole wave and signs each with a statement and a signature of its own, or
// refuses each. What is batched is the reading's place and time, never the authority (docs/decisions/0153-sittings.md).
import { join } from "node:path";
import { buildRequest, type Request } from "../../runner/model/statement.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { languageFor, type Language } from "../reading/languages.ts";
import { said } from "../reading/page-words.ts";
import { readingOf } from "../reading/reading.ts";
import { writePage } from "../reading/write-page.ts";
import { insistAnotherPerson, remember } from "./approver-profile.ts";
import { approvingPerson, type ApprovingPerson } from "./approving-person.ts";
import { judgedBundle } from "./judged-bundle.ts";
import { refusalOf } from "./sign-order.ts";
import { insistAskingAgent } from "./signing-agent.ts";
import { signRequest, type Signed } from "./sign-statement.ts";
import { pageOf, printSigned, type SigningOptions } from "./signing-words.ts";
import { typedConfirmation } from "./typed-confirmation.ts";
import { readWaveBundle, type WaveBundle } from "./wave-bundle.ts";
import { confirmOne, wavePage, waveQuestions, type Seat } from "./wave-page.ts";

/** All that a sitting takes. `without`: documents that stay unsigned; `page`: folder of the pages to read; `refuse`: why none may go on. */
export interface SittingOptions extends SigningOptions {
  readonly page?: string;
  readonly refuse?: string;
  readonly without?: readonly string[];
  readonly lang?: Language;
}

/**
 * Signs every document of the wave that is not left out, or its refusal. A bundle that does not hold ends the sitting before anything is
 * signed, and so does an answer that is wrong three times.
 */
export async function signWave(folder: string, options: SittingOptions): Promise<number> {
  const { refuse, without = [] } = options;
  const wave = await readWaveBundle(folder);
  const approving = await approvingPerson(options, refuse === undefined ? wave.gate : "REVOCATION");
  await insistAskingAgent(approving.signer);
  const seats = await seatsOf({ folder, wave }, approving, options);
  // A reason out of form is said before anybody reads.
  for (const seat of seats) requestOf(seat, refuse);
  const { words } = languageFor(options.lang, approving.profile);
  const page = pageOf(options);
  page.write(wavePage({ wave, seats, person: approving.person.name, without, refuse }, words));
  if (approving.profile.confirm === "wave") await typedConfirmation(waveQuestions(seats, words), page, words);
  else for (const seat of seats) await confirmOne(seat, { words, page, refuse });
  const signed: Signed[] = [];
  for (const seat of seats) {
    const made = await signRequest(requestOf(seat, refuse), approving, options.out);
    if (refuse === undefined) remember(approving.profile, seat.bundle);
    signed.push(made.signed);
    if (options.json) printSigned(made.statement, made.signed, "");
  }
  const files = signed.map(({ json }) => shellWord(json)).join(" ");
  const verb = refuse === undefined ? `batch -- resume ${wave.batch_id}` : "admit --";
  const next = withStack(`npm run ${verb} ${files}`, options.stack ?? approving.profile.stack ?? SANDBOX_STACK);
  const told = refuse === undefined ? "wave.signed" : "wave.refused";
  page.write(`${said(words, told, { count: signed.length, gate: wave.gate })}\n`);
  page.write(`${said(words, "wave.operator", { command: next })}\n`);
  return 0;
}

/** What is signed of a document: what its run asks for, or that it must not go on. */
const requestOf = ({ bundle: { request } }: Seat, refuse: string | undefined): Request =>
  refuse === undefined
    ? request
    : buildRequest({ gate: "REVOCATION", payload: refusalOf(request.run_id, refuse), requested: new Date() }).request;

async function seatsOf(
  { folder, wave }: { readonly folder: string; readonly wave: WaveBundle },
  { profile, approversSha, person }: ApprovingPerson,
  { without = [], page, lang, refuse }: SittingOptions,
): Promise<Seat[]> {
  const unknown = without.filter((id) => !wave.members.some(({ document_id }) => document_id === id));
  if (unknown.length > 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `--without ${unknown.map(printable).join(", ")}`,
      wanted: "documents of this wave",
    });
  const seats: Seat[] = [];
  for (const { document_id, run_id, bundle: path } of wave.members) {
    if (without.includes(document_id)) continue;
    const bundle = await judgedBundle(join(folder, path), { profile, approversSha });
    const of = bundle.rows[0]?.canonical_address.split("/")[0];
    if (bundle.request.gate !== wave.gate || bundle.request.run_id !== run_id || of !== document_id)
      throw new Stopped("STOP_APPROVAL_INVALID", {
        saw: `the bundle of ${document_id} is ${bundle.request.gate} of ${bundle.request.run_id}, document ${printable(of ?? "none")}`,
        wanted: `${wave.gate} of ${run_id}`,
      });
    // Whoever signed what another person must sign may still refuse it.
    if (refuse === undefined) insistAnotherPerson(profile, bundle);
    const reading = readingOf(bundle, person.name, undefined);
    const file = await writePage(
      reading,
      languageFor(lang, profile),
      page === undefined ? undefined : join(page, `${document_id}.html`),
    );
    seats.push({ document_id, bundle, reading, file });
  }
  if (seats.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "every document left out", wanted: "at least one to sign" });
  return seats;
}
