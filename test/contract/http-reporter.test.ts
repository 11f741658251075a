// The HTTP reporter against a real little server: under the contract of every reporter, and against answers that go wrong.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { askKnowledgeBase, httpReporter } from "../../runner/adapters/http-reporter.ts";
import { configSchema } from "../../runner/model/config.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { ownerLine } from "../support/owner-line.ts";
import { reporterContract, stopOf, type ReporterUnderTest } from "./reporter.contract.ts";

const KEY = "planted-key-0123456789";
const posted = z.strictObject({
  document_id: z.string(),
  parent_id: z.string(),
  content: z.strictObject({ mime_type: z.literal("text/markdown"), body: z.string() }),
  metadata: z.strictObject({ title: z.string(), tags: z.array(z.string()) }),
  is_human_readable: z.literal(true),
});
type Posted = z.infer<typeof posted>;
type Answer = (response: ServerResponse, body: Posted) => void;

interface Little {
  readonly base: string;
  readonly taken: Posted[];
  /** Requests in all, and the keys they carried. */
  readonly keys: string[];
  /** Answers of the next requests; then every document is taken. */
  readonly next: Answer[];
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Posted> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  return posted.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
}

/** Takes documents by id, once each, as a knowledge base does. */
async function littleServer(): Promise<Little> {
  const taken: Posted[] = [];
  const keys: string[] = [];
  const next: Answer[] = [];
  const take: Answer = (response, body) => {
    const there = taken.some((one) => one.document_id === body.document_id);
    if (!there) taken.push(body);
    response
      .writeHead(there ? 409 : 201, { "content-type": "application/json" })
      .end(JSON.stringify({ id: `kb-${taken.length}` }));
  };
  const server: Server = createServer((request, response) => {
    response.on("error", () => undefined);
    void bodyOf(request).then((body) => {
      keys.push(String(request.headers["x-api-key"]));
      if (request.method !== "POST" || request.url !== "/api/documents") return response.writeHead(404).end();
      return (next.shift() ?? take)(response, body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    base: `http://127.0.0.1:${port}/api/`,
    taken,
    keys,
    next,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function httpUnderTest(): Promise<ReporterUnderTest> {
  const folder = await mkdtemp("/tmp/chr-");
  const server = await littleServer();
  const keyFile = join(folder, "kb.env");
  await writeFile(keyFile, `DOT_CUTTER_KB_API_KEY=${KEY}\n`);
  const titled = (runFolder: string, file: string) =>
    server.taken.filter((one) => one.metadata.title === `${runFolder}/${file}`);
  return {
    reporter: httpReporter({
      base: server.base,
      keyName: "DOT_CUTTER_KB_API_KEY",
      keyFile,
      folder,
      wait: () => Promise.resolve(),
    }),
    stored: async (runFolder, file) => titled(runFolder, file).at(-1)?.content.body,
    all: async () => [...new Set(server.taken.map((one) => one.metadata.title))].sort(),
    writing: async (runFolder, file) => titled(runFolder, file).length,
    plant: async (runFolder, file, text) =>
      void server.taken.push({
        document_id: "somebodys",
        parent_id: runFolder,
        content: { mime_type: "text/markdown", body: text },
        metadata: { title: `${runFolder}/${file}`, tags: [] },
        is_human_readable: true,
      }),
    failNext: async (tries) => {
      server.next.splice(
        0,
        server.next.length,
        ...Array.from({ length: tries }, (): Answer => (response) => response.writeHead(503).end()),
      );
    },
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

reporterContract("HTTP", httpUnderTest);

let server: Little;
let folder: string;
let keyFile: string;
const DOCUMENT = `# 01\n\n${ownerLine("ictr-20261120T080000Z-8a941203")}\n`;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/chr-");
  keyFile = join(folder, "kb.env");
  await writeFile(keyFile, `DOT_CUTTER_KB_API_KEY=${KEY}\n`);
  server = await littleServer();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
const waits: number[] = [];
const reporter = (base = server.base, limitMs = 1_000) =>
  httpReporter({
    base,
    keyName: "DOT_CUTTER_KB_API_KEY",
    keyFile,
    folder,
    limitMs,
    wait: async (ms) => void waits.push(ms),
  });
const deliver = (base?: string, limitMs?: number): Promise<void> =>
  reporter(base, limitMs).deliver("law/v1", "b.md", DOCUMENT);
const sawOf = (work: Promise<void>): Promise<string> =>
  work.then(
    () => "delivered",
    (error: unknown) => (error instanceof Stopped ? `${error.code}: ${error.facts.saw}` : String(error)),
  );

test("a document goes out with its title, its folder and its run, and the key stands in its header alone", async () => {
  await deliver();
  expect(server.taken).toEqual([
    expect.objectContaining({
      parent_id: "law/v1",
      metadata: { title: "law/v1/b.md", tags: ["governed-cut", "ictr-20261120T080000Z-8a941203"] },
    }),
  ]);
  expect(server.taken[0]?.document_id).toMatch(/^law\/v1\/b-[0-9a-f]{12}\.md$/);
  expect(server.keys).toEqual([KEY]);
  expect(JSON.stringify(server.taken)).not.toContain(KEY);
});

test("an answer that was lost after the document was taken leads to one document, told by another process too", async () => {
  server.next.push((response, body) => {
    server.taken.push(body);
    response.destroy();
  });
  await deliver();
  expect(server.taken).toHaveLength(1);
  await deliver();
  expect(server.keys).toHaveLength(2);
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is refused at once and the key is not told to where it points",
  async (status) => {
    const other = await littleServer();
    server.next.push((response) => response.writeHead(status, { location: `${other.base}documents` }).end());
    expect(await sawOf(deliver())).toBe(`STOP_KB_UPLOAD_FAILED: a redirect (${status})`);
    expect(other.keys).toEqual([]);
    expect(server.keys).toHaveLength(1);
    await other.close();
  },
);

test.each([400, 401, 403, 404, 413])(
  "status %i is told at once, because another try would not change it",
  async (status) => {
    server.next.push((response) => response.writeHead(status).end("planted-answer"));
    expect(await sawOf(deliver())).toBe(`STOP_KB_UPLOAD_FAILED: status ${status}`);
    expect(server.keys).toHaveLength(1);
  },
);

test.each([500, 502, 503, 429, 408])(
  "status %i is tried three times, with half a second and two seconds between",
  async (status) => {
    waits.length = 0;
    for (let turn = 0; turn < 3; turn += 1) server.next.push((response) => response.writeHead(status).end());
    expect(await sawOf(deliver())).toBe(`STOP_KB_UPLOAD_FAILED: b.md was not delivered in 3 tries: status ${status}`);
    expect({ asked: server.keys.length, waits }).toEqual({ asked: 3, waits: [500, 2000] });
    await deliver();
    expect(server.taken).toHaveLength(1);
  },
);

test("a server that never answers, one that answers a byte at a time and nobody at all end in a stop", async () => {
  for (let turn = 0; turn < 3; turn += 1) server.next.push(() => undefined);
  expect(await sawOf(deliver(undefined, 200))).toMatch(/no whole answer within 200 ms/);
  for (let turn = 0; turn < 3; turn += 1) {
    server.next.push((response) => {
      response.writeHead(201);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    });
  }
  expect(await sawOf(deliver(undefined, 200))).toMatch(/no whole answer within 200 ms/);
  const gone = await littleServer();
  await gone.close();
  expect(await sawOf(deliver(gone.base))).toMatch(/no answer \(ECONNREFUSED\)/);
});

test("an answer of a gigabyte is read to its cap and costs no memory", async () => {
  let sent = 0;
  const block = Buffer.alloc(1 << 20, "x");
  server.next.push((response, body) => {
    server.taken.push(body);
    response.writeHead(201, { "content-length": String(1 << 30) });
    const more = (): void => {
      while (sent < 1 << 30 && !response.destroyed) {
        sent += block.length;
        if (!response.write(block)) return void response.once("drain", more);
      }
    };
    more();
  });
  const before = process.memoryUsage().rss;
  await deliver(undefined, 20_000);
  expect(sent).toBeLessThan(1 << 28);
  expect(process.memoryUsage().rss - before).toBeLessThan(1 << 28);
});

test("a missing key file, a key out of form and a wrong answer never show the key or the answer", async () => {
  server.next.push((response) => response.writeHead(201).end(`{"id": 7, "x": "planted-answer"}`));
  await deliver();
  for (const [text, saw] of [
    ["OTHER=1", /DOT_CUTTER_KB_API_KEY is not in/],
    ["DOT_CUTTER_KB_API_KEY='planted key with blanks'", /no form of a key/],
  ] as const) {
    await writeFile(keyFile, text);
    const told = await sawOf(reporter().deliver("law/v1", "c.md", DOCUMENT));
    expect(told).toMatch(saw);
    expect(told).not.toContain("planted");
  }
  await rm(keyFile);
  expect(await stopOf(reporter().deliver("law/v1", "c.md", DOCUMENT))).toBe("STOP_KB_UPLOAD_FAILED");
});

test("a configuration takes an encrypted address or this machine's own, and no secret in it", () => {
  const reports = configSchema.shape.reports;
  const http = (base_url: string) =>
    reports.safeParse({ reporter: "http", folder: "/r", base_url, api_key_file: "/k" }).success;
  for (const good of ["https://kb.example/api", "http://127.0.0.1:8000", "http://localhost/x", "http://[::1]:9"])
    expect([good, http(good)]).toEqual([good, true]);
  for (const bad of [
    "http://kb.example/api",
    "https://user:pw@kb.example",
    "https://kb.example/?key=1",
    "https://kb.example/#x",
    "ftp://127.0.0.1",
    "kb.example",
    "http://127.0.0.1.example/",
  ])
    expect([bad, http(bad)]).toEqual([bad, false]);
});

test("a wrong key of the knowledge base shows at precheck, before a run is open, and nothing is delivered by asking", async () => {
  const folder = await mkdtemp("/tmp/chr-");
  let status = 401;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""} ${String(request.headers["x-api-key"])}`);
    response.writeHead(status, { location: "http://127.0.0.1:9/" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const keyFile = join(folder, "kb.env");
  await writeFile(keyFile, `AGENT_DATA_API_KEY=${KEY}\n`);
  const base = `http://127.0.0.1:${port}/api/`;
  const ask = () => askKnowledgeBase({ base, keyFile, keyName: "AGENT_DATA_API_KEY", folder });
  try {
    await expect(ask()).rejects.toMatchObject({ facts: { saw: "the key AGENT_DATA_API_KEY is refused (401)" } });
    status = 302;
    await expect(ask()).rejects.toMatchObject({ facts: { saw: "a redirect (302)" } });
    status = 405;
    expect(await ask()).toBe("answers (405), and does not refuse the key");
    expect(new Set(asked)).toEqual(new Set([`GET /api/documents ${KEY}`]));
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    await expect(ask()).rejects.toMatchObject({ facts: { saw: "no answer (ECONNREFUSED)" } });
    await writeFile(keyFile, "\n");
    await expect(ask()).rejects.toMatchObject({ facts: { saw: expect.stringContaining("is not in") as string } });
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});
