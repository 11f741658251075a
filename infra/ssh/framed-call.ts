// One call over ssh whose answer is framed: it comes as it is sent, within caps, and a host that falls silent is left.
import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { aliveLine, beginMark, FRAME_OPTION, type FrameEnd } from "../../runner/model/answer-frame.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { frameReader, tooMuch, type AnswerCaps } from "./framed-answer.ts";
import { sshEnvironment } from "./environment.ts";

/** What is asked: the whole command line of ssh, and what takes each part of the answer as it comes. */
export interface FramedCall {
  readonly line: readonly string[];
  readonly token: string;
  readonly caps: AnswerCaps;
  readonly input?: string | Uint8Array | undefined;
  /** Seconds the whole call may take; without it only silence ends it. */
  readonly limit?: number;
  readonly onPart?: (part: Buffer) => void | Promise<void>;
  /** What ends the call from this side, as soon as it stands. */
  readonly started?: (end: () => void) => void;
}

/** How it ended. `status` undefined: the line broke or never stood, nothing is known about what was asked. */
export interface CallEnd {
  readonly status: number | undefined;
  /** What the host said on standard error inside the frame; all of it where there was none. */
  readonly stderr: string;
}

/** A word that nothing on the line can know before the call. */
export const newToken = (): string => randomBytes(16).toString("hex");

/** ssh's own status for "could not connect", and for a line that broke. */
const SSH_FAILED = 255;
const STDERR_CAP = 2 * 1024 * 1024;
/** After a whole answer ssh has this long to end; a program that a start-up file left behind may hold the line. */
const AFTERWARDS_MS = 2_000;
const NOISE_CAP = 400;

/**
 * STOP_COULD_NOT_LOOK for a host that ends without a whole answer, sends more than the caps allow or is silent for longer; a line that
 * broke is no stop, because whoever asked may ask again.
 */
export async function framedCall(call: FramedCall): Promise<CallEnd> {
  const [program = "ssh", ...words] = call.line;
  const child = execa(program, words, {
    reject: false,
    extendEnv: false,
    env: sshEnvironment(),
    buffer: false,
    forceKillAfterDelay: 2000,
    ...(call.input === undefined ? { stdin: "ignore" as const } : { input: call.input }),
  });
  const leave = (): void => {
    child.kill();
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const watch = watched(call, leave);
  call.started?.(() => watch.giveUp());
  const messages = collected(child.stderr, watch);
  const reader = frameReader(call.token, call.caps.bytes);
  let end: FrameEnd | undefined;
  let noise = "";
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      watch.heard();
      const part = reader.take(chunk);
      if (part.length > 0) await call.onPart?.(part);
      else if (noise.length < NOISE_CAP) noise += chunk.subarray(0, NOISE_CAP).toString("utf8");
      end = reader.end();
      if (end) watch.whole();
    }
  } catch (error) {
    // A stream that was destroyed from this side ends so; the reason is known.
    if (error instanceof Stopped || !watch.left()) {
      watch.end();
      leave();
      throw error;
    }
  }
  const { exitCode } = await child;
  watch.end();
  const stderr = messages();
  if (end) return { status: end.status, stderr: inFrame(stderr, call.token) };
  watch.insist();
  if (exitCode === undefined || exitCode === SSH_FAILED) return { status: undefined, stderr };
  throw noAnswer(exitCode, [inFrame(stderr, call.token), noise]);
}

interface Watch {
  heard(): void;
  whole(): void;
  giveUp(stop?: Stopped): void;
  left(): boolean;
  insist(): void;
  end(): void;
}

// Silence, and the time of the whole call; what was given up is told by `insist`.
function watched({ caps, limit }: FramedCall, leave: () => void): Watch {
  let reason: Stopped | undefined;
  let left = false;
  const goneBy = (stop?: Stopped): void => {
    if (left) return;
    left = true;
    reason = stop;
    leave();
  };
  const silence = setTimeout(() => goneBy(silent(caps.silence)), caps.silence * 1000);
  const timers = [silence];
  if (limit !== undefined) timers.push(setTimeout(() => goneBy(slow(limit)), limit * 1000));
  return {
    heard: () => void silence.refresh(),
    whole: () => void timers.push(setTimeout(() => goneBy(), AFTERWARDS_MS)),
    giveUp: goneBy,
    left: () => left,
    insist: () => {
      if (reason) throw reason;
    },
    end: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}

function collected(stream: Readable, watch: Watch): () => string {
  const parts: Buffer[] = [];
  let bytes = 0;
  stream.on("error", () => undefined);
  stream.on("data", (part: Buffer) => {
    watch.heard();
    bytes += part.length;
    if (bytes <= STDERR_CAP) parts.push(part);
    else watch.giveUp(tooMuch(`more than ${STDERR_CAP / 1024 / 1024} MiB of messages`));
  });
  return () => Buffer.concat(parts).toString("utf8");
}

/** What was said behind the frame's first line, without the lines that only say that the host works; all of it without such a line. */
function inFrame(text: string, token: string): string {
  const mark = `${beginMark(token)}\n`;
  const at = text.indexOf(mark);
  return (at < 0 ? text : text.slice(at + mark.length)).replaceAll(aliveLine(token), "");
}

/** What a shell ends with that finds no program of the name. */
const NO_SUCH_PROGRAM = 127;

function noAnswer(status: number, said: readonly string[]): Stopped {
  const words = said.map((text) => printable(text.trim().split("\n").at(-1) ?? "").slice(0, 200)).find(Boolean);
  if (status === NO_SUCH_PROGRAM)
    return new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the host has no cutter where this folder looks for it${words === undefined ? "" : `; it said: ${words}`}`,
      wanted: "the launcher that provisioning lays on the host",
      hint: "the host was never provisioned, or its launcher is gone; `npm run up` lays it",
      next: "npm run drift",
    });
  const older = said.some((text) => text.includes(`unknown option '${FRAME_OPTION}'`));
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host ended with status ${status} and without a whole answer${words === undefined ? "" : `; it said: ${words}`}`,
    wanted: "an answer from its first line to its last",
    hint: older
      ? "the release on the host is older than this folder and does not frame its answers: provision it with `npm run up`"
      : "nothing is known, and nothing was done as far as it is known: look for a start-up file on the host (.bashrc, a forced " +
        "command) that ends or speaks where there is no terminal, and for a launcher that is not there",
  });
}

const silent = (seconds: number): Stopped =>
  new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host took the call and said nothing for ${seconds} s`,
    wanted: "an answer, or a word that the host works on it",
    hint: "what was begun there may go on; ask for its status, then again",
  });

const slow = (seconds: number): Stopped =>
  new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `no whole answer within ${seconds} s`,
    wanted: "an answer of the host",
    hint: "what was begun there may go on; look at the host before you ask it again",
  });
