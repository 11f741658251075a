import { beforeEach, expect, test } from "vitest";
import type { Hono } from "hono";
import { newAccess, type Access } from "../../../../scripts/board/board-access.ts";
import { boardApp, serveBoard } from "../../../../scripts/board/board-server.ts";
import { boardOf, hostSaid, statusSaid, watchedHost } from "../../../support/watched-board.ts";

const code = { style: "", script: "" };
let access: Access;
let app: Hono;
beforeEach(() => {
  access = newAccess();
  app = boardApp({ access, code, board: () => boardOf(hostSaid(watchedHost()), statusSaid()) }, () => 4000, new Set());
});
const ask = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  Promise.resolve(
    app.request(`http://127.0.0.1:4000${path}`, { method, headers: { host: "127.0.0.1:4000", ...headers } }),
  );
const enter = async (): Promise<{ answer: Response; cookie: string }> => {
  const answer = await ask(`/${access.path}/enter?token=${access.token}`);
  return { answer, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
};

test("the link gives a cookie that no script reads, no other site sends and no other program of this machine gets", async () => {
  const { answer } = await enter();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("set-cookie")).toMatch(
    new RegExp(`^cutter_board=[\\w-]{43}; Path=/${access.path}/; HttpOnly; SameSite=Strict$`),
  );
  expect(await answer.text()).not.toContain(access.token);
});

test("the page needs the cookie, is kept by nobody and may load nothing but its own two parts", async () => {
  expect((await ask(`/${access.path}/`)).status).toBe(403);
  const { cookie } = await enter();
  const page = await ask(`/${access.path}/`, { cookie });
  expect(page.status).toBe(200);
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("x-frame-options")).toBe("DENY");
  expect(page.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(await page.text()).toContain("MY-LAW");
});

test.each([
  ["a link used twice", () => ask(`/${access.path}/enter?token=${access.token}`), 403],
  ["another folder", (cookie: string) => ask("/", { cookie }), 404],
  [
    "a name that was made to point here",
    (cookie: string) => ask(`/${access.path}/`, { cookie, host: "attacker.example:4000" }),
    403,
  ],
  [
    "a page of another site",
    (cookie: string) => ask(`/${access.path}/events`, { cookie, "sec-fetch-site": "cross-site" }),
    403,
  ],
  ["something that would change", (cookie: string) => ask(`/${access.path}/`, { cookie }, "POST"), 405],
  ["a cookie of another board", () => ask(`/${access.path}/`, { cookie: "cutter_board=x" }), 403],
])("%s is refused", async (_what, asking: (cookie: string) => Promise<Response>, status) => {
  const { cookie } = await enter();
  expect((await asking(cookie)).status).toBe(status);
});

test("a window gets every part at once and from then on what changed; closing it ends its line", async () => {
  let board = boardOf(hostSaid(watchedHost()));
  const server = await serveBoard({ access, code, board: () => board }, 0);
  try {
    expect(server.link).toBe(`http://127.0.0.1:${server.port}/${access.path}/enter?token=${access.token}`);
    const entered = await fetch(server.link);
    const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const gone = new AbortController();
    const events = await fetch(server.link.replace(/enter.*/, "events"), { headers: { cookie }, signal: gone.signal });
    const reader = (events.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    const next = async (): Promise<Record<string, string>> =>
      JSON.parse(/data: (.*)/.exec((await reader.read()).value ?? "")?.[1] ?? "{}") as Record<string, string>;
    expect(Object.keys(await next()).sort()).toEqual([
      "batches-body",
      "closed-body",
      "host-body",
      "now-body",
      "runs-body",
    ]);
    expect(server.windows()).toBe(1);
    board = boardOf(hostSaid(watchedHost()), statusSaid());
    server.changed();
    const changed = await next();
    expect(changed["runs-body"]).toContain("MY-LAW");
    expect(changed["batches-body"]).toBeUndefined();
    gone.abort();
    await expect.poll(() => server.windows()).toBe(0);
  } finally {
    await server.close();
  }
});

test("the board listens on loopback only, and a port that is taken is an error of its own", async () => {
  const server = await serveBoard({ access, code, board: () => boardOf() }, 0);
  try {
    await expect(serveBoard({ access: newAccess(), code, board: () => boardOf() }, server.port)).rejects.toThrow(
      "EADDRINUSE",
    );
    const answer = await fetch(`http://127.0.0.1:${server.port}/`);
    expect(answer.status).toBe(404);
  } finally {
    await server.close();
  }
});
