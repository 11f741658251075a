// A door in front of PostgreSQL that can hold one effect at a chosen moment: at its beginning, before its end, at COMMIT, or after
// COMMIT was done and before the client hears of it. Everything else passes unchanged, authentication included.
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boundValues, isCommit, MessageReader, parsedText, type Message } from "./protocol-messages.ts";

/** `begin`, `end`: before the server hears of begin_effect, end_effect. `commit`: before it hears COMMIT. `committed`: its answer is held. */
export type Moment = "begin" | "end" | "commit" | "committed";

/** An effect that stands still until one of these is called. */
export interface HeldEffect {
  /** Lets it go on as if nothing had been. */
  pass(): void;
  /** Breaks the line on both sides; what was held is lost. */
  cut(): void;
}

export interface CommitProxy {
  /** Folder of its socket, for `database.host`; the port is the server's. */
  readonly socketFolder: string;
  /** Resolves when the next effect of `phase` reaches `moment` and stands still. */
  hold(phase: string, moment: Moment): Promise<HeldEffect>;
  /** Lets nobody in until the answer is called; a server that cannot be reached. */
  refuseNewcomers(): () => void;
  stop(): Promise<void>;
}

interface Trap {
  readonly phase: string;
  readonly moment: Moment;
  readonly caught: (held: HeldEffect) => void;
}

/** Listens on a socket of its own and passes to the server's. */
export async function commitProxy(server: { readonly host: string; readonly port: number }): Promise<CommitProxy> {
  const socketFolder = mkdtempSync(join(tmpdir(), "door-"));
  const traps = new Set<Trap>();
  const open = new Set<Socket>();
  let closed = false;
  const listener = createServer((client) => {
    if (closed) {
      client.destroy();
      return;
    }
    const upstream = createConnection(socketPath(server.host, server.port));
    endTogether(open, client, upstream);
    relay(client, upstream, traps);
  });
  await new Promise<void>((resolve) => listener.listen(socketPath(socketFolder, server.port), resolve));
  return {
    socketFolder,
    hold: (phase, moment) =>
      new Promise((caught) => {
        traps.add({ phase, moment, caught });
      }),
    refuseNewcomers: () => {
      closed = true;
      return () => {
        closed = false;
      };
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      rmSync(socketFolder, { recursive: true, force: true });
    },
  };
}

/** Both sides end when one does; `open` holds them as long. */
export function endTogether(open: Set<Socket>, client: Socket, upstream: Socket): void {
  for (const socket of [client, upstream]) {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      open.delete(socket);
      client.destroy();
      upstream.destroy();
    });
  }
}

const socketPath = (folder: string, port: number): string => join(folder, `.s.PGSQL.${port}`);

/** One connection: knows which effect it is in by the begin_effect it sent, and whether a trap waits for this moment. */
function relay(client: Socket, upstream: Socket, traps: Set<Trap>): void {
  const reader = new MessageReader();
  const waiting: Message[] = [];
  const answers: Buffer[] = [];
  let statement = "";
  let phase: string | undefined;
  let standing = false;
  let awaited: Trap | undefined;

  const held = (): HeldEffect => ({
    pass: () => {
      standing = false;
      for (const answer of answers.splice(0)) client.write(answer);
      const [first, ...rest] = waiting.splice(0);
      if (first) upstream.write(first.bytes);
      for (const message of rest) send(message);
    },
    cut: () => {
      client.destroy();
      upstream.destroy();
    },
  });
  const momentOf = (message: Message): Moment | undefined => {
    if (message.type === "P") statement = parsedText(message);
    if (message.type === "B" && statement.includes("cutter_runtime.begin_effect(")) {
      phase = boundValues(message)[1];
      return "begin";
    }
    if (message.type === "B" && statement.includes("cutter_runtime.end_effect(")) return "end";
    return isCommit(message) ? "commit" : undefined;
  };
  const springs = (moment: Moment): Trap | undefined =>
    [...traps].find((trap) => trap.phase === phase && trap.moment === moment);
  const send = (message: Message): void => {
    if (standing) {
      waiting.push(message);
      return;
    }
    const moment = momentOf(message);
    const trap = moment ? springs(moment) : undefined;
    if (trap) {
      standing = true;
      waiting.push(message);
      traps.delete(trap);
      trap.caught(held());
      return;
    }
    if (moment === "commit") awaited = springs("committed");
    upstream.write(message.bytes);
  };

  client.on("data", (chunk) => {
    for (const message of reader.take(chunk)) send(message);
  });
  upstream.on("data", (chunk) => {
    if (!awaited && !standing) {
      client.write(chunk);
      return;
    }
    answers.push(chunk);
    if (!awaited) return;
    const trap = awaited;
    awaited = undefined;
    standing = true;
    traps.delete(trap);
    trap.caught(held());
  });
}
