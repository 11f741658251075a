// What a person reads and types in a sitting: the wave's list with one line a document, and the questions about all of it or about one.
import { randomBytes } from "node:crypto";
import { digestOf } from "../../runner/model/canonical.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { beforeFact } from "../reading/summary-facts.ts";
import { said, type PageKey, type PageWords } from "../reading/page-words.ts";
import type { Reading } from "../reading/reading.ts";
import type { Bundle } from "./bundle.ts";
import { drawnRows, payloadDigits, wordQuestions } from "./reading-proof.ts";
import { requestReading } from "./request-reading.ts";
import { typedConfirmation, type Confirmation, type Page } from "./typed-confirmation.ts";
import type { WaveBundle } from "./wave-bundle.ts";

/** One document of the sitting, judged on this machine. */
export interface Seat {
  readonly document_id: string;
  readonly bundle: Bundle;
  readonly reading: Reading;
  /** Where its page to read lies. */
  readonly file: string;
}

/** What is shown: `refuse` is why none of them may go on. */
export interface WaveShown {
  readonly wave: WaveBundle;
  readonly seats: readonly Seat[];
  readonly person: string;
  readonly without: readonly string[];
  readonly refuse: string | undefined;
}

/** One line a document, from what was computed on this machine; every document can be read in full from its own bundle. */
export function wavePage({ wave, seats, person, without, refuse }: WaveShown, words: PageWords): string {
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
  const title = refuse === undefined ? "wave.title" : "wave.titleRefuse";
  const units = seats.reduce((sum, { bundle }) => sum + bundle.rows.length, 0);
  return [
    `\n${printable(said(words, title, { person, gate: wave.gate, count: seats.length }))}\n`,
    `${said(words, "wave.of", { wave: wave.wave, batch: wave.batch_id })}\n\n`,
    ...lines,
    `\n${labelled("wave.documents", seats.length)}`,
    labelled("wave.all", units),
    labelled("wave.digest", membersDigest(seats)),
    ...seats.slice(0, 1).flatMap(({ bundle }) => beforeFact(bundle, words).map(([key, value]) => labelled(key, value))),
    ...(without.length === 0 ? [] : [labelled("wave.left", without.map(printable).join(", "))]),
    ...(refuse === undefined ? [] : [labelled("wave.reason", printable(refuse)), `\n  ${said(words, "wave.final")}\n`]),
    `\n  ${said(words, "wave.pages")}\n`,
    ...seats.map(({ file }) => `  ${printable(file)}\n`),
    "\n",
  ].join("");
}

/** Documents of which a unit is asked about where a whole wave is confirmed at once. */
const DRAWN = 3;

/** Over every document and payload of the sitting, in their order. */
const membersDigest = (seats: readonly Seat[]): string =>
  digestOf(seats.map(({ document_id, bundle }) => [document_id, bundle.request.payload_sha]));

/** Documents, units, the wave's digits, and a unit of three documents that the digest and chance draw. */
export function waveQuestions(seats: readonly Seat[], words: PageWords): Confirmation[] {
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
export async function confirmOne(
  { bundle, reading, file }: Seat,
  { words, page, refuse }: { readonly words: PageWords; readonly page: Page; readonly refuse: string | undefined },
): Promise<void> {
  const { payload_sha } = bundle.request;
  page.write(requestReading(reading, file, words));
  if (refuse !== undefined) page.write(`${said(words, "wave.refusing", { reason: printable(refuse) })}\n`);
  const drawn = drawnRows(bundle.rows, payload_sha, randomBytes(16).toString("hex"));
  await typedConfirmation([...wordQuestions(drawn, words), payloadDigits(payload_sha, words)], page, words);
}
