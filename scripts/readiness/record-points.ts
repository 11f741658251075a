// Points that the database's own records answer: counts, rights, a proven backup, an authorization, a target.
import type { Baseline } from "../../infra/config.ts";
import { backupProofSchema } from "../../runner/model/backup-receipt.ts";
import { digestOf } from "../../runner/model/canonical.ts";
import type { Config } from "../../runner/model/config.ts";
import { grantMatrixSha, judgeGrantMatrix } from "../../runner/rules/grant-matrix.ts";
import { leftOutFaults } from "../../runner/rules/left-out-keys.ts";
import { judgeTarget } from "../../runner/rules/source.ts";
import type { Point } from "../../runner/model/point.ts";
import { countDifferences, countsText, writtenByRuns } from "./counts.ts";
import type { Records, RowOf } from "./record-facts.ts";
import type { Told } from "./told.ts";

/** Gates whose approvals a cut rests on. */
const NEEDED = ["SG_1_cut_authz", "EXECUTION"] as const;
const REGISTER = "npm run intake -- <file> <document-id>";

type Verdict = { readonly state: "found" | "missing"; readonly saw: string; readonly next?: string };

function point<T>(part: string, title: string, told: Told<T>, judge: (value: T) => Verdict, next: string): Point {
  return { part, title, next, ...("value" in told ? judge(told.value) : told) };
}

/** Tables' rows against the pinned counts. Before the records of runs exist there are no runs. */
export function countsPoint(
  { counts, runs }: Pick<Records, "counts" | "runs">,
  baseline: Baseline,
  edit: string,
  part: string,
): Point {
  const unread = "state" in runs && runs.state === "could not look";
  return point(
    part,
    "counts against the pinned baseline",
    unread ? runs : counts,
    (found: RowOf<"counts">) => {
      const written = writtenByRuns("value" in runs ? runs.value : []);
      const differences = countDifferences(found, baseline, written);
      return differences.length === 0
        ? { state: "found", saw: countsText(found) }
        : { state: "missing", saw: differences.join("; ") };
    },
    edit,
  );
}

/** Foreign keys to tables of the application, which stop every backup unless they are left out by name. */
export function foreignKeysPoint(
  foreignKeys: Records["foreignKeys"],
  { backup }: Pick<Config, "backup">,
  edit: string,
  part: string,
): Point {
  return point(
    part,
    "foreign keys to the application",
    foreignKeys,
    (rows) => {
      const faults = leftOutFaults(rows, backup.left_out_keys ?? []);
      return faults.length === 0
        ? { state: "found", saw: rows.map(({ key }) => `${key} is left out`).join(", ") || "none" }
        : { state: "missing", saw: faults.join("; ") };
    },
    edit,
  );
}

/** The four recorded booleans by their digest. */
export function grantPoint(grantMatrix: Records["grantMatrix"], expected: string, part: string): Point {
  return point(
    part,
    "grant matrix sha",
    grantMatrix,
    (matrix) => {
      const verdict = judgeGrantMatrix(matrix, expected);
      return verdict === undefined
        ? { state: "found", saw: grantMatrixSha(matrix) }
        : { state: "missing", saw: verdict.facts.saw };
    },
    "npm run drift",
  );
}

/** A receipt whose proof is whole and has the recorded digest, sealed to the declared recipient. */
export function backupPoint(receipts: Records["receipts"], recipient: string, part: string): Point {
  return point(
    part,
    "a proven backup",
    receipts,
    (rows) => {
      const proven = rows.find((row) => row.recipient === recipient && isProven(row));
      if (proven !== undefined)
        return {
          state: "found",
          saw: `run ${proven.run_id}, attempt ${proven.attempt}: restored and equal, ${proven.minutes} min old; a cut takes its own`,
        };
      return {
        state: "missing",
        saw:
          rows.length === 0
            ? "no receipt"
            : `no receipt of the last ${rows.length} has a whole proof for the declared recipient`,
      };
    },
    "npm run cut -- <document-id>",
  );
}

