// Frames everything this process prints, when the caller asked for it: lines before and behind it, its length and its digest.
import { createHash } from "node:crypto";
import { ALIVE_SECONDS, aliveLine, beginLine, endLine, FRAME_OPTION, FRAME_TOKEN } from "../model/answer-frame.ts";

/** Ends the frame with the exit status. */
export type EndFrame = (status: number) => void;

/** The token among the words of a call, undefined without one or with one out of form: then nothing is framed. */
export function frameToken(words: readonly string[]): string | undefined {
  const at = words.indexOf(FRAME_OPTION);
  const token = at < 0 ? undefined : words[at + 1];
  return token !== undefined && FRAME_TOKEN.test(token) ? token : undefined;
}

/** From now on standard output is counted; its frame is written by this call and by the answered one. */
export function frameOutput(token: string | undefined): EndFrame {
  if (token === undefined) return () => undefined;
  const { stdout, stderr } = process;
  const hash = createHash("sha256");
  let bytes = 0;
  const plain = stdout.write.bind(stdout);
  plain(beginLine(token));
  stderr.write(beginLine(token));
  const counted = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    const data = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    hash.update(data);
    bytes += data.length;
    return plain(data, ...rest);
  };
  stdout.write = counted;
  const alive = setInterval(() => stderr.write(aliveLine(token)), ALIVE_SECONDS * 1000).unref();
  return (status) => {
    clearInterval(alive);
    stdout.write = plain;
    plain(endLine(token, { bytes, sha256: hash.digest("hex"), status }));
  };
}
