// Points that the database's own records answer: counts, rights, a proven backup, an authorization, a target.
import type { Baseline } from "../../infra/config.ts";
import { DISCOVERY_ROLE } from "../../infra/render/readiness.ts";
import { backupProofSchema } from "../../runner/model/backup-receipt.ts";
import { digestOf } from "../../runner/model/canonical.ts";
import type { Config } from "../../runner/model/config.ts";
import { grantMatrixSha, judgeGrantMatrix } from "../../runner/rules/grant-matrix.ts";
import { ASKED_IN, type Gate } from "../../runner/model/run.ts";
import { leftOutFaults } from "../../runner/rules/left-out-keys.ts";
import { judgeTarget } from "../../runner/rules/source.ts";
import type { Finding } from "../../runner/model/point.ts";
import { countDifferences, countsText, writtenByRuns } from "./counts.ts";
import type { Records, RowOf } from "./record-facts.ts";
import type { Told } from "./told.ts";

/** Gates whose approvals a cut rests on. */
const NEEDED: readonly Gate[] = ASKED_IN.awaiting_cut_authorization;
const REGISTER = "npm run intake -- <file> <document-id>";

type Verdict = Pick<Finding, "state" | "saw">;
const holds = (saw: string): Verdict => ({ state: "found", saw });
const lacks = (saw: string): Verdict => ({ state: "missing", saw });

/** The point of what was told, or of why nothing was; `next` is the command where the answer names none of its own. */
const point = <T>(title: string, told: Told<T>, next: string, judge: (value: T) => Verdict): Finding => ({
  title,
  next,
  ...("value" in told ? judge(told.value) : told),
});

/** Tables' rows against the pinned counts. Before the records of runs exist there are no runs. */
export function countsPoint(
  { counts, runs }: Pick<Records, "counts" | "runs">,
  baseline: Baseline,
  edit: string,
): Finding {
  const unread = "state" in runs && runs.state === "could not look";
  return point("counts against the pinned baseline", unread ? runs : counts, edit, (found: RowOf<"counts">) => {
    const differences = countDifferences(found, baseline, writtenByRuns("value" in runs ? runs.value : []));
    return differences.length === 0 ? holds(countsText(found)) : lacks(differences.join("; "));
  });
}

/** The login that lays packages and registers: superuser, or named with what gives it the roles it must become. */
export const administratorPoint = (acting: Records["acting"], edit: string): Finding =>
  point("rights of the administrator", acting, edit, ({ login, superuser, options, barred }) => {
    if (superuser) return holds(`${login} is superuser`);
    const given = barred.map((role) => `GRANT ${role} TO ${login}${options ? " WITH SET TRUE" : ""}`);
    const become =
      given.length === 0 ? "" : `; it may not become ${barred.join(", ")}: as a superuser: ${given.join("; ")}`;
    return lacks(`${login} is no superuser, and only one lays packages that bring event triggers${become}`);
  });

/** Discovery as the existing system knows it: its own reader sees every unit and can write none. */
export const discoveryPoint = ({ discovery, counts }: Pick<Records, "discovery" | "counts">, login: string): Finding =>
  point(
    `discovery by ${DISCOVERY_ROLE}`,
    discovery,
    "npm run drift",
    ({ role, units, versions, enacted, writes, ledger }) => {
      if (role !== DISCOVERY_ROLE)
        return lacks(
          `${login} could not become ${DISCOVERY_ROLE}: make the role, or GRANT ${DISCOVERY_ROLE} TO ${login} WITH SET TRUE`,
        );
      if (writes) return lacks(`${DISCOVERY_ROLE} may write units`);
      const all = "value" in counts ? counts.value : undefined;
      if (all !== undefined && (all.information_unit !== units || all.unit_version !== versions))
        return lacks(
          `${units} of ${all.information_unit} units and ${versions} of ${all.unit_version} versions are seen`,
        );
      return holds(
        `${units} units, ${versions} versions, ${enacted} enacted; writes nothing${ledger ? "" : ", sees no ledger"}`,
      );
    },
  );

/** P-B: a constitution-shaped document is not exercised again, whoever asks. */
export function reexercisePoint(
  { protected_prefixes: prefixes }: Pick<Config, "protected_prefixes">,
  edit: string,
): Finding {
  const title = "P-B a re-exercise of a constitution-shaped document";
  return prefixes.length === 0
    ? { title, ...lacks("no prefix is protected, so none is refused"), next: edit }
    : { title, ...holds(`refused: ${prefixes.join(", ")} are protected`) };
}

