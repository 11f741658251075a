// Signs a statement, or another text of a person, and believes the two files only after both verifiers have read them back.
import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gpgvVerifier } from "../../runner/adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { canonicalBytes } from "../../runner/model/canonical.ts";
import { CLOCK_TOLERANCE_SECONDS, SIGNATURE_CAP } from "../../runner/model/signature.ts";
import { buildStatement, statementFileNames, type Request, type Statement } from "../../runner/model/statement.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { STATEMENT_CAP } from "../../runner/model/strict-json.ts";
import { utcMillis } from "../../runner/model/utc.ts";
import { verifyWithBoth } from "../../runner/signatures/both-verifiers.ts";
import type { ApprovingPerson } from "./approving-person.ts";
import { signBytes, type Signer } from "./signing-agent.ts";

/** With which key, and the folder (made when missing) that gets the two files. */
interface SigningPlace {
  readonly publicKeyArmored: string;
  readonly signer: Signer;
  readonly folder: string;
}

/** A statement to sign. */
export interface SigningWork extends SigningPlace {
  readonly statement: Statement;
}

/** Any signed text of a person: its exact bytes, who says when, and the names of the two files. */
export interface DocumentWork extends SigningPlace {
  readonly bytes: Buffer;
  readonly said: { readonly fingerprint: string; readonly signed_utc: string };
  readonly names: { readonly json: string; readonly sig: string };
}

/** Paths of the two files and the time inside the signature. */
export interface Signed {
  readonly json: string;
  readonly sig: string;
  readonly signedAt: Date;
}

/** Makes the statement of a person about a request, with a nonce of its own, and signs it; stops as {@link signDocument}. */
export async function signRequest(
  request: Request,
  { person, key, signer }: ApprovingPerson,
  folder: string,
): Promise<{ readonly statement: Statement; readonly signed: Signed }> {
  const { statement } = buildStatement({
    request,
    person: person.id,
    fingerprint: key.fingerprint,
    signed: new Date(),
    nonce: randomBytes(16).toString("hex"),
  });
  const signed = await signStatement({ statement, publicKeyArmored: key.public_key_armored, folder, signer });
  return { statement, signed };
}

/** Writes `<gate>-<run>-<nonce>.json` and `.sig`; stops as {@link signDocument}. */
export const signStatement = ({ statement, ...place }: SigningWork): Promise<Signed> =>
  signDocument({ ...place, bytes: canonicalBytes(statement), said: statement, names: statementFileNames(statement) });

/**
 * Signs and writes both files. The text appears last, so that no half pair is ever found.
 * STOP_APPROVAL_INVALID when gpg does not sign, when the signature does not verify or was made too long after signed_utc:
 * then nothing is left in the folder.
 */
export async function signDocument({
  bytes,
  said,
  names,
  publicKeyArmored,
  signer,
  folder,
}: DocumentWork): Promise<Signed> {
  const signature = await signBytes(signer, said.fingerprint, bytes);
  await mkdir(folder, { recursive: true });
  const drafts = { json: join(folder, `.${names.json}.new`), sig: join(folder, `.${names.sig}.new`) };
  try {
    await writeFile(drafts.json, bytes, { flag: "wx", mode: 0o644 });
    await writeFile(drafts.sig, signature, { flag: "wx", mode: 0o644 });
    const signedAt = await readBack(drafts, said, publicKeyArmored);
    const [json, sig] = [join(folder, names.json), join(folder, names.sig)];
    await rename(drafts.sig, sig);
    await rename(drafts.json, json);
    return { json, sig, signedAt };
  } finally {
    await Promise.all(Object.values(drafts).map(async (draft) => rm(draft, { force: true })));
  }
}

async function readBack(
  drafts: { json: string; sig: string },
  said: DocumentWork["said"],
  publicKeyArmored: string,
): Promise<Date> {
  const [bytes, signature] = await Promise.all([
    readSafely(drafts.json, STATEMENT_CAP),
    readSafely(drafts.sig, SIGNATURE_CAP),
  ]);
  if (!bytes.ok || !signature.ok) throw refused("the files written are not as they should be");
  const question = {
    bytes: bytes.bytes,
    signature: signature.bytes,
    publicKeyArmored,
    fingerprint: said.fingerprint,
    now: new Date(),
  };
  const answer = await verifyWithBoth(openpgpVerifier(), gpgvVerifier(), question);
  if (!answer.ok) throw refused(`the signature made does not verify (${answer.reason})`);
  if (Math.abs(answer.signedAt.getTime() - utcMillis(said.signed_utc)) > CLOCK_TOLERANCE_SECONDS * 1000) {
    throw refused(`the signature was made more than ${CLOCK_TOLERANCE_SECONDS} s after the statement`);
  }
  return answer.signedAt;
}

function refused(saw: string): Stopped {
  return new Stopped("STOP_APPROVAL_INVALID", {
    saw,
    wanted: "a signature that both verifiers accept",
    hint: "nothing was kept: sign again, and answer your gpg's question at once",
  });
}
