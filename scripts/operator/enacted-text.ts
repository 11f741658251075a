// The enacted text that a new version is compared with: read from the host's database, or cut from an older file.
import { readOrStop } from "../../runner/adapters/safe-file.ts";
import { DOCUMENT_CAP, intakeCaps, takeIn } from "../../runner/commands/intake.ts";
import { standingEvent, standingUnitEvent } from "../../runner/model/events.ts";
import type { GrammarRequest } from "../../runner/model/grammar-request.ts";
import { isDocumentId } from "../../runner/model/ids.ts";
import type { SupersededUnit, Supersedes } from "../../runner/model/registration-record.ts";
import { insist, Stopped } from "../../runner/model/stop.ts";
import { judgeSuperseded, supersedesOf, unitsOfRows } from "../../runner/rules/supersession.ts";
import { answersOf, eventsLike } from "./host-call.ts";
import type { Target } from "./target.ts";

/**
 * The units of `document` as they stand on a host, to be followed by `own`. STOP_REFUSED_INPUT when none stand, one is not enacted,
 * or both are one document; STOP_COULD_NOT_LOOK when the host sent fewer than it counted.
 */
export async function enactedText(target: Target, document: string, own: string): Promise<Supersedes> {
  if (!isDocumentId(document))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid document id", wanted: "3-32 of A-Z 0-9 -" });
  const events = await answersOf(target, ["orchestrate", "units", document]);
  const units = eventsLike(standingUnitEvent, events);
  const [end] = eventsLike(standingEvent, events);
  if (end?.units !== units.length || end.document_id !== document)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${units.length} units of ${document} and no end of the list`,
      wanted: "every unit of the document",
    });
  insist(judgeSuperseded(own, document, units));
  return supersedesOf(document, end.source_version_id, units);
}

/** The units of an older file, cut by the same grammar. STOP_REFUSED_INPUT when it cannot be cut. */
export async function textOfFile(
  file: string,
  prefix: string,
  request: GrammarRequest,
): Promise<readonly SupersededUnit[]> {
  const bytes = await readOrStop(file, DOCUMENT_CAP);
  // Hints name lines of the new file; the older one has its own.
  const { refusal, rows } = takeIn(bytes, prefix, { ...request, hints: [], caps: intakeCaps(request.profile) });
  if (refusal)
    throw new Stopped(refusal.code, {
      saw: `${file}, line ${refusal.line}: ${refusal.reason}`,
      wanted: "an older text that the same grammar cuts without hints",
    });
  return unitsOfRows(rows);
}
