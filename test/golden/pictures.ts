// The pictures of docs/images: reading page, page of a run and board as a real Chromium shows them, and what npm start prints as a terminal.
// Looked through by eye when a page changed: node test/golden/record.mjs pictures
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finalReport } from "../../runner/reports/final-report.ts";
import { htmlOf } from "../../runner/reports/html.ts";
import { newAccess } from "../../scripts/board/board-access.ts";
import { serveBoard } from "../../scripts/board/board-server.ts";
import { languageFor } from "../../scripts/reading/languages.ts";
import { readingPage } from "../../scripts/reading/page.ts";
import { readingOf } from "../../scripts/reading/reading.ts";
import { pageCode } from "../../scripts/reading/write-page.ts";
import { readBundle } from "../../scripts/signing/bundle.ts";
import { projectRoot } from "../../infra/place.ts";
import { openAddress, openBrowser, openFile, type Window } from "../support/browser.ts";
import { finalFactsOf } from "../support/recorded-run.ts";
import {
  batchOfHost,
  boardOf,
  OPEN_RUN,
  hostSaid,
  saidByRun,
  statusSaid,
  watchedHost,
} from "../support/watched-board.ts";
import { terminalPicture } from "./terminal-picture.ts";

const SIZE: Window = { width: 1180 };

/** Writes every picture into `folder`. */
export async function takePictures(folder: string): Promise<void> {
  const text = readFileSync(join(folder, "npm-start.txt"), "utf8");
  writeFileSync(join(folder, "npm-start.svg"), terminalPicture("What npm start prints", text));
  const pages = mkdtempSync(join(tmpdir(), "pictures-"));
  const browser = await openBrowser();
  try {
    const take = async (name: string, html: string, window: Window, at = ""): Promise<void> => {
      const file = join(pages, `${name}.html`);
      writeFileSync(file, html);
      const { page } = await openFile(browser, `${file}${at}`, window);
      await page.screenshot({ path: join(folder, `${name}.png`) });
      await page.close();
    };
    await take("reading-page-light", await enactment(), SIZE);
    await take("reading-page-dark", await enactment("giấy"), { ...SIZE, dark: true }, "#law");
    await take("run-page", htmlOf(finalReport(finalFactsOf()).document), SIZE, "#part-2");
    const server = await serveBoard({ access: newAccess(), code: boardCode(), board: busyBoard }, 0);
    try {
      const { page } = await openAddress(browser, server.link, SIZE);
      await page.locator("#runs-body article").waitFor();
      await page.screenshot({ path: join(folder, "board.png") });
      await page.close();
    } finally {
      await server.close();
    }
  } finally {
    await browser.close();
    rmSync(pages, { recursive: true });
  }
}

/** The recorded request of an enactment; `word`: compared with a text that has this word instead. */
async function enactment(word?: string): Promise<string> {
  const bundle = await readBundle(join(projectRoot(), "test/golden/vn-law-diem/requests", "SG_2_lifecycle_authz-1"));
  const before = word === undefined ? undefined : bundle.snapshot.toString("utf8").replace("sách", word);
  const other =
    before === undefined ? undefined : ({ kind: "before", name: "v0", bytes: Buffer.from(before) } as const);
  return readingPage(readingOf(bundle, "Linh", other), languageFor("en"), await pageCode());
}

function boardCode(): { style: string; script: string } {
  const read = (name: string): string => readFileSync(join(projectRoot(), "scripts/board/page", name), "utf8");
  return { style: read("style.css"), script: read("behaviour.js") };
}

const hoursFromNow = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** A host with a run that waits, one that is done, a batch, an old backup. */
const busyBoard = () =>
  boardOf(
    statusSaid({
      deadline: hoursFromNow(1.3),
      next: `npm run fetch -- ${OPEN_RUN} --stack contabo`,
      or: `npm run resume -- ${OPEN_RUN} --stack contabo`,
    }),
    statusSaid({
      run_id: "ictr-20261128T110000Z-0000000c",
      document_id: "OTHER-LAW",
      closed: hoursFromNow(-20),
      state: "closeout_reported",
    }),
    hostSaid(
      saidByRun({ event: "phase", phase: "grant_probe", status: "passed", seconds: 1.2, rows: 9, invariants: "6/6" }),
    ),
    { kind: "batches", at: hoursFromNow(0), events: [batchOfHost] },
    { kind: "looked", looked: { at: hoursFromNow(-3), differences: 0 } },
    hostSaid(
      watchedHost({
        backup_at: hoursFromNow(-30),
        drill_at: hoursFromNow(-400),
        signers: watchedHost().signers.map((one) => ({ ...one, until: hoursFromNow(1.3) })),
      }),
    ),
  );
