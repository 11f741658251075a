// Whether a document may be cut now, looked at before any row of a run exists.
import { documentIdOf } from "../model/ids.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgeAskedVersion, judgeTarget, type SourceRow } from "../rules/source.ts";
import { judgeNotEnacted } from "../rules/supersession.ts";
import type { World } from "../world.ts";

/** A document that a person asked for; `version` null: the newest. */
export interface AskedTarget {
  readonly document: string;
  readonly version?: string | null;
}

/** Its newest version. STOP_TARGET_POLICY, STOP_DOCUMENT_UNKNOWN, STOP_REFUSED_INPUT for another version than asked and for an enacted text. */
export async function insistCuttable(
  { database, config }: Pick<World, "database" | "config">,
  { document, version = null }: AskedTarget,
): Promise<SourceRow> {
  documentIdOf(document);
  const { registered, standing } = await database.read("exec", async (reader) => ({
    registered: await reader.query("read/source-document", { document_id: document }),
    standing: await reader.query("read/standing-units", { document_id: document }),
  }));
  const { verdict, source } = judgeTarget(registered, document, config);
  insist(verdict);
  if (!source)
    throw new Stopped("STOP_DOCUMENT_UNKNOWN", { saw: `${document} has no version`, wanted: "a captured version" });
  insist(judgeAskedVersion(document, version, source.source_version_id));
  insist(judgeNotEnacted(document, standing));
  return source;
}
