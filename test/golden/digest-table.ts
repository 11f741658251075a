// What the present code makes of every document of test/fixtures/documents: digests where a profile accepts it, else
// its refusal.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { takeIn } from "../../runner/commands/intake.ts";
import { digestOf } from "../../runner/model/canonical.ts";
import type { GrammarRequest } from "../../runner/model/grammar-request.ts";

/** Every way a document can be asked for; hints are about one document and have tests of their own. */
const ASKED: Readonly<Record<string, Partial<GrammarRequest>>> = {
  "generic-atx-1 refuse": { profile: "generic-atx-1", empty_body: "refuse" },
  "generic-atx-1 heading": { profile: "generic-atx-1", empty_body: "heading" },
  ...Object.fromEntries(
    (["dieu", "khoan", "diem"] as const).flatMap((depth) =>
      [false, true].map((annexes) => [
        `vn-law-1 ${depth}${annexes ? " annexes" : ""}`,
        { profile: "vn-law-1", depth, annexes },
      ]),
    ),
  ),
};

/** `rows_sha` covers the whole rows, text and keys included, as a run with the id `intake` would write them. */
export type DigestRow =
  | {
      readonly units: number;
      readonly manifest_digest: string;
      readonly writer_digest: string;
      readonly rows_sha: string;
    }
  | { readonly stop: string; readonly line: number };

/** By document and by what was asked. `documents` is the folder test/fixtures/documents. */
export function digestTable(documents: string): Record<string, Record<string, DigestRow>> {
  const names = readdirSync(documents, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => /[.](?:md|txt)$/.test(name))
    .sort();
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(join(documents, name));
      return [
        name,
        Object.fromEntries(Object.entries(ASKED).map(([asked, request]) => [asked, rowOf(bytes, request)])),
      ];
    }),
  );
}

function rowOf(bytes: Buffer, request: Partial<GrammarRequest>): DigestRow {
  const taken = takeIn(bytes, "GOLDEN", { ...request, caps: { units: 1000, hard: 1000 } });
  if (taken.refusal) return { stop: taken.refusal.code, line: taken.refusal.line };
  return {
    units: taken.rows.length,
    manifest_digest: taken.manifest.manifest_digest,
    writer_digest: taken.writer_digest,
    rows_sha: digestOf(taken.rows.map((row) => ({ ...row }))),
  };
}
