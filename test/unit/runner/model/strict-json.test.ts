import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalBytes, canonicalText } from "../../../../runner/model/canonical.ts";
import type { Json } from "../../../../runner/model/canonical.ts";
import { parseStatement } from "../../../../runner/model/statement.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { readStrictJson, STATEMENT_CAP } from "../../../../runner/model/strict-json.ts";
import { statementFor } from "../../../support/statements.ts";

const { statement, bytes } = statementFor("SG_1_cut_authz");
const text = bytes.toString();
const SECRET = "hunter2-hunter2";
const changed = (from: string, to: string): Buffer => {
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to));
};
const withField = (value: object): Buffer => Buffer.from(canonicalText({ ...statement, ...value } as unknown as Json));

// Row 12 of the attack corpus, and what else a file can hold.
const REFUSED: readonly (readonly [string, () => Uint8Array])[] = [
  ["a duplicate key", () => changed('"gate":', '"gate":"EXECUTION","gate":')],
  ["a duplicate key written with an escape", () => changed('"gate":', '"\\u0067ate":"EXECUTION","gate":')],
  ["an escape where the letter itself belongs", () => changed('"explicit"', '"\\u0065xplicit"')],
  ["a byte order mark", () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])],
  ["minus zero", () => changed('"candidate_count":"60"', '"candidate_count":-0')],
  ["1.0 for a number", () => changed('"candidate_count":"60"', '"candidate_count":1.0')],
  ["a number that becomes infinite", () => changed('"candidate_count":"60"', '"candidate_count":1e400')],
  ["2^53+1", () => changed('"candidate_count":"60"', '"candidate_count":9007199254740993')],
  ["a number where a decimal string belongs", () => changed('"candidate_count":"60"', '"candidate_count":60')],
  ["bytes that are not UTF-8", () => Buffer.concat([bytes.subarray(0, 20), Buffer.from([0xff]), bytes.subarray(20)])],
  ["a trailing line end", () => Buffer.concat([bytes, Buffer.from("\n")])],
  ["a second value behind the first", () => Buffer.concat([bytes, bytes])],
  ["white space between fields", () => changed(',"gate"', ', "gate"')],
  ["keys in another order", () => Buffer.from(JSON.stringify(statement))],
  ["a field named __proto__", () => changed('{"allowance"', '{"__proto__":{"gate":"EXECUTION"},"allowance"')],
  ["a field named __proto__ inside the payload", () => changed('"payload":{', '"payload":{"__proto__":{},')],
  ["an unknown field", () => withField({ zz: "1" })],
  [
    "an unknown field inside the target",
    () => withField({ payload: { ...statement.payload, target: { extra: "1" } } }),
  ],
  ["no nonce", () => changed(`"nonce":"${statement.nonce}",`, "")],
  ["a null field", () => withField({ nonce: null })],
  ["32,000 levels of nesting", () => Buffer.from("[".repeat(32_000) + "]".repeat(32_000))],
  ["32,000 levels inside a field", () => changed('"explicit"', "[".repeat(32_000 / 2))],
  ["a NUL character", () => withField({ person: "li\u0000nh" })],
  ["a raw NUL byte", () => changed('"linh"', '"li\u0000nh"')],
  ["a lone surrogate", () => changed('"linh"', '"\\ud800"')],
  ["more than 64 KiB", () => withField({ zz: "x".repeat(STATEMENT_CAP) })],
  ["nothing at all", () => Buffer.alloc(0)],
  ["an array", () => Buffer.from("[]")],
  ["a text", () => Buffer.from('"x"')],
  ["null alone", () => Buffer.from("null")],
];

describe("bytes of a statement", () => {
  test("are read when they are exactly the RFC 8785 form", () => {
    expect(parseStatement(bytes)).toEqual(statement);
  });
  test.each(REFUSED)("with %s are refused as an invalid approval", (_name, make) => {
    expect(stopOf(() => parseStatement(make()))).toBe("STOP_APPROVAL_INVALID");
  });
  test("are refused when any one field is missing, wherever it is", () => {
    const accepted = paths(statement).filter((path) => stopOf(() => parseStatement(without(path))) === "ACCEPTED");
    expect(paths(statement).length).toBeGreaterThan(35);
    expect(accepted).toEqual([]);
  });
  test("are refused when any one byte is changed", () => {
    const accepted: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0x01;
      // Names and times are words of their own; whether they are the right ones is the judgement's and the signature's matter.
      if (stopOf(() => parseStatement(copy)) === "ACCEPTED" && !inFreeWord(at)) accepted.push(at);
    }
    expect(accepted).toEqual([]);
  });
  test("are never quoted when they are refused", () => {
    const messages = [
      withField({ [SECRET]: "1" }),
      withField({ person: SECRET.toUpperCase() }),
      Buffer.from(SECRET),
      withField({ gate: SECRET }),
    ].map((hostile) => messageOf(() => parseStatement(hostile)));
    expect(messages.filter((message) => message.toLowerCase().includes("hunter2"))).toEqual([]);
    expect(messages).toHaveLength(4);
  });
});

describe("reading strictly", () => {
  test("gives back any value from its canonical bytes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const safe = JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto")) as Json;
        fc.pre(isWellFormed(JSON.stringify(safe)));
        expect(readStrictJson(canonicalBytes(safe))).toEqual({ ok: true, value: safe });
      }),
      { numRuns: 300 },
    );
  });
  test("answers for any bytes, without ever throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        expect(typeof readStrictJson(random).ok).toBe("boolean");
      }),
      { numRuns: 1000 },
    );
  });
  test("accepts no changed form of a statement", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.string({ unit: "grapheme", maxLength: 4 }), (at, inserted) => {
        fc.pre(inserted !== "");
        const mutated = Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at)]);
        const reading = readStrictJson(mutated);
        if (reading.ok) expect(canonicalBytes(reading.value)).toEqual(mutated);
      }),
      { numRuns: 1000 },
    );
  });
});

function stopOf(work: () => unknown): string {
  try {
    work();
    return "ACCEPTED";
  } catch (error) {
    return error instanceof Stopped ? error.code : `BUG ${String(error)}`;
  }
}

function messageOf(work: () => unknown): string {
  try {
    work();
    return "hunter2 was accepted";
  } catch (error) {
    return error instanceof Stopped ? JSON.stringify({ ...error.facts, message: error.message }) : String(error);
  }
}

function paths(value: object, prefix: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...prefix, key];
    return typeof item === "object" && item !== null && !Array.isArray(item)
      ? [here, ...paths(item as object, here)]
      : [here];
  });
}

function without(path: readonly string[]): Buffer {
  const copy = structuredClone(statement) as unknown as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  Reflect.deleteProperty(holder, last);
  return Buffer.from(canonicalText(copy as unknown as Json));
}

function inFreeWord(at: number): boolean {
  return ["person", "fingerprint", "signed_utc", "approve_by", "use_by", "nonce"].some((key) => {
    const start = text.indexOf(`"${key}":`);
    return at >= start && at < text.indexOf('"', start + key.length + 4);
  });
}

const isWellFormed = (value: string): boolean => Buffer.from(value).toString() === value && !/\\ud[89a-f]/i.test(value);
