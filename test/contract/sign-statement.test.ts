// Signing as a person does: real gpg, real agent, and the two files read back by both verifiers.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gpgvVerifier } from "../../runner/adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import { digestOf } from "../../runner/model/canonical.ts";
import { parseStatement } from "../../runner/model/statement.ts";
import type { Statement } from "../../runner/model/statement.ts";
import { judgeStatement } from "../../runner/rules/approval.ts";
import { verifyWithBoth } from "../../runner/signatures/both-verifiers.ts";
import { signStatement } from "../../scripts/signing/sign-statement.ts";
import type { Stopped } from "../../runner/model/stop.ts";
import type { Signer } from "../../scripts/signing/signing-agent.ts";
import { gpgHome } from "../support/gpg-home.ts";
import type { GpgHome } from "../support/gpg-home.ts";
import { APPROVERS, PAYLOAD_OF, requestFor, RUN, statementFor } from "../support/statements.ts";

let gpg: GpgHome;
let folder: string;
let fingerprint: string;
let publicKeyArmored: string;
let byKeyFile: Signer;
beforeAll(async () => {
  gpg = await gpgHome();
  folder = await mkdtemp(join("/tmp", "cst-"));
  fingerprint = await gpg.generate("linh", new Date("2026-01-01T00:00:00Z"));
  publicKeyArmored = await gpg.exported(fingerprint);
  await writeFile(join(folder, "key.asc"), await gpg.secret(fingerprint), { mode: 0o600 });
  await mkdir(join(folder, "t"));
  byKeyFile = { kind: "key-file", path: join(folder, "key.asc"), temporaryRoot: join(folder, "t") };
});
afterAll(async () => {
  await gpg.close();
  await rm(folder, { recursive: true });
});

const nonce = (digit: string): string => digit.repeat(32);
/** A statement of this moment, because gpg signs with the clock of this machine. */
const fresh = (digit: string, signed = new Date()): Statement =>
  statementFor("EXECUTION", {
    request: requestFor("EXECUTION", PAYLOAD_OF.EXECUTION, new Date(signed.getTime() - 60_000)),
    fingerprint,
    signed,
    nonce: nonce(digit),
  }).statement;

describe("signing a statement", () => {
  test("with a key file writes a pair that both verifiers and the judgement accept", async () => {
    const statement = fresh("1");
    const out = join(folder, "out");
    const signed = await signStatement({ statement, publicKeyArmored, signer: byKeyFile, folder: out });
    const [bytes, signature] = [await readFile(signed.json), await readFile(signed.sig)];
    const now = new Date();
    const answer = await verifyWithBoth(openpgpVerifier(), gpgvVerifier(), {
      bytes,
      signature,
      publicKeyArmored,
      fingerprint,
      now,
    });
    expect(answer).toEqual({ ok: true, signedAt: signed.signedAt });
    expect(parseStatement(bytes)).toEqual(statement);
    const [linh] = APPROVERS.persons;
    if (linh === undefined) throw new TypeError("a person is needed");
    const approvers = {
      ...APPROVERS,
      persons: [{ ...linh, keys: [{ fingerprint, public_key_armored: publicKeyArmored }] }],
    };
    const expected = { run_id: RUN, gate: "EXECUTION", payload_sha: digestOf(PAYLOAD_OF.EXECUTION) } as const;
    expect(
      judgeStatement(parseStatement(bytes), { now, approvers, expected, signatureTime: signed.signedAt }),
    ).toBeUndefined();
    expect((await readdir(out)).sort()).toEqual([
      `EXECUTION-${RUN}-${nonce("1")}.json`,
      `EXECUTION-${RUN}-${nonce("1")}.sig`,
    ]);
    expect(await readdir(join(folder, "t"))).toEqual([]);
    expect((await stat(signed.sig)).size).toBeLessThan(200);
  });
  test("leaves no agent running for the key file's own home", async () => {
    await signStatement({ statement: fresh("2"), publicKeyArmored, signer: byKeyFile, folder: join(folder, "out2") });
    const agents = execFileSync("ps", ["-eo", "args"])
      .toString()
      .split("\n")
      .filter((line) => line.includes("gpg-agent") && line.includes(folder));
    expect(agents).toEqual([]);
  });
  test("with the person's own gpg asks for an agent that never signs from memory", async () => {
    const signer: Signer = { kind: "person-gpg", homedir: gpg.home };
    const work = (digit: string) => ({
      statement: fresh(digit),
      publicKeyArmored,
      signer,
      folder: join(folder, "own"),
    });
    await expect(signStatement(work("3"))).rejects.toMatchObject({ code: "STOP_PRECHECK_FAILED" });
    await writeFile(join(gpg.home, "gpg-agent.conf"), "ignore-cache-for-signing\n");
    expect((await signStatement(work("4"))).json).toContain(nonce("4"));
  });
  test("ignores what the person's gpg.conf would add to a signature", async () => {
    await writeFile(join(gpg.home, "gpg-agent.conf"), "ignore-cache-for-signing\n");
    await writeFile(
      join(gpg.home, "gpg.conf"),
      "armor\ntextmode\ndigest-algo SHA1\ndefault-sig-expire 1d\nsig-notation !law@example.org=x\n",
    );
    const signed = await signStatement({
      statement: fresh("5"),
      publicKeyArmored,
      signer: { kind: "person-gpg", homedir: gpg.home },
      folder: join(folder, "conf"),
    });
    expect((await readFile(signed.sig))[0]).not.toBe("-".charCodeAt(0));
    await rm(join(gpg.home, "gpg.conf"));
  });
  test("tells in gpg's own words why it did not sign", async () => {
    const stranger = "0123456789ABCDEF0123456789ABCDEF01234567";
    const work = {
      statement: { ...fresh("7"), fingerprint: stranger },
      publicKeyArmored,
      folder: join(folder, "words"),
    };
    const stop = await signStatement({ ...work, signer: { kind: "person-gpg", homedir: gpg.home } }).catch(
      (error: unknown) => error,
    );
    expect(stop).toMatchObject({ code: "STOP_APPROVAL_INVALID" });
    expect((stop as Stopped).facts.details?.join("\n")).toMatch(/No secret key|skipped/);
  });
  test("keeps nothing when the key is not the one the statement names", async () => {
    const other = await gpg.generate("minh", new Date("2026-01-01T00:00:00Z"));
    const work = {
      statement: { ...fresh("6"), fingerprint: other },
      publicKeyArmored: await gpg.exported(other),
      signer: byKeyFile,
      folder: join(folder, "other"),
    };
    await expect(signStatement(work)).rejects.toMatchObject({ code: "STOP_APPROVAL_INVALID" });
  });
  test("keeps nothing when the signature comes more than 120 s after the statement", async () => {
    const late = {
      statement: fresh("7", new Date(Date.now() - 130_000)),
      publicKeyArmored,
      signer: byKeyFile,
      folder: join(folder, "late"),
    };
    await expect(signStatement(late)).rejects.toMatchObject({ code: "STOP_APPROVAL_INVALID" });
    expect(await readdir(join(folder, "late"))).toEqual([]);
  });
  test("says that it could not look when the key file is missing", async () => {
    const work = {
      statement: fresh("8"),
      publicKeyArmored,
      signer: { kind: "key-file", path: join(folder, "none") } as const,
      folder,
    };
    await expect(signStatement(work)).rejects.toMatchObject({ code: "STOP_COULD_NOT_LOOK" });
  });
});
