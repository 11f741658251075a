// Streams every row of a table through SHA-256. Two servers with equal rows give equal digests, whatever their
// collation, because every session
// of ours writes values alike (runner/rules/session-settings.ts).
import { createHash } from "node:crypto";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { ContentDigests } from "../model/backup-receipt.ts";

const NEWLINE = 0x0a;

/** Rows and digest by table. `statements` are those of sql/read/backup/checksum-statements.sql, read from the source. */
export async function checksumTables(
  client: pg.Client,
  statements: readonly { name: string; statement: string }[],
): Promise<ContentDigests> {
  const digests: ContentDigests = {};
  for (const { name, statement } of statements) digests[name] = await checksum(client, statement);
  return digests;
}

// COPY writes one line a row and escapes every line feed inside a value, so line feeds count rows.
async function checksum(client: pg.Client, statement: string): Promise<{ rows: number; sha: string }> {
  const hash = createHash("sha256");
  let rows = 0;
  for await (const chunk of client.query(copyTo(statement))) {
    const bytes: Buffer = chunk;
    hash.update(bytes);
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) rows += 1;
  }
  return { rows, sha: hash.digest("hex") };
}
