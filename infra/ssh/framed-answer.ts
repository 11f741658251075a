// Reads what a host sends as it comes: only what stands inside the frame of this call is the answer, and there is an end to all of it.
import { createHash } from "node:crypto";
import { beginMark, endMark, frameEndOf, type FrameEnd } from "../../runner/model/answer-frame.ts";
import { Stopped } from "../../runner/model/stop.ts";

/** What one answer may be; a host that sends more is not listened to any longer. */
export interface AnswerCaps {
  /** Bytes between the two lines of the frame. */
  readonly bytes: number;
  /** Bytes of one line. */
  readonly line: number;
  /** Lines. */
  readonly lines: number;
  /** Seconds without a byte; a host that works says so every ten seconds (runner/model/answer-frame.ts). */
  readonly silence: number;
}

const MIB = 1024 * 1024;
/** An answer that is kept in memory until it is whole. */
export const KEPT_ANSWER: AnswerCaps = { bytes: 16 * MIB, line: 2 * MIB, lines: 20_000, silence: 60 };
/** An answer that is used line by line and forgotten: the events of a run, a file in pieces. */
export const PASSING_ANSWER: AnswerCaps = { bytes: 1024 * MIB, line: 2 * MIB, lines: 200_000, silence: 60 };

/** Bytes that may stand before an answer, and behind it: a greeting, not a second answer. */
const BESIDE_CAP = 256 * 1024;
/** Longest last line: its mark, two numbers and a digest. */
const END_CAP = 256;

/** Takes the bytes of one answer in order. */
export interface FrameReader {
  /** The part of the answer that this chunk completes; may be empty. STOP_COULD_NOT_LOOK behind the cap. */
  take(chunk: Buffer): Buffer;
  /** The end of the whole answer; undefined when the frame is missing, cut off, or not about these bytes. */
  end(): FrameEnd | undefined;
}

const NOTHING = Buffer.alloc(0);

/** `cap` counts the bytes of the answer. */
export function frameReader(token: string, cap: number): FrameReader {
  const begin = Buffer.from(`${beginMark(token)}\n`);
  const end = Buffer.from(`\n${endMark(token)}`);
  const hash = createHash("sha256");
  let place: "before" | "inside" | "behind" = "before";
  let held: Buffer = NOTHING;
  let bytes = 0;
  let beside = 0;
  const asideOf = (length: number): void => {
    beside += length;
    if (beside > BESIDE_CAP) throw tooMuch(`more than ${BESIDE_CAP / 1024} KiB beside its answer`);
  };
  const answered = (part: Buffer): Buffer => {
    bytes += part.length;
    if (bytes > cap) throw tooMuch(`an answer of more than ${sizeOf(cap)}`);
    hash.update(part);
    return part;
  };
  return {
    take: (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      if (place === "before") {
        const at = held.indexOf(begin);
        const gone = at < 0 ? Math.max(0, held.length - begin.length + 1) : at + begin.length;
        asideOf(gone);
        held = held.subarray(gone);
        if (at < 0) return NOTHING;
        place = "inside";
      }
      if (place === "behind") {
        asideOf(held.length > END_CAP ? held.length - END_CAP : 0);
        held = held.subarray(0, END_CAP);
        return NOTHING;
      }
      return inside();
    },
    end: () => {
      if (place !== "behind") return undefined;
      const [line = ""] = held.toString("latin1").split("\n");
      const told = frameEndOf(line);
      return told?.bytes === bytes && told.sha256 === hash.copy().digest("hex") ? told : undefined;
    },
  };

  function inside(): Buffer {
    const at = held.indexOf(end);
    // The end's mark may have begun in this chunk; what stands before it is the answer.
    const length = at < 0 ? Math.max(0, held.length - end.length + 1) : at;
    const part = held.subarray(0, length);
    held = held.subarray(at < 0 ? length : at + end.length);
    if (at >= 0) place = "behind";
    return answered(part);
  }
}

/** Takes an answer apart into lines; the last one may have no line feed. */
export interface LineReader {
  /** The lines this part completes, without their line feeds. STOP_COULD_NOT_LOOK behind a cap. */
  take(part: Buffer): string[];
  /** What stands behind the last line feed. */
  rest(): string[];
}

/** Every byte is looked at once, however long a line is. */
export function lineReader({ line: longest, lines: most }: Pick<AnswerCaps, "line" | "lines">): LineReader {
  let parts: Buffer[] = [];
  let length = 0;
  let count = 0;
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length > longest) throw tooMuch(`a line of more than ${sizeOf(longest)}`);
    parts.push(part);
  };
  const complete = (): string => {
    count += 1;
    if (count > most) throw tooMuch(`more than ${most} lines`);
    const text = Buffer.concat(parts).toString("utf8");
    parts = [];
    length = 0;
    return text;
  };
  return {
    take: (part) => {
      const lines: string[] = [];
      let from = 0;
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, from)) {
        keep(part.subarray(from, at));
        lines.push(complete());
        from = at + 1;
      }
      if (from < part.length) keep(part.subarray(from));
      return lines;
    },
    rest: () => (length === 0 ? [] : [complete()]),
  };
}

/** The stop of a host that does not come to an end. */
export const tooMuch = (saw: string): Stopped =>
  new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host sends ${saw}`,
    wanted: "an answer with an end",
    hint: "nothing of it was used; look at the host before you ask it again",
  });

const sizeOf = (bytes: number): string =>
  bytes % MIB === 0 ? `${bytes / MIB} MiB` : bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