/** Foreign keys to tables of the application, which stop every backup unless they are left out by name. */
export const foreignKeysPoint = (
  foreignKeys: Records["foreignKeys"],
  { backup }: Pick<Config, "backup">,
  edit: string,
): Finding =>
  point("foreign keys to the application", foreignKeys, edit, (rows) => {
    const faults = leftOutFaults(rows, backup.left_out_keys ?? []);
    return faults.length === 0
      ? holds(rows.map(({ key }) => `${key} is left out`).join(", ") || "none")
      : lacks(faults.join("; "));
  });

/** The four recorded booleans by their digest. */
export const grantPoint = (grantMatrix: Records["grantMatrix"], expected: string): Finding =>
  point("grant matrix sha", grantMatrix, "npm run drift", (matrix) => {
    const verdict = judgeGrantMatrix(matrix, expected);
    return verdict === undefined ? holds(grantMatrixSha(matrix)) : lacks(verdict.facts.saw);
  });

/** A receipt whose proof is whole and has the recorded digest, sealed to the declared recipient. */
export const backupPoint = (receipts: Records["receipts"], recipient: string): Finding =>
  point("a proven backup", receipts, "npm run cut -- <document-id>", (rows) => {
    const proven = rows.find((row) => row.recipient === recipient && isProven(row));
    if (proven !== undefined) {
      const { run_id, attempt, minutes } = proven;
      return holds(`run ${run_id}, attempt ${attempt}: restored and equal, ${minutes} min old; a cut takes its own`);
    }
    if (rows.length === 0) return lacks("no receipt");
    return lacks(`no receipt of the last ${rows.length} has a whole proof for the declared recipient`);
  });

function isProven({ proof, proof_sha, file_sha }: RowOf<"receipt">): boolean {
  const parsed = backupProofSchema.safeParse(proof);
  return parsed.success && parsed.data.file_sha === file_sha && digestOf(parsed.data) === proof_sha;
}

/** GAP-7: both approvals of one open run, on which its cut could rest now. */
export function rulingPoint(
  { admissions, runs, documents }: Pick<Records, "admissions" | "runs" | "documents">,
  config: Config,
): Finding {
  const open = "value" in runs ? runs.value.filter((run) => run.open) : [];
  const [asking] = open;
  const [target] = "value" in documents ? targets(documents.value, config) : [];
  const begin = target === undefined ? REGISTER : `npm run cut -- ${target.document_id}`;
  const next = asking === undefined ? begin : `npm run fetch -- ${asking.run_id}`;
  return point("GAP-7 a ruling that authorizes one run", admissions, next, (rows) => {
    const usable = rows.filter(({ expired, used, revoked }) => !expired && !used && !revoked);
    const run = open.find(({ run_id }) =>
      NEEDED.every((gate) => usable.some((row) => row.run_id === run_id && row.gate === gate)),
    );
    if (run !== undefined) return holds(`${NEEDED.join(" and ")} for ${run.run_id}`);
    if (rows.length > 0) return lacks(rows.map((row) => `${row.gate} of ${row.run_id} ${unusable(row)}`).join("; "));
    return lacks(asking === undefined ? "no run asks for one" : `nothing admitted for ${asking.run_id}`);
  });
}

const unusable = ({ revoked, used, expired }: RowOf<"admission">): string =>
  revoked ? "revoked" : used ? "used" : expired ? "expired" : "stands alone";

/** GAP-8: a registered document that may be cut. */
export const targetPoint = (documents: Records["documents"], config: Config): Finding =>
  point("GAP-8 a harmless target document", documents, REGISTER, (rows) => {
    const free = targets(rows, config).map(({ document_id }) => document_id);
    if (free.length > 0)
      return holds(
        `${free.slice(0, 3).join(", ")}: registered, not authoritative, not protected, nothing at its addresses`,
      );
    const why = rows.slice(0, 5).map((row) => refusalOf(row, config) ?? "");
    return lacks(rows.length === 0 ? "no registered document" : why.join("; "));
  });

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
export function hostIdsPoint(runs: Records["runs"], mentioned: Told<ReadonlyMap<string, string>>): Finding {
  const title = "no run id of this host in tracked files";
  if (!("value" in mentioned)) return { title, ...mentioned };
  // Without the records of runs there is no run whose id could have been written down.
  const told: Told<readonly RowOf<"run">[]> = "state" in runs && runs.state === "missing" ? { value: [] } : runs;
  return point(title, told, "git grep -nE 'ictr-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}'", (rows) => {
    const leaked = rows.flatMap(({ run_id }) => mentioned.value.get(run_id) ?? []);
    return leaked.length === 0
      ? holds(`${rows.length} recorded runs, none mentioned`)
      : lacks(`in ${[...new Set(leaked)].join(", ")}`);
  });
}
