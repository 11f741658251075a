// The frame of every script that changes the host: look; if it holds, say so; refuse under an open run; act; look again.
import { FILE_FUNCTIONS } from "./file-steps.ts";
import { psqlCommand, type PsqlPlace } from "./psql.ts";
import { PRELUDE, command, hereDocument } from "./shell-text.ts";

/** Parts of one script. `holds`: conditions, each one command; `steps` act and are safe to repeat. */
export interface HostScript {
  readonly title: string;
  readonly holds: readonly string[];
  readonly steps: readonly string[];
  /** Shell functions of its own that both use. */
  readonly functions?: string;
  /** Where open runs are recorded, when this may not change under one. */
  readonly guardedBy?: PsqlPlace;
}

const OPEN_RUN = `SELECT to_regclass('cutter_runtime.run') IS NOT NULL AS has_runs \\gset
\\if :has_runs
SELECT run_id FROM cutter_runtime.run WHERE closed IS NULL ORDER BY opened LIMIT 1;
\\endif
`;
const READ_ONLY = "-c default_transaction_read_only=on -c search_path=pg_catalog -c statement_timeout=30s";

/** Whole text of the script. */
export function renderHostScript({ title, holds, steps, functions, guardedBy }: HostScript): string {
  return [
    `# ${title}`,
    PRELUDE,
    FILE_FUNCTIONS,
    ...(functions === undefined ? [] : [functions]),
    `holds() {\n${holds.map((condition) => `  ${condition} || return 1`).join("\n")}\n}`,
    "if holds; then echo 'stands as declared'; exit 0; fi",
    ...(guardedBy === undefined ? [] : [renderGuard(guardedBy)]),
    ...steps,
    "holds || fail 'does not stand as declared after it was laid'",
    "echo 'laid and verified'",
    "",
  ].join("\n");
}

/** Refuses while a run is open: what it stands on was signed. A host without psql has no runs. */
export function renderGuard(place: PsqlPlace): string {
  return `if [ -x ${command(place.psql)} ]; then
  open=$(${psqlCommand(place, READ_ONLY)} ${hereDocument(OPEN_RUN)}
  ) || fail 'could not look whether a run is open; nothing was changed'
  if [ -n "$open" ]; then printf 'STOP_RUN_OPEN %s\\nfinish, revert or void that run first; nothing was changed here\\n' "$open" >&2; exit 4; fi
fi`;
}
