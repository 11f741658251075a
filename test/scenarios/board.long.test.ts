// The board in a real browser, from the program that serves it: it is live, asks nobody but that program, is used with the keyboard alone,
// can be read by everybody, and says what it knows when the host is away.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { newAccess } from "../../scripts/board/board-access.ts";
import { serveBoard, type BoardServer } from "../../scripts/board/board-server.ts";
import { boardAfter, emptyBoard, type Board, type News } from "../../scripts/board/board-state.ts";
import { accessFaults, openAddress, openBrowser, type Watched } from "../support/browser.ts";
import { batchOfHost, hostSaid, OPEN_RUN, saidByRun, statusOfRun, watchedHost } from "../support/watched-board.ts";

const passed = hostSaid(saidByRun({ event: "phase", phase: "mark", status: "passed", seconds: 1, rows: 5 }));
const read = (name: string): string => readFileSync(join(projectRoot(), "scripts/board/page", name), "utf8");
const code = { style: read("style.css"), script: read("behaviour.js") };
let browser: Browser;
let board: Board;
let server: BoardServer;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => browser?.close());
beforeEach(async () => {
  board = emptyBoard("contabo", new Date().toISOString());
  server = await serveBoard({ access: newAccess(), code, board: () => board }, 0);
});
afterEach(async () => server.close());

const tell = (...news: readonly News[]): void => {
  board = news.reduce(boardAfter, board);
  server.changed();
};
const status = (over: Parameters<typeof statusOfRun>[0] = {}): News => ({
  kind: "status",
  at: new Date().toISOString(),
  status: statusOfRun(over),
});
async function opened(window: { readonly dark?: boolean; readonly width?: number } = {}): Promise<Watched> {
  const watched = await openAddress(browser, server.link, window);
  await watched.page.locator("#now-body").waitFor();
  return watched;
}

test.each([false, true])(
  "the whole board (dark: %s) says nothing wrong, asks nobody else, and everybody can read it",
  async (dark) => {
    tell(
      hostSaid(
        watchedHost({ halts: [{ run_id: null, at: "2026-11-29T10:00:00Z", by: "linh", reason: "strange rows" }] }),
      ),
      status(),
      status({ run_id: "ictr-20261128T110000Z-0000000c", closed: "2026-11-28T12:00:00Z" }),
      passed,
      { kind: "batches", at: new Date().toISOString(), events: [batchOfHost] },
      { kind: "away", at: new Date().toISOString(), saw: "vmi:22: connection refused" },
    );
    const { page, wrong } = await opened({ dark });
    expect(await page.title()).toBe("cutter board: contabo");
    expect(page.url()).not.toContain("token");
    await page.locator("details summary").click();
    expect(await accessFaults(page)).toEqual([]);
    expect(wrong).toEqual([]);
    await page.close();
  },
);

test("a run appears, works, waits and is closed while the page is open, and a folded part that was opened stays open", async () => {
  const { page, wrong } = await opened();
  expect(await page.locator("#now-body").textContent()).toContain("asking the host");
  tell(hostSaid(watchedHost()), status({ waiting_for: null }), passed);
  const run = page.locator(`#run-${OPEN_RUN}`);
  await run.getByText("mark passed", { exact: true }).first().waitFor();
  await run.locator("summary").click();
  tell(status());
  await run.getByText(/EXECUTION: minh or hoa/).waitFor();
  expect(await run.locator("details").getAttribute("open")).not.toBeNull();
  tell(status({ closed: new Date().toISOString(), state: "closeout_reported" }));
  await page.locator("#closed-body").getByText("closeout_reported").waitFor();
  expect(await run.count()).toBe(0);
  expect(wrong).toEqual([]);
  await page.close();
});

test("with the keyboard alone a command is copied, and news does not take the focus away", async () => {
  tell(hostSaid(watchedHost()), status());
  const { page, wrong } = await opened();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").textContent()).toBe("To the board");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").getAttribute("aria-label")).toBe("copy: next");
  tell(hostSaid(watchedHost({ unseen: ["the backups: EACCES"] })));
  await page.locator("#now-body").getByText("EACCES").waitFor();
  expect(await page.locator(":focus").getAttribute("aria-label")).toBe("copy: next");
  await page.keyboard.press("Enter");
  await page.locator(":focus").getByText("copied").waitFor();
  const copied = await page.evaluate(() =>
    (
      globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
    ).navigator.clipboard.readText(),
  );
  expect(copied).toBe(`npm run fetch -- ${OPEN_RUN}`);
  expect(wrong).toEqual([]);
  await page.close();
});

test("a second browser is refused, a reload is not, and when the program ends the page says so", async () => {
  const { page } = await opened();
  const stranger = await browser.newPage();
  const answer = await stranger.goto(server.link);
  expect([answer?.status(), await stranger.locator("body").textContent()]).toEqual([
    403,
    expect.stringContaining("npm run board"),
  ]);
  expect((await stranger.goto(page.url()))?.status()).toBe(403);
  await stranger.close();
  expect((await page.reload())?.status()).toBe(200);
  await page.locator("#line").getByText("live").waitFor();
  await server.close();
  await page
    .locator("#line")
    .getByText(/is gone.*npm run board/)
    .waitFor();
  server = await serveBoard({ access: newAccess(), code, board: () => board }, 0);
  await page.close();
});

test("a page of another program of this machine cannot read the board", async () => {
  tell(hostSaid(watchedHost()), status());
  const { page } = await opened();
  const address = page.url();
  const other = await serveBoard({ access: newAccess(), code, board: () => board }, 0);
  try {
    await page.goto(other.link);
    // The link's page leads on by itself.
    await page.locator("#now-body").waitFor();
    const seen = await page.evaluate(async (url) => {
      const asked = await fetch(url, { credentials: "include" }).then(
        (answer) => answer.text(),
        () => "refused",
      );
      return asked;
    }, address);
    expect(seen).not.toContain("MY-LAW");
  } finally {
    await other.close();
    await page.close();
  }
});
