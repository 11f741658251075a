// A sitting: one person reads the requests of one gate of a whole wave and signs each with a statement and a signature of its own. What is
// batched is the reading's place and time, never the authority (docs/decisions/0153-sittings.md).
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { digestOf } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { languageFor, type Language } from "../reading/languages.ts";
import { beforeFact } from "../reading/summary-facts.ts";
import { said, type PageKey, type PageWords } from "../reading/page-words.ts";
import { readingOf, type Reading } from "../reading/reading.ts";
import { writePage } from "../reading/write-page.ts";
import { insistAnotherPerson, remember } from "./approver-profile.ts";
import { approvingPerson, type ApprovingPerson } from "./approving-person.ts";
import type { Bundle } from "./bundle.ts";
import { judgedBundle } from "./judged-bundle.ts";
import { drawnRows, payloadDigits, wordQuestions } from "./reading-proof.ts";
import { requestReading } from "./request-reading.ts";
import { insistAskingAgent } from "./signing-agent.ts";
import { signRequest, type Signed } from "./sign-statement.ts";
import { pageOf, printSigned, type SigningOptions } from "./signing-words.ts";
import { typedConfirmation, type Confirmation, type Page } from "./typed-confirmation.ts";
import { readWaveBundle, type WaveBundle } from "./wave-bundle.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";

/** `without`: documents that stay unsigned; `page`: folder of the pages to read. */
export interface SittingOptions extends SigningOptions {
  readonly page?: string;
  readonly without?: readonly string[];
  readonly lang?: Language;
}

/** One document of the sitting, judged on this machine. */
interface Seat {
  readonly document_id: string;
  readonly bundle: Bundle;
  readonly reading: Reading;
  /** Where its page to read lies. */
  readonly file: string;
}

/** Documents of which a unit is asked about where a whole wave is confirmed at once. */
const DRAWN = 3;

/** Signs every document of the wave that is not left out. A bundle that does not hold ends the sitting before anything is signed. */
export async function signWave(folder: string, options: SittingOptions): Promise<number> {
  const wave = await readWaveBundle(folder);
  const approving = await approvingPerson(options, wave.gate);
  await insistAskingAgent(approving.signer);
  const seats = await seatsOf({ folder, wave }, approving, options);
  const { words } = languageFor(options.lang, approving.profile);
  const page = pageOf(options);
  page.write(wavePage({ wave, seats, person: approving.person.name, without: options.without ?? [] }, words));
  if (approving.profile.confirm === "wave") await typedConfirmation(waveQuestions(seats, words), page, words);
  const signed: Signed[] = [];
  for (const seat of seats) {
    if (approving.profile.confirm !== "wave") await confirmOne(seat, words, page);
    const made = await signRequest(seat.bundle.request, approving, options.out);
    remember(approving.profile, seat.bundle);
    signed.push(made.signed);
    if (options.json) printSigned(made.statement, made.signed, "");
  }
  const files = signed.map(({ json }) => shellWord(json)).join(" ");
  const next = withStack(
    `npm run batch -- resume ${wave.batch_id} ${files}`,
    options.stack ?? approving.profile.stack ?? SANDBOX_STACK,
  );
  page.write(`${said(words, "wave.signed", { count: signed.length, gate: wave.gate })}\n`);
  page.write(`${said(words, "wave.operator", { command: next })}\n`);
  return 0;
}

async function seatsOf(
  { folder, wave }: { readonly folder: string; readonly wave: WaveBundle },
  { profile, approversSha, person }: ApprovingPerson,
  { without = [], page, lang }: SittingOptions,
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
    insistAnotherPerson(profile, bundle);
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

interface WaveShown {
  readonly wave: WaveBundle;
  readonly seats: readonly Seat[];
  readonly person: string;
  readonly without: readonly string[];
}

/** One line a document, from what was computed on this machine; every document can be read in full from its own bundle. */
function wavePage({ wave, seats, person, without }: WaveShown, words: PageWords): string {
  const lines = seats.map(({ document_id, bundle: { rows, manifest, findings, request } }) => {
    const bytes = manifest.region.byte_end - manifest.region.byte_start;
    const noted = manifest.findings.length + findings.environment.length;
    const told = [
      document_id.padEnd(32),
      said(words, "wave.units", { count: rows.length }).padStart(11),
      said(words, "wave.bytes", { count: bytes }).padStart(15),
      said(words, "wave.findings", { count: noted }).padStart(12),
      request.payload_sha.slice(-6),
    ];
    return `  ${told.join("  ")}\n`;
  });
  const labelled = (key: PageKey, value: string | number): string => `  ${said(words, key).padEnd(22)}  ${value}\n`;
  const units = seats.reduce((sum, { bundle }) => sum + bundle.rows.length, 0);
  return [
    `\n${printable(said(words, "wave.title", { person, gate: wave.gate, count: seats.length }))}\n`,
    `${said(words, "wave.of", { wave: wave.wave, batch: wave.batch_id })}\n\n`,
    ...lines,
    `\n${labelled("wave.documents", seats.length)}`,
    labelled("wave.all", units),
    labelled("wave.digest", membersDigest(seats)),
    ...seats.slice(0, 1).flatMap(({ bundle }) => beforeFact(bundle, words).map(([key, value]) => labelled(key, value))),
    ...(without.length === 0 ? [] : [labelled("wave.left", without.map(printable).join(", "))]),
    `\n  ${said(words, "wave.pages")}\n`,
    ...seats.map(({ file }) => `  ${printable(file)}\n`),
    "\n",
  ].join("");
}

/** Over every document and payload of the sitting, in their order. */
const membersDigest = (seats: readonly Seat[]): string =>
  digestOf(seats.map(({ document_id, bundle }) => [document_id, bundle.request.payload_sha]));

/** Documents, units, the wave's digits, and a unit of three documents that the digest and chance draw. */
function waveQuestions(seats: readonly Seat[], words: PageWords): Confirmation[] {
  const [digest, chance] = [membersDigest(seats), randomBytes(16).toString("hex")];
  const units = seats.reduce((sum, { bundle }) => sum + bundle.rows.length, 0);
  const drawn = seats
    .map((seat) => ({ seat, order: digestOf([digest, chance, seat.document_id]) }))
    .sort((one, other) => (one.order < other.order ? -1 : 1))
    .slice(0, DRAWN)
    .flatMap(({ seat: { bundle } }) => drawnRows(bundle.rows, bundle.request.payload_sha, chance).slice(0, 1));
  return [
    { question: `${said(words, "wave.askDocuments")} `, wanted: String(seats.length) },
    { question: `${said(words, "wave.askUnits")} `, wanted: String(units) },
    { question: `${said(words, "wave.askDigits")} `, wanted: digest.slice(-6) },
    ...wordQuestions(drawn, words),
  ];
}

/** One document as in a single approval: its screen, its page, words of its law and the payload's digits. */
async function confirmOne({ bundle, reading, file }: Seat, words: PageWords, page: Page): Promise<void> {
  const { payload_sha } = bundle.request;
  page.write(requestReading(reading, file, words));
  const drawn = drawnRows(bundle.rows, payload_sha, randomBytes(16).toString("hex"));
  await typedConfirmation([...wordQuestions(drawn, words), payloadDigits(payload_sha, words)], page, words);
}
