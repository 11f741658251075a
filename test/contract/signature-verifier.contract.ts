// What every signature verifier must do alone. Judging the key's own validity is the strict one's; see the table of cases.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SignatureVerifier } from "../../runner/world/signature.ts";
import {
  after,
  BYTES,
  contentCases,
  CREATED,
  fileCases,
  keyCases,
  NOW,
  question,
  stock,
} from "../support/approval-cases.ts";
import type { Refuser, Stock } from "../support/approval-cases.ts";
import { gpgHome } from "../support/gpg-home.ts";
import type { GpgHome } from "../support/gpg-home.ts";
import { makeKey, signDetached } from "../support/keys.ts";

/** `make` gets a folder for temporary files, so that the suite sees what is left in it. */
export function signatureVerifierContract(
  name: Exclude<Refuser, "both">,
  make: (temporaryRoot: string) => SignatureVerifier,
): void {
  describe(`the ${name} verifier`, () => {
    let gpg: GpgHome;
    let s: Stock;
    let folder: string;
    let verifier: SignatureVerifier;
    beforeAll(async () => {
      gpg = await gpgHome();
      s = await stock(gpg);
      folder = await mkdtemp(join("/tmp", "cvt-"));
      verifier = make(folder);
    });
    afterAll(async () => {
      await gpg.close();
      await rm(folder, { recursive: true });
    });

    test("accepts an Ed25519 signature and reads its time", async () => {
      expect(await verifier.verify(question(s.key, s.good))).toEqual({ ok: true, signedAt: NOW });
    });
    test("accepts what gpg itself signs", async () => {
      const at = after(NOW, -300);
      expect(await verifier.verify(question(s.gpgKey, await s.gpg.sign(s.gpgKey.fingerprint, BYTES, at)))).toEqual({
        ok: true,
        signedAt: at,
      });
    });
    test("accepts sixty honest signatures, whatever numbers came out", async () => {
      for (let turn = 0; turn < 60; turn += 1) {
        const bytes = Buffer.from(`turn ${turn}`);
        expect(await verifier.verify(question(s.key, await signDetached(s.key, bytes, NOW), { bytes }))).toEqual({
          ok: true,
          signedAt: NOW,
        });
      }
    });
    test("accepts an RSA key of 3072 bits", async () => {
      const key = await makeKey({ kind: "rsa3072", created: CREATED });
      expect(await verifier.verify(question(key, await signDetached(key, BYTES, NOW)))).toEqual({
        ok: true,
        signedAt: NOW,
      });
    });
    test("accepts a signing subkey and holds it to the primary fingerprint", async () => {
      const key = await makeKey({ created: CREATED, signingSubkey: { created: CREATED } });
      const signature = await signDetached(key, BYTES, NOW);
      expect(await verifier.verify(question(key, signature))).toEqual({ ok: true, signedAt: NOW });
      const subkey = key.privateKey.subkeys[0]?.getFingerprint().toUpperCase() ?? "";
      expect(await verifier.verify(question(key, signature, { fingerprint: subkey }))).toMatchObject({ ok: false });
    });
    test("accepts a signer whose clock is 90 s ahead", async () => {
      const at = after(NOW, 90);
      expect(await verifier.verify(question(s.key, await signDetached(s.key, BYTES, at)))).toEqual({
        ok: true,
        signedAt: at,
      });
    });
    test("refuses, alone, every case that is its own to refuse", async () => {
      const mine = [...keyCases(), ...fileCases(s), ...contentCases(s)].filter(
        ({ refusedBy }) => refusedBy === "both" || refusedBy === name,
      );
      const accepted: string[] = [];
      for (const { sentence, question: make } of mine) {
        if ((await verifier.verify(await make())).ok) accepted.push(sentence);
      }
      expect(accepted).toEqual([]);
    });
    test("leaves no temporary file behind", async () => {
      await verifier.verify(question(s.key, s.good));
      await verifier.verify(question(s.key, Buffer.from("no")));
      expect(await readdir(folder)).toEqual([]);
    });
  });
}
