// One line that a person types at a terminal and that is not shown: kept as bytes that can be wiped, never as a string.

/** Bytes a passphrase may have; what is typed beyond is not taken. */
const CAP = 1024;
const [ETX, EOT, BACKSPACE, TAB, LF, CR, NAK, DEL] = [3, 4, 8, 9, 10, 13, 21, 127];

/** The bytes of the line; whoever asked wipes them. Undefined where no terminal is, and when the person ends it with Ctrl-D. */
export async function hiddenLine(write: () => void): Promise<Buffer | undefined> {
  const { stdin } = process;
  if (!stdin.isTTY) return undefined;
  // Not of the pool, where its bytes would lie beside others for as long as the process lives.
  const kept = Buffer.allocUnsafeSlow(CAP).fill(0);
  stdin.setRawMode(true);
  try {
    write();
    const length = await typedInto(kept, stdin);
    // What was typed and taken back goes at once, the line with the buffer that is answered.
    kept.fill(0, length ?? 0);
    return length === undefined ? undefined : kept.subarray(0, length);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** Fills the buffer until the line ends; answers how many bytes it has. */
function typedInto(kept: Buffer, stdin: NodeJS.ReadStream): Promise<number | undefined> {
  return new Promise((resolve) => {
    let length = 0;
    const end = (answer: number | undefined): void => {
      stdin.off("data", take);
      stdin.off("end", gone);
      resolve(answer);
    };
    const gone = (): void => end(undefined);
    const take = (chunk: Buffer): void => {
      for (const byte of chunk) {
        if (byte === CR || byte === LF) return wiped(chunk, () => end(length));
        if (byte === EOT) return wiped(chunk, gone);
        if (byte === ETX) return wiped(chunk, () => interrupted(gone));
        if (byte === DEL || byte === BACKSPACE) length = lastCharacter(kept, length);
        else if (byte === NAK) length = 0;
        else if ((byte >= 32 || byte === TAB) && length < CAP) kept[length++] = byte;
      }
      chunk.fill(0);
    };
    stdin.on("data", take);
    stdin.once("end", gone);
    stdin.resume();
  });
}

function wiped(chunk: Buffer, then: () => void): void {
  chunk.fill(0);
  then();
}

/** A raw terminal sends no signal: what Ctrl-C means is done here, with the terminal as it was. */
function interrupted(gone: () => void): void {
  process.stdin.setRawMode(false);
  gone();
  process.kill(process.pid, "SIGINT");
}

/** Where the line ends without its last character, which may be several bytes of UTF-8. */
function lastCharacter(kept: Buffer, length: number): number {
  let end = Math.max(0, length - 1);
  while (end > 0 && ((kept[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
