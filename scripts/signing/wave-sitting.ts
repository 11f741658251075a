// A sitting: one person reads the requests of one gate of a whole wave and signs each with a statement and a signature of its own. What is
// batched is the reading's place and time, never the authority (docs/decisions/0153-sittings.md).
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { digestOf } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
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
import { pageOf, type SigningOptions } from "./signing-words.ts";
import { typedConfirmation, type Confirmation, type Page } from "./typed-confirmation.ts";
import { readWaveBundle, type WaveBundle } from "./wave-bundle.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

/** `without`: documents that stay unsigned; `page`: folder of the pages to read. */
export interface SittingOptions extends SigningOptions {
  readonly page?: string;
  readonly without?: readonly string[];
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
  const page = pageOf(options);
  page.write(wavePage(wave, seats, approving.person.name, options.without ?? []));
  if (approving.profile.confirm === "wave") await typedConfirmation(waveQuestions(seats), page);
  const signed: Signed[] = [];
  for (const seat of seats) {
    if (approving.profile.confirm !== "wave") await confirmOne(seat, page);
    const made = await signRequest(seat.bundle.request, approving, options.out);
    remember(approving.profile, seat.bundle);
    signed.push(made.signed);
    if (options.json) tell(made.statement, made.signed);
  }
  const files = signed.map(({ json }) => shellWord(json)).join(" ");
  const next = withStack(
    `npm run batch -- resume ${wave.batch_id} ${files}`,
    options.stack ?? approving.profile.stack ?? SANDBOX_STACK,
  );
  page.write(`signed and verified: ${signed.length} statements of ${wave.gate}, each with its .sig\n`);
  page.write(`for the operator: ${next}\n`);
  return 0;
}

async function seatsOf(
  { folder, wave }: { readonly folder: string; readonly wave: WaveBundle },
  { profile, approversSha, person }: ApprovingPerson,
  { without = [], page }: SittingOptions,
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
    const file = await writePage(reading, page === undefined ? undefined : join(page, `${document_id}.html`));
    seats.push({ document_id, bundle, reading, file });
  }
  if (seats.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "every document left out", wanted: "at least one to sign" });
  return seats;
}

/** One line a document, from what was computed on this machine; every document can be read in full from its own bundle. */
function wavePage(wave: WaveBundle, seats: readonly Seat[], person: string, without: readonly string[]): string {
  const lines = seats.map(({ document_id, bundle: { rows, manifest, findings, request } }) => {
    const bytes = manifest.region.byte_end - manifest.region.byte_start;
    const noted = manifest.findings.length + findings.environment.length;
    const told = [
      document_id.padEnd(32),
      `${rows.length} units`.padStart(11),
      `${bytes} bytes`.padStart(15),
      `${noted} findings`.padStart(12),
      request.payload_sha.slice(-6),
    ];
    return `  ${told.join("  ")}\n`;
  });
  const units = seats.reduce((sum, { bundle }) => sum + bundle.rows.length, 0);
  return [
    `\n${printable(person)}, you are asked to sign ${wave.gate} for ${seats.length} documents\n`,
    `wave ${wave.wave} of batch ${wave.batch_id}\n\n`,
    ...lines,
    `\n  documents               ${seats.length}\n`,
    `  units in all            ${units}\n`,
    `  the wave's digest       ${membersDigest(seats)}\n`,
    ...(without.length === 0 ? [] : [`  left out, unsigned      ${without.map(printable).join(", ")}\n`]),
    "\n  each document is signed by a statement of its own; each in full:\n",
    ...seats.map(({ file }) => `  ${printable(file)}\n`),
    "\n",
  ].join("");
}

/** Over every document and payload of the sitting, in their order. */
const membersDigest = (seats: readonly Seat[]): string =>
  digestOf(seats.map(({ document_id, bundle }) => [document_id, bundle.request.payload_sha]));

/** Documents, units, the wave's digits, and a unit of three documents that the digest and chance draw. */
function waveQuestions(seats: readonly Seat[]): Confirmation[] {
  const [digest, chance] = [membersDigest(seats), randomBytes(16).toString("hex")];
  const units = seats.reduce((sum, { bundle }) => sum + bundle.rows.length, 0);
  const drawn = seats
    .map((seat) => ({ seat, order: digestOf([digest, chance, seat.document_id]) }))
    .sort((one, other) => (one.order < other.order ? -1 : 1))
    .slice(0, DRAWN)
    .flatMap(({ seat: { bundle } }) => drawnRows(bundle.rows, bundle.request.payload_sha, chance).slice(0, 1));
  return [
    { question: "type the number of documents: ", wanted: String(seats.length) },
    { question: "type the number of units in all: ", wanted: String(units) },
    { question: "type the last six digits of the wave's digest, which stands above: ", wanted: digest.slice(-6) },
    ...wordQuestions(drawn),
  ];
}

/** One document as in a single approval: its screen, its page, words of its law and the payload's digits. */
async function confirmOne({ bundle, reading, file }: Seat, page: Page): Promise<void> {
  const { payload_sha } = bundle.request;
  page.write(requestReading(reading, file));
  const drawn = drawnRows(bundle.rows, payload_sha, randomBytes(16).toString("hex"));
  await typedConfirmation([...wordQuestions(drawn), payloadDigits(payload_sha)], page);
}

function tell(statement: Awaited<ReturnType<typeof signRequest>>["statement"], signed: Signed): void {
  const { gate, run_id, person, payload_sha, nonce } = statement;
  printJson({
    event: "signed",
    gate,
    run_id,
    person,
    payload_sha,
    nonce,
    statement: signed.json,
    signature: signed.sig,
    next: "",
  });
}
