import { createHash } from "node:crypto";
import { execaSync } from "execa";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameReader, lineReader } from "../../../../infra/ssh/framed-answer.ts";
import { framedFile, framedScript } from "../../../../infra/ssh/framed-shell.ts";
import { beginLine, endLine } from "../../../../runner/model/answer-frame.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const CAP = 1 << 20;
const sha = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const framed = (answer: Buffer, status = 0): Buffer =>
  Buffer.concat([
    Buffer.from(beginLine(TOKEN)),
    answer,
    Buffer.from(endLine(TOKEN, { bytes: answer.length, sha256: sha(answer), status })),
  ]);

/** Fed in pieces of these lengths, over and over. */
function read(bytes: Buffer, lengths: readonly number[] = [65_536], cap = CAP) {
  const reader = frameReader(TOKEN, cap);
  const parts: Buffer[] = [];
  for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    parts.push(Buffer.from(reader.take(bytes.subarray(from, from + length))));
    from += length;
  }
  return { answer: Buffer.concat(parts), end: reader.end() };
}

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });

describe("frameReader", () => {
  test("gives the answer byte by byte, whatever stands before and behind it and however it is sent", () => {
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        pieces,
        fc.integer({ min: 0, max: 255 }),
        (before, answer, behind, lengths, status) => {
          const seen = read(Buffer.concat([before, framed(answer, status), behind]), lengths);
          expect(seen.answer.equals(answer)).toBe(true);
          expect(seen.end?.status).toBe(status);
        },
      ),
    );
  });
  test("believes no answer of which one byte is missing, added or another", () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.constantFrom("missing", "added", "other"), (answer, where, kind) => {
        const whole = framed(answer);
        // The status is told once and proven by nothing: what adds or loses bytes on the way is caught, not a host that lies.
        const at = 1 + (where % (whole.length - "0-----\n".length - 2));
        const middle = {
          missing: Buffer.alloc(0),
          added: Buffer.concat([Buffer.from([7]), whole.subarray(at, at + 1)]),
          other: Buffer.from([(whole[at] ?? 0) ^ 1]),
        }[kind];
        const { end } = read(Buffer.concat([whole.subarray(0, at), middle, whole.subarray(at + 1)]), [50]);
        expect(end).toBeUndefined();
      }),
    );
  });
  test("knows no end of another call, of nothing, or of a frame that is cut off", () => {
    const other = framed(Buffer.from("x")).toString("latin1").replaceAll(TOKEN, TOKEN.replace("0", "1"));
    expect(read(Buffer.from(other, "latin1")).end).toBeUndefined();
    expect(read(Buffer.from("no runs on this host\n")).end).toBeUndefined();
    expect(read(framed(Buffer.from("x")).subarray(0, -20)).end).toBeUndefined();
  });
  test("stops behind the cap of the answer, and of what is said beside it", () => {
    expect(() => read(framed(Buffer.alloc(2049)), [100], 2048)).toThrow("an answer of more than 2 KiB");
    expect(() => read(Buffer.alloc(300_000), [1000])).toThrow("beside its answer");
    expect(() => read(Buffer.concat([framed(Buffer.alloc(1)), Buffer.alloc(300_000)]), [1000])).toThrow(
      "beside its answer",
    );
  });
});

describe("lineReader", () => {
  test("gives the lines of a text however it is sent", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 })), pieces, (lines, lengths) => {
        const clean = lines.map((line) => line.replaceAll("\n", ""));
        const text = Buffer.from(clean.map((line) => `${line}\n`).join(""));
        const reader = lineReader({ line: 1000, lines: 1000 });
        const seen: string[] = [];
        for (let from = 0, turn = 0; from < text.length; turn += 1) {
          const length = lengths[turn % lengths.length] ?? 1;
          seen.push(...reader.take(text.subarray(from, from + length)));
          from += length;
        }
        expect([...seen, ...reader.rest()]).toEqual(clean);
      }),
    );
  });
  test("stops at a line too long before it ends, and at one line too many", () => {
    const reader = lineReader({ line: 100, lines: 2 });
    reader.take(Buffer.alloc(100, "x"));
    expect(() => reader.take(Buffer.alloc(1, "x"))).toThrow("a line of more than 100 bytes");
    expect(() => lineReader({ line: 100, lines: 2 }).take(Buffer.from("a\nb\nc\n"))).toThrow("more than 2 lines");
  });
});

describe.each(["dash", "bash"])("framedScript and framedFile in %s", (shell) => {
  const run = (script: string, ...args: string[]): Buffer =>
    Buffer.from(
      execaSync(shell, ["-c", script, "sh", ...args], { reject: false, encoding: "buffer", input: "given\n" }).stdout,
    );
  test("frame what a script prints, with its own status and its own words", () => {
    const seen = read(run(framedScript('cat; printf "%s é" "$1"\nexit 7', TOKEN), "a b"));
    expect([seen.answer.toString("utf8"), seen.end?.status]).toEqual(["given\na b é", 7]);
  });
  test("run nothing of a script that arrives in part", () => {
    const script = framedScript("echo ran\necho again", TOKEN);
    for (let length = 1; length < script.length - 2; length += 7)
      expect(run(script.slice(0, length)).toString("utf8")).toBe("");
  });
  test("send a file's bytes as they are, and none of what is no plain file", () => {
    const seen = read(run(framedFile(TOKEN), process.execPath, "1000000"));
    expect([seen.answer.length, seen.end?.status]).toEqual([1_000_000, 0]);
    expect(read(run(framedFile(TOKEN), "/dev/null", "10")).end?.status).toBe(1);
    expect(read(run(framedFile(TOKEN), "/nonexistent", "10")).end?.status).toBe(1);
  });
});
