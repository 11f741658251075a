// Writes the reading page of a request to a file of its own, readable by this user only.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import { writePageFile } from "./page-file.ts";
import { readingPage, type PageCode } from "./page.ts";
import type { PageLanguage } from "./languages.ts";
import type { Reading } from "./reading.ts";

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
  return writePageFile(readingPage(reading, language, await pageCode()), `${run_id}-${gate}`, file);
}
