// Serves the board on this machine's loopback: one page, its changes as server-sent events, nothing else. It answers GET only and changes
// nothing (docs/decisions/0064-board.md).
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import { isMeantForUs, type Access } from "./board-access.ts";
import { boardPage, entryPage, boardParts, boardPolicy, type BoardCode } from "./board-page.ts";
import type { Board } from "./board-state.ts";

const COOKIE = "cutter_board";
/** Windows that look at once; a page holds one connection each. */
const MOST_WINDOWS = 16;
/** Ages on the page grow without news. */
const TURN_MILLISECONDS = 5_000;
const SETTLE_MILLISECONDS = 150;

/** What is served. `board`: the state now; `code`: style and script of the page. */
export interface Served {
  readonly access: Access;
  readonly code: BoardCode;
  readonly board: () => Board;
}

/** A board that is served. `changed`: there is news; `windows`: how many look. */
export interface BoardServer {
  readonly link: string;
  readonly port: number;
  changed(): void;
  windows(): number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function serveBoard(served: Served, port: number): Promise<BoardServer> {
  const windows = new Set<() => void>();
  let bound = 0;
  const server = createAdaptorServer({ fetch: boardApp(served, () => bound, windows).fetch });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  bound = (server.address() as AddressInfo).port;
  const every = setInterval(() => windows.forEach((tell) => tell()), TURN_MILLISECONDS);
  return {
    link: `http://127.0.0.1:${bound}/${served.access.path}/enter?token=${served.access.token}`,
    port: bound,
    changed: () => windows.forEach((tell) => tell()),
    windows: () => windows.size,
    close: async () => {
      clearInterval(every);
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The answers of the board, without a socket: what a test asks directly. */
export function boardApp({ access, code, board }: Served, port: () => number, windows: Set<() => void>): Hono {
  const app = new Hono();
  const root = `/${access.path}`;
  app.use(secureHeaders({ xFrameOptions: "DENY", referrerPolicy: "no-referrer" }));
  app.use(async (context, next) => {
    context.header("Cache-Control", "no-store");
    context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    if (context.req.method !== "GET") return context.text("this board only shows\n", 405);
    // The link may be followed from anywhere; its token is what it is worth.
    const site = context.req.path === `${root}/enter` ? undefined : context.req.header("sec-fetch-site");
    if (!isMeantForUs({ host: context.req.header("host"), site }, port()))
      return context.text("this board answers to the address it printed only\n", 403);
    return next();
  });
  app.get(`${root}/enter`, (context) => enter(context, access, root));
  app.use(`${root}/*`, async (context, next) =>
    access.knows(getCookie(context, COOKIE))
      ? next()
      : context.text("open the link that the board printed; it works once. A new one: npm run board\n", 403),
  );
  app.get(`${root}/`, (context) => {
    context.header("Content-Security-Policy", boardPolicy(code));
    return context.html(boardPage(board(), new Date(), code));
  });
  app.get(`${root}/events`, (context) =>
    windows.size >= MOST_WINDOWS
      ? context.text("too many windows look at this board\n", 503)
      : streamSSE(context, (stream) => tellChanges(stream, board, windows)),
  );
  app.notFound((context) => context.text("nothing is here\n", 404));
  return app;
}

/** The token becomes a cookie; the page behind it is opened from here, so that the browser sends the cookie along. */
function enter(context: Context, access: Access, root: string): Response | Promise<Response> {
  const entry = access.enter(context.req.query("token"));
  if ("refused" in entry) return context.text(`${entry.refused}; a new one: npm run board\n`, 403);
  setCookie(context, COOKIE, entry.session, { path: `${root}/`, httpOnly: true, sameSite: "Strict" });
  return context.html(entryPage(`${root}/`));
}

/** All parts at first, then those that are others than before, until the window is closed. */
async function tellChanges(stream: SSEStreamingApi, board: () => Board, windows: Set<() => void>): Promise<void> {
  let wake: () => void = () => undefined;
  const tell = (): void => wake();
  windows.add(tell);
  let open = true;
  stream.onAbort(() => {
    open = false;
    windows.delete(tell);
    wake();
  });
  let told: Readonly<Record<string, string>> = {};
  while (open) {
    const news = new Promise<void>((resolve) => (wake = resolve));
    const parts = boardParts(board(), new Date());
    const changed = Object.fromEntries(Object.entries(parts).filter(([id, html]) => told[id] !== html));
    told = parts;
    await stream.writeSSE({ event: "parts", data: JSON.stringify(changed) });
    await news;
    // What changes many times a moment is shown once.
    await stream.sleep(SETTLE_MILLISECONDS);
  }
}
