// What a file of the backups folder is by its name, and which backups may be deleted.
import type { StoredBackup, StoredKind } from "../model/stored-backup.ts";
import { isRunId } from "../model/ids.ts";
import type { Verdict } from "../model/stop.ts";

const FILE = /^((ictr|hand|selftest)-\d{8}T\d{6}Z-[0-9a-f]{8})\.sql\.gpg(\.unproven)?$/;

/** Id, kind and run of a file's name; undefined for a file we did not make. */
export function backupNamed(file: string): Pick<StoredBackup, "id" | "kind" | "run_id"> | undefined {
  const [, name, family, unproven] = FILE.exec(file) ?? [];
  if (name === undefined) return undefined;
  const kind: StoredKind = unproven ? "unproven" : family === "ictr" ? "run" : family === "hand" ? "hand" : "selftest";
  return { id: unproven ? `${name}.unproven` : name, kind, run_id: isRunId(name) ? name : null };
}

/** Name of the kept receipt of a backup by hand. */
export const receiptName = (id: string): string => `${id}.receipt.json`;

/** Undefined when all may go. STOP_REFUSED_INPUT names every id that is no backup here, STOP_RUN_OPEN every one an open run rests on. */
export function judgePrune(
  ids: readonly string[],
  stored: readonly StoredBackup[],
  openRuns: ReadonlySet<string>,
): Verdict {
  const unknown = ids.filter((id) => !stored.some((backup) => backup.id === id));
  if (unknown.length > 0)
    return {
      code: "STOP_REFUSED_INPUT",
      facts: {
        saw: `${unknown.length} of ${ids.length} ids name no backup here`,
        wanted: "ids as `cutter backup list` shows them; nothing was deleted",
        next: "cutter backup list",
      },
    };
  const needed = stored.filter(
    (backup) =>
      ids.includes(backup.id) && backup.kind === "run" && backup.run_id !== null && openRuns.has(backup.run_id),
  );
  const [first] = needed;
  if (first === undefined) return undefined;
  return {
    code: "STOP_RUN_OPEN",
    facts: {
      saw: `run ${first.id} is open and rests on its backup`,
      wanted: "backups of closed runs; nothing was deleted",
      details: needed.map(({ id }) => id),
      next: `cutter orchestrate status ${first.id}`,
    },
  };
}
