// The line of one machine to the server: a socket of its own that passes every byte, and stands still while the line is down. Nobody is told
// that it is down, as on a network that loses everything: what was sent waits, and new connections are never answered.
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endTogether } from "./commit-proxy.ts";

/** The line; `folder` holds its socket under the server's own port. */
export interface MachineLine {
  readonly folder: string;
  down(): void;
  up(): void;
  end(): void;
}

/** Listens beside the server's socket and passes to it. */
export async function machineLine(server: { readonly host: string; readonly port: number }): Promise<MachineLine> {
  const folder = mkdtempSync(join(tmpdir(), "line-"));
  const name = `.s.PGSQL.${server.port}`;
  const open = new Set<Socket>();
  const waiting = new Set<() => void>();
  let isDown = false;
  const pass = (client: Socket): void => {
    const upstream = createConnection(join(server.host, name));
    endTogether(open, client, upstream);
    client.on("data", (piece) => void upstream.write(piece));
    upstream.on("data", (piece) => void client.write(piece));
  };
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    const begin = (): void => {
      client.resume();
      pass(client);
    };
    if (isDown) waiting.add(begin);
    else begin();
  });
  await new Promise<void>((resolve) => listener.listen(join(folder, name), resolve));
  return {
    folder,
    down: () => {
      isDown = true;
      for (const socket of open) socket.pause();
    },
    up: () => {
      isDown = false;
      for (const socket of open) socket.resume();
      for (const begin of waiting) begin();
      waiting.clear();
    },
    end: () => {
      for (const socket of open) socket.destroy();
      listener.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
