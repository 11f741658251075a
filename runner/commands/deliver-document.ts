// `deliver <subject> <name>`: hands a document that lies in the runtime root to the reporter of this host, as a run's own documents are,
// and the page that lies beside it to a reporter that takes pages.
import { join } from "node:path";
import { rm } from "node:fs/promises";
import type { Common } from "./call-options.ts";
import { Stopped } from "../model/stop.ts";
import { readOrStop, readSafely } from "../adapters/safe-file.ts";
import { printJson } from "../terminal/print-json.ts";
import { makeWorld } from "../wire.ts";

/** Area of the runtime root, and the folder in it, where a document waits to be delivered. */
export const HANDED_OVER = "handed-over";
const DOCUMENT_CAP = 1024 * 1024;
const PAGE_CAP = 4 * 1024 * 1024;
const SUBJECT = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
const NAME = /^[a-z][a-z-]{0,40}-\d{4}-\d\d-\d\d-\d{6}\.md$/;

/** Exit 0 when it was delivered; the copies in the runtime root are then gone. */
export async function deliverDocument(common: Common, subject: string, name: string): Promise<number> {
  if (!SUBJECT.test(subject) || !NAME.test(name))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "not a valid subject or name of a document",
      wanted: "a document or host, and <kind>-<date>-<time>.md",
    });
  const { config, reporter } = await makeWorld(common.config);
  const waiting = join(config.orchestrator.runtime_root, "reports", HANDED_OVER);
  const bytes = await readOrStop(join(waiting, name), DOCUMENT_CAP, {
    code: "STOP_COULD_NOT_LOOK",
    wanted: "the document to deliver",
  });
  const folder = `knowledge/dev/laws/${subject.toLowerCase()}/readiness`;
  const give = async (file: string, text: Buffer): Promise<void> => {
    await reporter.deliver(folder, file, text.toString("utf8"));
    if (common.json) printJson({ event: "delivered", file: `${folder}/${file}` });
    process.stderr.write(`delivered: ${folder}/${file}\n`);
  };
  await give(name, bytes);
  const pageName = name.replace(/[.]md$/, ".html");
  const page = await readSafely(join(waiting, pageName), PAGE_CAP);
  if (page.ok && reporter.takesPages) await give(pageName, page.bytes);
  for (const file of [name, pageName]) await rm(join(waiting, file), { force: true });
  return 0;
}
