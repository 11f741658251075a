// Writes a page for a browser to a file of its own, whole or not at all, readable by this user only.
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Document } from "../../runner/reports/blocks.ts";
import { htmlOf } from "../../runner/reports/html.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

/** Folder of pages where no file is named. */
const PAGES = "pages";

/** Words of the option that asks for a report as a page. */
export const PAGE_OPTION = [
  "--page [file]",
  "also as a page for a browser; without a file pages/<kind>-<stack>-<time>.html",
] as const;

/** What commander makes of that option: not asked for, asked for, a file. */
export type PageWish = boolean | string | undefined;

/** Where the page lies. `file` undefined: `pages/<name>.html`; paths are meant from `place`, by default where the person stands. */
export async function writePageFile(
  text: string,
  name: string,
  file: string | undefined,
  place = process.cwd(),
): Promise<string> {
  const path = resolve(place, file ?? join(PAGES, `${name}.html`));
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

/** The report as a page, where one is wished; `kind` and `of` name its file. Answers where it lies. */
export async function wishedPage(
  wish: PageWish,
  report: Document,
  { kind, of, at }: { readonly kind: string; readonly of: string; readonly at: Date },
  place?: string,
): Promise<string | undefined> {
  if (wish === undefined || wish === false) return undefined;
  const second = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const name = `${kind}-${of.replaceAll(/[^A-Za-z0-9-]+/g, "-")}-${second}`;
  return writePageFile(htmlOf(report), name, typeof wish === "string" ? wish : undefined, place);
}

/** Says where the page of a report lies, where one was wished. */
export function tellPage(page: string | undefined, json: boolean): void {
  if (page === undefined) return;
  if (json) printJson({ event: "report_page", page });
  else process.stdout.write(`page: ${page}\n`);
}
