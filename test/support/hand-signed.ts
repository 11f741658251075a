// Statements signed outside the approve program, with keys, times and bytes of the test's choice: what an attacker, or a person
// in a hurry, may lay before the gate. The signatures are real.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as openpgp from "openpgp";
import { buildApprovers, parseApprovers } from "../../runner/model/approvers.ts";
import { canonicalText, sha256 } from "../../runner/model/canonical.ts";
import type { Gate } from "../../runner/model/run.ts";
import { buildRequest, buildStatement, parseRequest, type Request } from "../../runner/model/statement.ts";
import type { GovernedHost } from "./governed-host.ts";
import { asTestKey, signDetached, type TestKey } from "./keys.ts";

/** A person the test adds to the host's approvers; the sandbox's three stay. */
export interface AddedPerson {
  readonly id: string;
  readonly gates: readonly Gate[];
  readonly keys: readonly TestKey[];
}

/** Lays the longer approver set, pins it everywhere and records it as the first one, as if the host had begun with it. Before the first cut: config_sha and approvers_sha are signed. */
export async function layApprovers(host: GovernedHost, added: readonly AddedPerson[]): Promise<void> {
  const { place, persons } = host.sandbox;
  const { set } = parseApprovers(readFileSync(place.approversFile));
  const bytes = buildApprovers({
    ...set,
    persons: [
      ...set.persons,
      ...added.map(({ id, gates, keys }) => ({
        id,
        name: id,
        gates: [...gates],
        keys: keys.map((key) => ({ fingerprint: key.fingerprint, public_key_armored: key.publicKeyArmored })),
      })),
    ],
  });
  for (const file of [place.approversFile, place.approversSource]) writeFileSync(file, bytes);
  const sha = sha256(bytes);
  rewriteJson(place.configFile, (config) => ({ ...config, approvers: { file: place.approversFile, sha } }));
  for (const person of persons) rewriteJson(person.profileFile, (profile) => ({ ...profile, approvers_sha: sha }));
  await host.sql("ALTER TABLE cutter_runtime.approver_set DISABLE TRIGGER append_only");
  await host.sql("UPDATE cutter_runtime.approver_set SET bytes = $1, sha = $2 WHERE version = 1", [bytes, sha]);
  await host.sql("ALTER TABLE cutter_runtime.approver_set ENABLE ALWAYS TRIGGER append_only");
}

/** Reads one object, writes another in its place; answers the bytes that stood there. */
export function rewriteJson(file: string, change: (value: Record<string, unknown>) => Record<string, unknown>): Buffer {
  const before = readFileSync(file);
  writeFileSync(file, JSON.stringify(change(JSON.parse(before.toString("utf8")) as Record<string, unknown>), null, 2));
  return before;
}

/** The same key with the expiry its public half shows others; who holds the secret can still sign with it. */
export async function expiredFor(key: TestKey, created: Date, seconds: number): Promise<TestKey> {
  const { privateKey } = await openpgp.reformatKey({
    privateKey: key.privateKey,
    userIDs: [{ name: "Throw Away", email: "nobody@example.org" }],
    date: created,
    keyExpirationTime: seconds,
    format: "object",
  });
  return asTestKey(privateKey);
}

/** The newest request of a gate as the host wrote it. */
export function requestOf(host: GovernedHost, runId: string, gate: string): Request {
  return parseRequest(readFileSync(join(host.bundle(runId, gate), "payload.json")));
}

/** The same facts asked for at another time, as if the request had been older or newer. */
export function askedAt(request: Request, requested: Date): Request {
  return buildRequest({ gate: request.gate, payload: request.payload, requested }).request;
}

export interface HandSigned {
  readonly request: Request;
  readonly person: string;
  readonly key: TestKey;
  /** Fingerprint the statement names; default the key's own. */
  readonly fingerprint?: string;
  /** Time in the statement and in the signature. */
  readonly at?: Date;
  /** Time in the signature alone. */
  readonly signatureAt?: Date;
  /** Changes the text before it is signed: the signature then is good, the statement is not. */
  readonly text?: (canonical: string) => string;
}

let nonces = 0;
const nonce = (): string => sha256(`${process.pid} ${Date.now()} ${(nonces += 1)}`).slice(0, 32);

/** Writes statement and signature into the host's approvals; the answer is the statement's path. */
export async function handSigned(
  host: GovernedHost,
  { request, person, key, fingerprint, at = new Date(), signatureAt, text }: HandSigned,
): Promise<string> {
  const made = buildStatement({
    request,
    person,
    fingerprint: fingerprint ?? key.fingerprint,
    signed: at,
    nonce: nonce(),
  });
  const bytes = Buffer.from(text ? text(canonicalText(made.statement)) : canonicalText(made.statement));
  return layFiles(host, bytes, await signDetached(key, bytes, signatureAt ?? at));
}

/** Lays any two files where approvals are expected; without a signature only the statement. */
export function layFiles(host: GovernedHost, statement: Uint8Array, signature?: Uint8Array): string {
  const file = join(host.sandbox.place.runtimeRoot, "approvals", `by-hand-${nonce()}.json`);
  writeFileSync(file, statement);
  if (signature) writeFileSync(file.replace(/json$/, "sig"), signature);
  return file;
}

/** The sandbox person's own secret key. */
export async function keyOf(host: GovernedHost, person: string): Promise<TestKey> {
  const file = host.sandbox.persons.find((one) => one.id === person)?.keyFile ?? "";
  return asTestKey(await openpgp.readPrivateKey({ armoredKey: readFileSync(file, "utf8") }));
}
