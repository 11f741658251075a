// Writes the reading page of a request to a file of its own, readable by this user only.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import { readingPage, type PageCode } from "./page.ts";
import type { PageLanguage } from "./languages.ts";
import type { Reading } from "./reading.ts";

/** Folder of pages where no file is named. */
const PAGES = "pages";

/** The style and the script of the page, as they lie beside this file. */
export async function pageCode(): Promise<PageCode> {
  const folder = join(projectRoot(), "scripts", "reading", "page");
  const [style, script] = await Promise.all(
    ["style.css", "behaviour.js"].map((name) => readFile(join(folder, name), "utf8")),
  );
  return { style: style ?? "", script: script ?? "" };
}

/** Where the page lies. `file` undefined: `pages/<run>-<gate>.html` of the working folder. */
export async function writePage(reading: Reading, language: PageLanguage, file: string | undefined): Promise<string> {
  const { run_id, gate } = reading.bundle.request;
  const path = resolve(file ?? join(PAGES, `${run_id}-${gate}.html`));
  const text = readingPage(reading, language, await pageCode());
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.new-${process.pid}`;
  try {
    await writeFile(fresh, text, { flag: "wx", mode: 0o600 });
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
  return path;
}
