// A sitting: one person reads the requests of one gate of a whole wave and signs each with a statement and a signature of its own, or
// refuses each. What is batched is the reading's place and time, never the authority (docs/decisions/0153-sittings.md).
import { join } from "node:path";
import { buildRequest, type Request } from "../../runner/model/statement.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { languageFor, type Language } from "../reading/languages.ts";
import { said, type PageWords } from "../reading/page-words.ts";
import { readingOf } from "../reading/reading.ts";
import { writePage } from "../reading/write-page.ts";
import { insistAnotherPerson, remember } from "./approver-profile.ts";
import { approvingPerson, type ApprovingPerson } from "./approving-person.ts";
import { judgedBundle } from "./judged-bundle.ts";
import { signInTurn } from "./passphrase-once.ts";
import { refusalOf } from "./sign-order.ts";
import { insistAskingAgent } from "./signing-agent.ts";
import type { Signed } from "./sign-statement.ts";
import { pageOf, printSigned, type SigningOptions } from "./signing-words.ts";
import { typedConfirmation, type Page } from "./typed-confirmation.ts";
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
  const requests = seats.map((seat) => (): Request => requestOf(seat, refuse));
  const told = (): void => tellOperator({ wave, signed, refuse, approving, options, words, page });
  try {
    await signInTurn(requests, { approving, out: options.out, words, page }, (made, at) => {
      const seat = seats[at];
      if (refuse === undefined && seat) remember(approving.profile, seat.bundle);
      signed.push(made.signed);
      if (options.json) printSigned(made.statement, made.signed, "");
    });
  } catch (error) {
    // What was signed before gpg failed counts: the operator gets it, the person signs the rest anew.
    if (signed.length > 0) told();
    throw error;
  }
  told();
  return 0;
}

interface Outcome {
  readonly wave: WaveBundle;
  readonly signed: readonly Signed[];
  readonly refuse: string | undefined;
  readonly approving: ApprovingPerson;
  readonly options: SittingOptions;
  readonly words: PageWords;
  readonly page: Page;
}

function tellOperator({ wave, signed, refuse, approving, options, words, page }: Outcome): void {
  const files = signed.map(({ json }) => shellWord(json)).join(" ");
  const verb = refuse === undefined ? `batch -- resume ${wave.batch_id}` : "admit --";
  const next = withStack(`npm run ${verb} ${files}`, options.stack ?? approving.profile.stack ?? SANDBOX_STACK);
  const key = refuse === undefined ? "wave.signed" : "wave.refused";
  page.write(`${said(words, key, { count: signed.length, gate: wave.gate })}\n`);
  page.write(`${said(words, "wave.operator", { command: next })}\n`);
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
