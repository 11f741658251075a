// The operator's hints about a document, laid beside the approvals for the run that reads them.
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { Stopped } from "../../runner/model/stop.ts";
import type { Target } from "./target.ts";
import { upload } from "./upload.ts";

const HINTS_CAP = 256 * 1024;

/** Path on the host. STOP_REFUSED_INPUT when the file is no plain one. */
export async function uploadHints(target: Target, file: string, runId: string): Promise<string> {
  const read = await readSafely(file, HINTS_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `the hints file: ${read.reason}`,
      wanted: `a plain file of at most ${HINTS_CAP} bytes`,
    });
  return upload(target, { area: "approvals", name: `hints-${runId}.txt` }, read.bytes);
}
