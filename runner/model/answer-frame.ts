// The frame around every answer of a host: a line before it, and a line behind it with its length, its digest and the exit status.

/** Random word of one call, 32 hex digits: what stood on the line before the call cannot hold it. */
export const FRAME_TOKEN = /^[0-9a-f]{32}$/;

/** The option of `cutter` that asks for a frame. */
export const FRAME_OPTION = "--frame";

/** How an answer ended: bytes and sha256 of everything between the two lines, and the exit status of what was asked. */
export interface FrameEnd {
  readonly bytes: number;
  readonly sha256: string;
  readonly status: number;
}

/** First line of an answer. A line feed stands before it, because a terminal's title has none behind it. */
export const beginLine = (token: string): string => `\n${beginMark(token)}\n`;

/** The line without its line feeds. */
export const beginMark = (token: string): string => `-----BEGIN CUTTER ANSWER ${token}-----`;

/** Last line of an answer; the line feed before it does not belong to the answer. */
export const endLine = (token: string, { bytes, sha256, status }: FrameEnd): string =>
  `\n${endMark(token)}${bytes} bytes, sha256 ${sha256}, status ${status}-----\n`;

/** What the last line begins with. */
export const endMark = (token: string): string => `-----END CUTTER ANSWER ${token} `;

/** Written on standard error every ten seconds while an answer is made, so that work is told from silence. */
export const aliveLine = (token: string): string => `-----CUTTER WORKS ${token}-----\n`;

/** Seconds between two of these lines. */
export const ALIVE_SECONDS = 10;

/** What stands behind {@link endMark}, undefined when it has another form. */
export function frameEndOf(text: string): FrameEnd | undefined {
  const [, bytes = "", sha256 = "", status = ""] =
    /^(\d{1,15}) bytes, sha256 ([0-9a-f]{64}), status (\d{1,3})-----$/.exec(text) ?? [];
  return bytes === "" ? undefined : { bytes: Number(bytes), sha256, status: Number(status) };
}
