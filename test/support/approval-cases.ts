// Every way a signature file or its key can be wrong, made for real: the table the verifiers are held against.
import { SIGNATURE_CAP } from "../../runner/model/signature.ts";
import type { SignatureQuestion } from "../../runner/world/signature.ts";
import type { GpgHome } from "./gpg-home.ts";
import { asTestKey, makeKey, revoked, secretOf, signDetached, subkeyRevoked } from "./keys.ts";
import type { TestKey } from "./keys.ts";
import { be, craft, notation, packet, subpacket } from "./signature-packets.ts";
import type { Recipe } from "./signature-packets.ts";
import * as openpgp from "openpgp";

/** The bytes that are signed: an LF, so that a text signature differs from a binary one. */
export const BYTES = Buffer.from('{"line":"one"}\n');
export const NOW = new Date("2026-05-20T12:00:00Z");
export const CREATED = new Date("2026-01-01T00:00:00Z");
const DAY = 86_400;

export const after = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1000);
export const seconds = (at: Date): number => at.getTime() / 1000;

/** Which verifier refuses alone; both together always refuse. */
export type Refuser = "both" | "openpgp" | "gpgv";
export interface Case {
  readonly sentence: string;
  readonly refusedBy: Refuser;
  /** The strict verifier's own words: the case is refused for what is wrong with it, not by accident. */
  readonly because: string;
  readonly question: () => Promise<SignatureQuestion>;
}

/** The question of an honest signature; a test changes one thing. */
export function question(
  key: TestKey,
  signature: Uint8Array,
  change: Partial<SignatureQuestion> = {},
): SignatureQuestion {
  return {
    bytes: BYTES,
    signature,
    publicKeyArmored: key.publicKeyArmored,
    fingerprint: key.fingerprint,
    now: NOW,
    ...change,
  };
}

/** Keys and signatures that several cases share; made once. */
export interface Stock {
  readonly key: TestKey;
  readonly good: Buffer;
  readonly gpg: GpgHome;
  /** Fingerprint of the key inside the gpg home. */
  readonly gpgKey: TestKey;
}

export async function stock(gpg: GpgHome): Promise<Stock> {
  const key = await makeKey({ created: CREATED });
  const fingerprint = await gpg.generate("gpg made", CREATED);
  const privateKey = await openpgp.readPrivateKey({ armoredKey: await gpg.secret(fingerprint) });
  return {
    key,
    good: Buffer.from(await signDetached(key, BYTES, NOW)),
    gpg,
    gpgKey: { ...asTestKey(privateKey), publicKeyArmored: await gpg.exported(fingerprint) },
  };
}

/** A true signature of any form by the stock key, made at `NOW` unless the recipe says otherwise. */
export const crafted = ({ key }: Stock, recipe: Partial<Recipe> = {}, bytes: Uint8Array = BYTES): Buffer =>
  craft(secretOf(key), bytes, { time: seconds(NOW), ...recipe });

type Make<T> = () => Promise<T> | T;
const one = (sentence: string, refusedBy: Refuser, because: string, make: Make<SignatureQuestion>): Case => ({
  sentence,
  refusedBy,
  because,
  question: async () => make(),
});