function isProven({ proof, proof_sha, file_sha }: RowOf<"receipt">): boolean {
  const parsed = backupProofSchema.safeParse(proof);
  return parsed.success && parsed.data.file_sha === file_sha && digestOf(parsed.data) === proof_sha;
}

/** GAP-7: both approvals of one open run, on which its cut could rest now. */
export function rulingPoint(
  { admissions, runs, documents }: Pick<Records, "admissions" | "runs" | "documents">,
  config: Config,
  part: string,
): Point {
  const open = "value" in runs ? runs.value.filter((run) => run.open) : [];
  const target = "value" in documents ? targets(documents.value, config)[0] : undefined;
  const next =
    open[0] !== undefined
      ? `npm run fetch -- ${open[0].run_id}`
      : target === undefined
        ? REGISTER
        : `npm run cut -- ${target.document_id}`;
  return point(
    part,
    "GAP-7 a ruling that authorizes one run",
    admissions,
    (rows) => {
      const usable = rows.filter(({ expired, used, revoked }) => !expired && !used && !revoked);
      const run = open.find(({ run_id }) =>
        NEEDED.every((gate) => usable.some((row) => row.run_id === run_id && row.gate === gate)),
      );
      if (run !== undefined) return { state: "found", saw: `${NEEDED.join(" and ")} for ${run.run_id}` };
      const why = rows.map(
        (row) =>
          `${row.gate} of ${row.run_id} ${row.revoked ? "revoked" : row.used ? "used" : row.expired ? "expired" : "stands alone"}`,
      );
      return {
        state: "missing",
        saw:
          why[0] === undefined
            ? open[0] === undefined
              ? "no run asks for one"
              : `nothing admitted for ${open[0].run_id}`
            : why.join("; "),
      };
    },
    next,
  );
}

/** GAP-8: a registered document that may be cut. */
export function targetPoint(documents: Records["documents"], config: Config, part: string): Point {
  return point(
    part,
    "GAP-8 a harmless target document",
    documents,
    (rows) => {
      const free = targets(rows, config);
      if (free[0] !== undefined)
        return {
          state: "found",
          saw: `${free
            .slice(0, 3)
            .map(({ document_id }) => document_id)
            .join(", ")}: registered, not authoritative, not protected, nothing at its addresses`,
        };
      return {
        state: "missing",
        saw:
          rows.length === 0
            ? "no registered document"
            : rows
                .slice(0, 5)
                .map((row) => refusalOf(row, config) ?? "")
                .join("; "),
      };
    },
    REGISTER,
  );
}

type Document = RowOf<"document">;
const targets = (rows: readonly Document[], config: Config): Document[] =>
  rows.filter((row) => refusalOf(row, config) === undefined);

// The runner's own rule, and that nothing was cut of it yet.
function refusalOf({ document_id, registry, units }: Document, config: Config): string | undefined {
  return (
    judgeTarget([registry], document_id, config).verdict?.facts.saw ??
    (units > 0 ? `${document_id} is cut already` : undefined)
  );
}

/** Whether a run id of this host stands in a tracked file. */
export function hostIdsPoint(runs: Records["runs"], mentioned: Told<ReadonlyMap<string, string>>, part: string): Point {
  const title = "no run id of this host in tracked files";
  if (!("value" in mentioned)) return { part, title, ...mentioned };
  // Without the records of runs there is no run whose id could have been written down.
  const told: Told<readonly RowOf<"run">[]> = "state" in runs && runs.state === "missing" ? { value: [] } : runs;
  return point(
    part,
    title,
    told,
    (rows) => {
      const leaked = rows.flatMap(({ run_id }) => mentioned.value.get(run_id) ?? []);
      return leaked.length === 0
        ? { state: "found", saw: `${rows.length} recorded runs, none mentioned` }
        : { state: "missing", saw: `in ${[...new Set(leaked)].join(", ")}` };
    },
    "git grep -nE 'ictr-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}'",
  );
}
