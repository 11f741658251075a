// A real Chromium that a test looks at a page with: offline by its own flags, with a profile of its own that goes with it.
import { existsSync } from "node:fs";
import axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";

const PROGRAM = "/usr/bin/chromium";

/** Fails with the name of the package where the browser is missing: a test that looks at nothing must not pass. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: apt-get install chromium`);
  return chromium.launch({
    executablePath: PROGRAM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page with everything it did that a reading page must not do: errors, dialogs, requests other than for its own file. */
export interface Watched {
  readonly page: Page;
  readonly wrong: readonly string[];
}

/** How a window is made: its look and width. */
export interface Window {
  readonly dark?: boolean;
  readonly width?: number;
}

/** Opens a file in a window of its own. */
export const openFile = (browser: Browser, file: string, window: Window = {}): Promise<Watched> =>
  opened(browser, `file://${file}`, (url) => url.split("#")[0] === `file://${file}`, window);

/** Opens an address of a program of this machine; whatever else than that program is asked is wrong. */
export const openAddress = (browser: Browser, address: string, window: Window = {}): Promise<Watched> =>
  opened(browser, address, (url) => new URL(url).origin === new URL(address).origin, window);

async function opened(
  browser: Browser,
  url: string,
  isOwn: (url: string) => boolean,
  { dark, width }: Window,
): Promise<Watched> {
  const page = await browser.newPage({
    colorScheme: dark === true ? "dark" : "light",
    viewport: { width: width ?? 1280, height: 860 },
  });
  const wrong: string[] = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!isOwn(request.url())) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong };
}

/** What axe-core finds, one line each. */
export async function accessFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ["violations"] }),
  );
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map((node) => node.html.slice(0, 120))
        .slice(0, 3)
        .join(" | ")}`,
  );
}