/** Keys that must not count any more, or never could (rows 1-3, 8, 11 of the attack corpus). */
export function keyCases(): Case[] {
  const dayAgo = after(NOW, -DAY);
  const signed = async (key: TestKey, at: Date, shown: TestKey = key): Promise<SignatureQuestion> =>
    question(shown, await signDetached(key, BYTES, at));
  const sub = (expires?: number) =>
    makeKey({ created: CREATED, signingSubkey: { created: CREATED, ...(expires === undefined ? {} : { expires }) } });
  const withRevocation = async (flag: 0 | 1 | 2 | 3): Promise<SignatureQuestion> => {
    const key = await makeKey({ created: CREATED });
    return signed(key, dayAgo, await revoked(key, flag, after(NOW, -60)));
  };
  return [
    one("an expired key with a back-dated signature", "openpgp", "an expired key", async () =>
      signed(await makeKey({ created: CREATED, expires: 30 * DAY }), after(CREATED, DAY)),
    ),
    one("a key that expires at this very second", "openpgp", "an expired key", async () =>
      signed(await makeKey({ created: CREATED, expires: seconds(NOW) - seconds(CREATED) }), dayAgo),
    ),
    one("a key revoked without a reason", "openpgp", "a revoked key", () => withRevocation(0)),
    one("a key revoked as superseded after the signature", "openpgp", "a revoked key", () => withRevocation(1)),
    one("a key revoked as compromised", "openpgp", "a revoked key", () => withRevocation(2)),
    one("a key revoked as retired after the signature", "openpgp", "a revoked key", () => withRevocation(3)),
    one("a key whose revocation is dated tomorrow", "openpgp", "a revoked key", async () => {
      const key = await makeKey({ created: CREATED });
      return signed(key, dayAgo, await revoked(key, 3, after(NOW, DAY)));
    }),
    one("a key whose revocation uses SHA-1", "openpgp", "a revoked key", async () => {
      const key = await makeKey({ created: CREATED });
      return signed(key, dayAgo, await revoked(key, 2, dayAgo, { preferredHashAlgorithm: openpgp.enums.hash.sha1 }));
    }),
    one("an expired signing subkey", "openpgp", "an expired key", async () =>
      signed(await sub(30 * DAY), after(CREATED, DAY)),
    ),
    one("a signing subkey revoked after the signature", "openpgp", "a revoked key or identity", async () => {
      const key = await sub();
      return signed(key, dayAgo, await subkeyRevoked(key, 1, after(NOW, -60)));
    }),
    one("a signing subkey whose revocation is dated tomorrow", "openpgp", "a revoked signing subkey", async () => {
      const key = await sub();
      return signed(key, dayAgo, await subkeyRevoked(key, 3, after(NOW, DAY)));
    }),
    one("a signature older than its key", "openpgp", "a signature older than its key", async () => {
      const key = await makeKey({ created: CREATED });
      return question(key, craft(secretOf(key), BYTES, { time: seconds(CREATED) - DAY }));
    }),
    one("an RSA key of 2048 bits", "openpgp", "an RSA key of less than 3072 bits", async () =>
      signed(await makeKey({ kind: "rsa2048", created: CREATED }), dayAgo),
    ),
    one("a NIST P-256 key", "both", "a signature by an algorithm that is not accepted", async () =>
      signed(await makeKey({ kind: "p256", created: CREATED }), dayAgo),
    ),
    one("an Ed25519 key of the new form (27)", "both", "a signature by an algorithm that is not accepted", async () =>
      signed(await makeKey({ kind: "ed25519-new", created: CREATED }), dayAgo),
    ),
    one("a version 6 key and signature", "both", "a signature that is not version 4", async () =>
      signed(await makeKey({ kind: "v6", created: CREATED }), dayAgo),
    ),
    one("two keys in the pinned block", "openpgp", "more than one key", async () => {
      const [key, other] = [await makeKey({ created: CREATED }), await makeKey({ created: CREATED })];
      const both = Buffer.concat([key, other].map((item) => item.privateKey.toPublic().write()));
      const publicKeyArmored = openpgp.armor(openpgp.enums.armor.publicKey, both);
      return question(key, await signDetached(key, BYTES, dayAgo), { publicKeyArmored });
    }),
    one("secret key material where the public key belongs", "both", "secret key material", async () => {
      const key = await makeKey({ created: CREATED });
      return question(key, await signDetached(key, BYTES, dayAgo), { publicKeyArmored: key.privateKey.armor() });
    }),
    one("a key that is not the pinned one", "both", "a key of another fingerprint", async () => {
      const [key, other] = [await makeKey({ created: CREATED }), await makeKey({ created: CREATED })];
      return question(key, await signDetached(other, BYTES, dayAgo), { publicKeyArmored: other.publicKeyArmored });
    }),
    one("no key at all", "both", "not a readable armored key", async () => {
      const key = await makeKey({ created: CREATED });
      return question(key, await signDetached(key, BYTES, dayAgo), { publicKeyArmored: "" });
    }),
  ];
}

