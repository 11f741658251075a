// A sitting: one person reads the requests of one gate of a whole wave and signs each with a statement and a signature of its own. What is
// batched is the reading's place and time, never the authority (docs/decisions/0153-sittings.md).
import { join } from "node:path";
import { digestOf } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { remember } from "./approver-profile.ts";
import { approvingPerson, type ApprovingPerson } from "./approving-person.ts";
import type { Bundle } from "./bundle.ts";
import { judgedBundle } from "./judged-bundle.ts";
import { requestReading } from "./request-reading.ts";
import { signRequest, type Signed } from "./sign-statement.ts";
import { pageOf, type SigningOptions } from "./signing-words.ts";
import { lastDigits, typedConfirmation, type Confirmation, type Page } from "./typed-confirmation.ts";
import { readWaveBundle, type WaveBundle } from "./wave-bundle.ts";
import { SANDBOX_STACK, withStack } from "../frame/operator-command.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

/** `without`: documents that stay unsigned. */
export interface SittingOptions extends SigningOptions {
  readonly without?: readonly string[];
}

/** One document of the sitting, judged on this machine. */
interface Seat {
  readonly document_id: string;
  readonly bundle: Bundle;
}

/** Documents whose last four digits are asked for where a whole wave is confirmed at once. */
const DRAWN = 3;

/** Signs every document of the wave that is not left out. A bundle that does not hold ends the sitting before anything is signed. */
export async function signWave(folder: string, options: SittingOptions): Promise<number> {
  const wave = await readWaveBundle(folder);
  const approving = await approvingPerson(options, wave.gate);
  const seats = await seatsOf(folder, wave, approving, options.without ?? []);
  const page = pageOf(options);
  page.write(wavePage(wave, seats, approving.person.name, options.without ?? []));
  if (approving.profile.confirm === "wave") await typedConfirmation(waveQuestions(seats), page);
  const signed: Signed[] = [];
  for (const { document_id, bundle } of seats) {
    if (approving.profile.confirm !== "wave") await confirmOne(document_id, bundle, approving, page);
    const made = await signRequest(bundle.request, approving, options.out);
    remember(approving.profile, bundle);
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
  folder: string,
  wave: WaveBundle,
  { profile, approversSha }: ApprovingPerson,
  without: readonly string[],
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
    seats.push({ document_id, bundle });
  }
  if (seats.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "every document left out", wanted: "at least one to sign" });
  return seats;
}

/** One line a document, from what was computed on this machine; every document can be read in full from its own bundle. */
export function wavePage(wave: WaveBundle, seats: readonly Seat[], person: string, without: readonly string[]): string {
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
    "\n  each document is signed by a statement of its own; one in full: npm run read -- <its bundle>\n\n",
  ].join("");
}

/** Over every document and payload of the sitting, in their order. */
const membersDigest = (seats: readonly Seat[]): string =>
  digestOf(seats.map(({ document_id, bundle }) => [document_id, bundle.request.payload_sha]));

/** Documents, units, the wave's digits, and the digits of three documents that the digest itself draws. */
function waveQuestions(seats: readonly Seat[]): Confirmation[] {
  const digest = membersDigest(seats);
  const drawn = [...seats.keys()]
    .sort((one, other) => (digestOf([digest, one]) < digestOf([digest, other]) ? -1 : 1))
    .slice(0, DRAWN)
    .flatMap((index) => seats[index] ?? []);
  return [
    { question: "type the number of documents: ", wanted: String(seats.length) },
    {
      question: "type the number of units in all: ",
      wanted: String(seats.reduce((sum, { bundle }) => sum + bundle.rows.length, 0)),
    },
    { question: `type the last six digits of the wave's digest ${digest}: `, wanted: digest.slice(-6) },
    ...drawn.map(({ document_id, bundle: { request } }) => ({
      question: `type the last four digits of ${document_id}, payload ${request.payload_sha}: `,
      wanted: request.payload_sha.slice(-4),
    })),
  ];
}

async function confirmOne(document: string, bundle: Bundle, { person }: ApprovingPerson, page: Page): Promise<void> {
  page.write(`\n${document}\n${requestReading(bundle, person.name)}`);
  await typedConfirmation(
    [
      { question: "type the number of units: ", wanted: String(bundle.rows.length) },
      lastDigits(bundle.request.payload_sha),
    ],
    page,
  );
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
