// Delivers a run's documents to a knowledge base over HTTP: docs/decisions/0061-http-reporter.md.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { sha256 } from "../model/canonical.ts";
import { Stopped } from "../model/stop.ts";
import { ENV_HINT, readEnvFile } from "../rules/env-file.ts";
import type { Config } from "../model/config.ts";
import { kbKeyVariable, refusalOf } from "../rules/env-login.ts";
import { ownerOf } from "../rules/report-owner.ts";
import type { Reporter } from "../world/files.ts";
import { envBytes } from "./env-bytes.ts";
import { TRIES, safeSegments, threeTries } from "./folder-reporter.ts";
import { exists, writeWhole } from "./run-files.ts";
import { codeOf } from "../model/error-text.ts";

/** `base` without a slash at its end is as good as with one; `folder` keeps a note of each delivery. Milliseconds and bytes. */
export interface HttpSettings {
  readonly base: string;
  readonly keyFile: string;
  /** Name of the key in its file. */
  readonly keyName: string;
  readonly folder: string;
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly limitMs?: number;
}

/** Settings of a host whose documents go to a knowledge base; undefined for every other one. */
export const knowledgeBaseOf = (reports: Config["reports"]): HttpSettings | undefined =>
  reports.reporter === "http"
    ? {
        base: reports.base_url,
        keyFile: reports.api_key_file,
        keyName: kbKeyVariable(reports),
        folder: reports.folder,
      }
    : undefined;

const LIMIT_MS = 20_000;
const ANSWER_CAP = 64 * 1024;
/** A header value holds no line end and nothing outside ASCII. */
const KEY = /^[\x21-\x7e]{8,400}$/;
const answered = z.object({
  id: z.string().min(1).max(400).optional(),
  document_id: z.string().min(1).max(400).optional(),
});

/**
 * The HTTP reporter. Three tries; then STOP_KB_UPLOAD_FAILED, as at once for a redirect and for an answer that another try would not
 * change. A document's id is made of its run's folder, its file and its text: told twice it is one document, and no other is replaced.
 */
export function httpReporter(settings: HttpSettings): Reporter {
  const wait = settings.wait ?? sleep;
  return {
    // A knowledge base takes text/markdown.
    takesPages: false,
    deliver: async (runFolder, file, markdown) => {
      const name = safeSegments(runFolder, file).join("/");
      const id = name.replace(/(?:\.md)?$/, `-${sha256(markdown).slice(0, 12)}$&`);
      const note = join(settings.folder, "delivered", `${id}.json`);
      if (await exists(note)) return;
      const body = JSON.stringify({
        document_id: id,
        parent_id: runFolder,
        content: { mime_type: "text/markdown", body: markdown },
        metadata: {
          title: name,
          tags: ["governed-cut", ...(ownerOf(markdown) === undefined ? [] : [ownerOf(markdown)])],
        },
        is_human_readable: true,
      });
      const passes = (error: unknown): error is Passing => error instanceof Passing;
      const told = await threeTries(async () => post(settings, await keyOf(settings), body), passes, wait).catch(
        (error: unknown) => {
          if (!passes(error)) throw error;
          const saw = `${file} was not delivered in ${TRIES} tries: ${error.message}`;
          throw failed(saw, "the knowledge base to take it");
        },
      );
      await writeWhole(note, JSON.stringify({ document_id: id, told, sha: sha256(markdown) }));
    },
  };
}

/**
 * Asks the knowledge base before a run is open: nothing is delivered. A key that it refuses, a redirect and an address where nobody
 * answers are STOP_KB_UPLOAD_FAILED; any other answer is told as it is, because only a document shows whether one is taken.
 */
export async function askKnowledgeBase(settings: HttpSettings): Promise<string> {
  const key = await keyOf(settings);
  const { limitMs = LIMIT_MS } = settings;
  const answer = await fetch(documentsOf(settings.base), {
    method: "GET",
    redirect: "manual",
    signal: AbortSignal.timeout(limitMs),
    headers: { "x-api-key": key, accept: "application/json" },
  }).catch((error: unknown) => {
    throw failed(`no answer (${lineFault(error)})`, "the knowledge base at the configured address", error);
  });
  await answer.body?.cancel();
  if (answer.status === 401 || answer.status === 403)
    throw failed(`the key ${settings.keyName} is refused (${answer.status})`, "a key that the knowledge base takes");
  if (answer.status >= 300 && answer.status < 400)
    throw failed(`a redirect (${answer.status})`, "an answer of the configured address itself");
  return `answers (${answer.status}), and does not refuse the key`;
}

const documentsOf = (base: string): string => `${base.replace(/\/+$/, "")}/documents`;

/** A failure that another try may not meet again. */
class Passing extends Error {}

/** The id the knowledge base gave, null when it gave none. Its answer is read to a cap and believed in nothing else. */
async function post({ base, limitMs = LIMIT_MS }: HttpSettings, key: string, body: string): Promise<string | null> {
  // One limit over everything: connecting, waiting, reading.
  const signal = AbortSignal.timeout(limitMs);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(documentsOf(base), {
      method: "POST",
      redirect: "manual",
      signal,
      body,
      headers: { "content-type": "application/json", "x-api-key": key, accept: "application/json" },
    });
    text = await head(answer, signal);
  } catch (error) {
    throw new Passing(signal.aborted ? `no whole answer within ${limitMs} ms` : `no answer (${lineFault(error)})`);
  }
  // There already under this id: the same text of the same run, told before an answer was lost.
  if (answer.status === 409) return null;
  if (answer.status >= 200 && answer.status < 300) return idIn(text);
  // The key is meant for the configured host alone, so where the answer points is not asked.
  if (answer.status >= 300 && answer.status < 400)
    throw failed(`a redirect (${answer.status})`, "an answer of the configured address itself");
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429)
    throw new Passing(`status ${answer.status}`);
  throw failed(`status ${answer.status}`, "the document taken; look at key, address and rights of this host");
}

async function head(answer: Response, signal: AbortSignal): Promise<string> {
  const reader = answer.body?.getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; reader && size < ANSWER_CAP && !signal.aborted;) {
    const { done, value } = await reader.read();
    if (done || !value) break;
    parts.push(value);
    size += value.length;
  }
  await reader?.cancel().catch(() => undefined);
  return Buffer.concat(parts).toString("utf8", 0, ANSWER_CAP);
}

function idIn(text: string): string | null {
  try {
    const { id, document_id } = answered.parse(JSON.parse(text));
    return id ?? document_id ?? null;
  } catch {
    return null;
  }
}

async function keyOf({ keyFile: file, keyName: name }: HttpSettings): Promise<string> {
  let bytes: Buffer | undefined;
  try {
    bytes = await envBytes(file);
  } catch (error) {
    throw failed(`${file} ${(error as Error).message}`, `the env file that holds ${name}`, error);
  }
  const entry = bytes === undefined ? undefined : readEnvFile(bytes, [name])[name];
  const refused = refusalOf(name, entry);
  if (refused !== undefined) throw failed(`${file} ${refused}`, ENV_HINT);
  const key = entry !== undefined && "value" in entry ? entry.value : "";
  if (!KEY.test(key)) throw failed(`${name} is not in ${file}, or has no form of a key`, "8 to 400 plain characters");
  return key;
}

const lineFault = (error: unknown): string =>
  codeOf(error instanceof Error ? error.cause : undefined, "connection broken");

function failed(saw: string, wanted: string, cause?: unknown): Stopped {
  return new Stopped("STOP_KB_UPLOAD_FAILED", { saw, wanted }, cause);
}
