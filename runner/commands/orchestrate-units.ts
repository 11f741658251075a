// `units <document-id>`: the units of a document as they stand, by their digests; what a new version is compared with.
import type { Common } from "./call-options.ts";
import { isDocumentId } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0, also where none stands; with --json one `standing_unit` event a unit and `standing` at the end. Read-only. */
export async function showUnits(common: Common, document: string): Promise<number> {
  if (!isDocumentId(document))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "not a valid document id",
      wanted: "3-32 of A-Z 0-9 -, no dash at an edge",
    });
  const world = await makeWorld(common.config);
  const rows = await world.database.read("exec", (reader) =>
    reader.query("read/standing-units", { document_id: document }),
  );
  for (const { address, lifecycle_status, title_sha, content_hash } of rows)
    if (common.json) printJson({ event: "standing_unit", address, lifecycle_status, title_sha, content_hash });
    else process.stdout.write(`${printable(`${lifecycle_status.padEnd(10)} ${content_hash} ${address}`)}\n`);
  if (common.json)
    printJson({
      event: "standing",
      document_id: document,
      source_version_id: rows[0]?.source_version_id ?? null,
      units: rows.length,
    });
  return 0;
}
