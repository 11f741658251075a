import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readGpgvStatus } from "../../../../runner/signatures/gpgv-status.ts";
import { signatureFrameFault } from "../../../../runner/signatures/signature-packet.ts";

const BODY = Buffer.from([4, 0, 22, 10, 0, 0, 0, 0, 1, 2]);
const old = (tag: number, type: number, length: readonly number[], body: Uint8Array = BODY): Buffer =>
  Buffer.concat([Buffer.from([0x80 | (tag << 2) | type, ...length]), body]);
const fresh = (length: readonly number[], body: Uint8Array = BODY): Buffer =>
  Buffer.concat([Buffer.from([0xc2, ...length]), body]);

describe("the frame of a signature file", () => {
  test("may have an old or a new header of any stated length form", () => {
    const long = Buffer.concat([BODY, Buffer.alloc(190)]);
    const framed = [
      old(2, 0, [10]),
      old(2, 1, [0, 10]),
      old(2, 2, [0, 0, 0, 10]),
      fresh([10]),
      fresh([255, 0, 0, 0, 10]),
      fresh([192, 8], long),
    ];
    expect(framed.map(signatureFrameFault)).toEqual(framed.map(() => undefined));
  });
  test("may not leave its length open or in parts", () => {
    expect(signatureFrameFault(old(2, 3, []))).toBe("not a binary OpenPGP packet of stated length");
    for (let octet = 224; octet < 255; octet += 1)
      expect(signatureFrameFault(fresh([octet]))).toBe("not a binary OpenPGP packet of stated length");
  });
  test("may not end before or after its packet", () => {
    for (const file of [
      fresh([9]),
      fresh([11]),
      fresh([255, 255, 255, 255, 255]),
      Buffer.from([0xc2]),
      Buffer.from([0xc2, 255, 0]),
    ])
      expect(signatureFrameFault(file)).toBe("more or less than one packet");
  });
  test("may hold nothing but a version 4 signature over a document with SHA-2", () => {
    const body = (at: number, octet: number): Buffer =>
      Buffer.from(BODY.map((value, index) => (index === at ? octet : value)));
    const faults = [
      old(6, 0, [10]),
      fresh([10], body(0, 3)),
      fresh([10], body(1, 1)),
      fresh([10], body(2, 17)),
      fresh([10], body(3, 2)),
    ].map(signatureFrameFault);
    expect(faults).toEqual([
      "a packet that is not a signature",
      "a signature that is not version 4",
      "a signature that is not over a binary document",
      "a signature by an algorithm that is not accepted",
      "a signature over a hash that is not SHA-2",
    ]);
    expect(signatureFrameFault(fresh([0], Buffer.alloc(0)))).toBe("a signature that is not version 4");
  });
  test("is answered for any bytes without ever throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(typeof (signatureFrameFault(bytes) ?? "")).toBe("string");
      }),
      { numRuns: 1000 },
    );
  });
});

const KEY = "A".repeat(40);
const SUBKEY = "B".repeat(40);
const NOW = new Date("2026-05-20T12:00:00Z");
const TIME = String(NOW.getTime() / 1000);
const valid = (change: Partial<Record<number, string>> = {}): string =>
  `[GNUPG:] VALIDSIG ${[SUBKEY, "2026-05-20", TIME, "0", "4", "0", "22", "10", "00", KEY].map((field, index) => change[index] ?? field).join(" ")}`;
const status = (lines: readonly string[]): boolean => readGpgvStatus(`${lines.join("\n")}\n`, KEY, NOW).ok;
const GOOD = [
  "[GNUPG:] NEWSIG",
  `[GNUPG:] KEY_CONSIDERED ${KEY} 0`,
  "[GNUPG:] SIG_ID x 2026-05-20 1",
  "[GNUPG:] GOODSIG BBBBBBBBBBBBBBBB Linh <l@example.org>",
  valid(),
];

describe("gpgv's status words", () => {
  test("of one good signature give its time", () => {
    expect(readGpgvStatus(GOOD.join("\n"), KEY, NOW)).toEqual({ ok: true, signedAt: NOW });
  });
  test("may name another key that has expired, or the key itself since it signed", () => {
    const answer = { ok: true, signedAt: NOW };
    expect(readGpgvStatus([...GOOD, "[GNUPG:] KEYEXPIRED 1767225600"].join("\n"), KEY, NOW)).toEqual(answer);
    const since = GOOD.map((line) => line.replace(" GOODSIG ", " EXPKEYSIG "));
    expect(readGpgvStatus(since.join("\n"), KEY, NOW)).toEqual(answer);
  });
  test.each([
    "BADSIG",
    "ERRSIG",
    "EXPSIG",
    "EXPKEYSIG",
    "REVKEYSIG",
    "KEYREVOKED",
    "NO_PUBKEY",
    "NODATA",
    "UNEXPECTED",
    "FAILURE",
    "ERROR",
    "PLAINTEXT",
    "SOMETHING_NEW",
  ])("with %s among them are no approval", (word) => {
    expect(status([...GOOD, `[GNUPG:] ${word} x`])).toBe(false);
  });
  test.each(["NEWSIG", "GOODSIG", "VALIDSIG"])("without %s, or with it twice, are no approval", (word) => {
    const line = GOOD.find((one) => one.includes(word)) ?? "";
    expect(status(GOOD.filter((one) => one !== line))).toBe(false);
    expect(status([...GOOD, line])).toBe(false);
  });
  test("that do not begin as status lines do are no approval", () => {
    expect(status([...GOOD, "gpgv: Good signature"])).toBe(false);
    expect(status([...GOOD.slice(0, -1), ` ${valid()}`])).toBe(false);
    expect(status([])).toBe(false);
  });
  test.each([
    [2, "1779278521"],
    [2, "x"],
    [3, "1779278400"],
    [3, "-1"],
    [4, "3"],
    [6, "17"],
    [7, "2"],
    [8, "01"],
    [9, SUBKEY],
    [9, KEY.slice(24)],
    [9, `${KEY} ${KEY}`],
  ])("with field %i of VALIDSIG as %s are no approval", (field, value) => {
    expect(status([...GOOD.slice(0, -1), valid({ [field]: value })])).toBe(false);
  });
});
