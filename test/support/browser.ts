// A real Chromium that a test looks at a page with: offline by its own flags, with a profile of its own that goes with it.
import { existsSync } from "node:fs";
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

/** Opens a file in a window of its own. */
export async function openFile(
  browser: Browser,
  file: string,
  window: { readonly dark?: boolean; readonly width?: number } = {},
): Promise<Watched> {
  const page = await browser.newPage({
    colorScheme: window.dark === true ? "dark" : "light",
    viewport: { width: window.width ?? 1280, height: 860 },
  });
  const wrong: string[] = [];
  const url = `file://${file}`;
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong };
}