/** Files that are not one plain signature (rows 5-7, 9). */
export function fileCases(s: Stock): Case[] {
  const file = (sentence: string, refusedBy: Refuser, because: string, make: Make<Uint8Array>): Case =>
    one(sentence, refusedBy, because, async () => question(s.key, await make()));
  const byGpg = (sentence: string, refusedBy: Refuser, because: string, words: string[]): Case =>
    one(sentence, refusedBy, because, async () =>
      question(s.gpgKey, await s.gpg.sign(s.gpgKey.fingerprint, BYTES, NOW, words)),
    );
  const armored = (): Buffer => Buffer.from(openpgp.armor(openpgp.enums.armor.signature, s.good));
  const beside = (tag: number, body: Buffer): Case[] => [
    file(`a packet of type ${tag} before the signature`, "openpgp", "a packet that is not a signature", () =>
      Buffer.concat([packet(tag, body), s.good]),
    ),
    file(`a packet of type ${tag} behind the signature`, "openpgp", "more or less than one packet", () =>
      Buffer.concat([s.good, packet(tag, body)]),
    ),
  ];
  return [
    file("an empty file", "both", "an empty signature file", () => Buffer.alloc(0)),
    file("a file cut off in the middle", "both", "more or less than one packet", () =>
      s.good.subarray(0, s.good.length - 20),
    ),
    file("a second signer in the same file", "both", "more or less than one packet", async () =>
      Buffer.concat([s.good, await signDetached(await makeKey({ created: CREATED }), BYTES, NOW)]),
    ),
    file("the same signature twice", "both", "more or less than one packet", () => Buffer.concat([s.good, s.good])),
    file("the same signature 300 times", "both", "a signature file of more than 4096 bytes", () =>
      Buffer.concat(Array.from({ length: 300 }, () => s.good)),
    ),
    file("text behind the signature", "openpgp", "more or less than one packet", () =>
      Buffer.concat([s.good, Buffer.from("and more\n")]),
    ),
    file("zeros behind the signature", "openpgp", "more or less than one packet", () =>
      Buffer.concat([s.good, Buffer.alloc(16)]),
    ),
    file("JSON behind the signature", "openpgp", "more or less than one packet", () =>
      Buffer.concat([s.good, Buffer.from("{}")]),
    ),
    file("a file over the cap", "openpgp", "a signature file of more than 4096 bytes", () =>
      Buffer.concat([s.good, packet(60, Buffer.alloc(SIGNATURE_CAP))]),
    ),
    ...beside(10, Buffer.from("PGP")),
    ...beside(12, Buffer.from([0])),
    ...beside(21, Buffer.alloc(8)),
    ...beside(39, Buffer.from("x")),
    ...beside(60, Buffer.from("x")),
    file("an armored signature", "openpgp", "not a binary OpenPGP packet of stated length", armored),
    file("text before an armored signature", "openpgp", "not a binary OpenPGP packet of stated length", () =>
      Buffer.concat([Buffer.from("read me first\n\n"), armored()]),
    ),
    file("two armored signatures", "openpgp", "not a binary OpenPGP packet of stated length", () =>
      Buffer.concat([armored(), armored()]),
    ),
    byGpg("an inline signed message", "both", "not a binary OpenPGP packet of stated length", ["--sign"]),
    byGpg("a clear-signed text", "both", "not a binary OpenPGP packet of stated length", ["--clear-sign"]),
    byGpg("a text signature made by gpg", "both", "a signature that is not over a binary document", [
      "--textmode",
      "--detach-sign",
    ]),
    one(
      "a text signature over LF, delivered with CRLF",
      "both",
      "a signature that is not over a binary document",
      () => {
        const crlf = Buffer.from(BYTES.toString().replaceAll("\n", "\r\n"));
        return question(s.key, crafted(s, { type: 1 }, crlf), { bytes: crlf });
      },
    ),
  ];
}

/** Signatures whose inside is wrong (rows 3, 4, 8, 10, 11). */
export function contentCases(s: Stock): Case[] {
  const made = (sentence: string, refusedBy: Refuser, because: string, recipe: Partial<Recipe>): Case =>
    one(sentence, refusedBy, because, () => question(s.key, crafted(s, recipe)));
  const altered = (version: number): Buffer => {
    const copy = Buffer.from(crafted(s));
    copy[2] = version;
    return copy;
  };
  return [
    one("a signature over other bytes", "both", "a signature over other bytes", () =>
      question(s.key, s.good, { bytes: Buffer.from('{"line":"two"}\n') }),
    ),
    one("a signature by another key", "both", "a signature by another key", async () =>
      question(s.key, await signDetached(await makeKey({ created: CREATED }), BYTES, NOW)),
    ),
    one("a signature a day ahead", "both", "a signature from the future", () =>
      question(s.key, crafted(s, { time: seconds(NOW) + DAY })),
    ),
    one("a signature 121 s ahead", "both", "a signature from the future", () =>
      question(s.key, crafted(s, { time: seconds(NOW) + 121 })),
    ),
    made("a signature whose own expiry has passed", "both", "an expired signature", {
      time: seconds(NOW) - 600,
      hashed: [subpacket(3, be(300, 4), true)],
    }),
    made("a SHA-1 signature", "both", "a signature over a hash that is not SHA-2", { hash: "sha1" }),
    made("a version 3 signature", "both", "a signature that is not version 4", { version: 3 }),
    one("a version 6 octet on a version 4 signature", "both", "a signature that is not version 4", () =>
      question(s.key, altered(6)),
    ),
    one("a version 9 octet on a version 4 signature", "both", "a signature that is not version 4", () =>
      question(s.key, altered(9)),
    ),
    made("a standalone signature type", "both", "a signature that is not over a binary document", { type: 2 }),
    made("a critical notation nobody knows", "both", "a critical part that is not known", {
      hashed: [notation("law@example.org", "x", true)],
    }),
    made("a critical unknown subpacket in the signed part", "both", "a critical part that is not known", {
      hashed: [subpacket(99, Buffer.from("x"), true)],
    }),
    made(
      "a critical unknown subpacket in the unsigned part",
      "openpgp",
      "unsigned subpackets other than issuer hints",
      { unhashed: [subpacket(99, Buffer.from("x"), true)] },
    ),
    made("a note in the unsigned part", "openpgp", "unsigned subpackets other than issuer hints", {
      unhashed: [notation("law@example.org", "x")],
    }),
    made("a second signing time a day ahead", "openpgp", "a signature from the future", {
      hashed: [subpacket(2, be(seconds(NOW) + DAY, 4), true)],
    }),
  ];
}
