// What a client of PostgreSQL says, message by message (protocol 3.0): enough to know begin_effect, end_effect and COMMIT.

/** One whole message; `type` is its letter, empty for what comes before the session is started. */
export interface Message {
  readonly type: string;
  readonly bytes: Buffer;
}

const PROTOCOL_3 = 0x00030000;

/** Cuts a stream into whole messages. Startup packets carry no letter; every later message does. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  take(chunk: Buffer): Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: Message[] = [];
    for (;;) {
      const letter = this.#started ? 1 : 0;
      if (this.#rest.length < letter + 4) return found;
      const length = letter + this.#rest.readInt32BE(letter);
      if (this.#rest.length < length) return found;
      const bytes = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      found.push({ type: letter ? String.fromCharCode(bytes.readUInt8(0)) : "", bytes });
      if (!letter && bytes.readInt32BE(4) === PROTOCOL_3) this.#started = true;
    }
  }
}

/** SQL of a Parse message: behind its letter, its length and the statement's name. */
export function parsedText({ bytes }: Message): string {
  const start = bytes.indexOf(0, 5) + 1;
  return bytes.toString("utf8", start, bytes.indexOf(0, start));
}

/** Values of a Bind message, NULL as the empty text. */
export function boundValues({ bytes }: Message): string[] {
  let at = bytes.indexOf(0, bytes.indexOf(0, 5) + 1) + 1;
  at += 2 + 2 * bytes.readInt16BE(at);
  const count = bytes.readInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = bytes.readInt32BE(at);
    const value = length < 0 ? "" : bytes.toString("utf8", at + 4, at + 4 + length);
    at += 4 + Math.max(0, length);
    return value;
  });
}

/** A simple Query that says COMMIT and nothing else. */
export function isCommit({ type, bytes }: Message): boolean {
  return (
    type === "Q" &&
    bytes
      .toString("utf8", 5, bytes.length - 1)
      .trim()
      .toUpperCase() === "COMMIT"
  );
}
