// The work of leg A as phase 6 does it, against the same rows by raw set-based statements in psql and row by row over one connection.
// Every measurement has a database of its own and the same settings; nothing is committed. Prints ratios, never judges.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import { createUnits } from "../../runner/phases/06-cut-leg-a.ts";
import { creationBatches } from "../../runner/rules/creation.ts";
import {
  costOf,
  inFreshDatabase,
  loadLine,
  plannedRows,
  ratio,
  rounds,
  shown,
  sizes,
  Undo,
  type Cost,
} from "../support/bench-ground.ts";
import { PACKAGES_TEMPLATE, startTestCluster, withClient } from "../support/cluster.ts";

const ACTOR = "bench";
const quoted = (text: string | null): string => (text === null ? "NULL" : `'${text.replaceAll("'", "''")}'`);
const folder = mkdtempSync(join(tmpdir(), "leg-a-"));
const cluster = await startTestCluster();
try {
  if (cluster.facts.packagesError !== null) throw new Error(cluster.facts.packagesError);
  console.log(loadLine());
  for (const units of sizes([1_000, 5_000])) console.log(await compare(units, rounds(units < 5_000 ? 5 : 3)));
  console.log(loadLine());
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(units: number, times: number): Promise<string> {
  const rows = plannedRows("BENCH", units);
  const costs = { ours: [] as Cost[], raw: [] as Cost[], plain: [] as Cost[], tuned: [] as Cost[] };
  for (let round = 0; round < times; round += 1) {
    costs.ours.push(await ours(rows));
    costs.raw.push(await rawInPsql(rows));
    costs.plain.push(await rowByRow(rows, "plain"));
    costs.tuned.push(await rowByRow(rows, "tuned"));
  }
  return [
    `${units} units: ours ${shown(costs.ours)}`,
    `  raw set-based in psql ${shown(costs.raw)}; ours / it = ${ratio(costs.ours, costs.raw)}; reach 1.15`,
    `  row by row ${shown(costs.plain)}; it / ours = ${ratio(costs.plain, costs.ours)}; reach 2.5`,
    `  row by row, prepared and with our planner settings ${shown(costs.tuned)}; it / ours = ${ratio(costs.tuned, costs.ours)}`,
  ].join("\n");
}

/** What phase 6 does between begin_effect and its record. */
async function ours(rows: readonly PlanRow[]): Promise<Cost> {
  return inFreshDatabase(cluster.facts, PACKAGES_TEMPLATE, ({ database }) =>
    costOf(
      () =>
        database
          .transaction("exec", async (tx) => {
            await tx.query("write/plan-for-bulk");
            await createUnits(rows, { tx, actor: ACTOR, say: () => undefined });
            throw new Undo();
          })
          .catch(undone),
      cluster.facts.dataDir,
    ),
  );
}

/** One statement a depth level, as somebody would write it by hand. */
async function rawInPsql(rows: readonly PlanRow[]): Promise<Cost> {
  const levels = new Map<number, PlanRow[]>();
  for (const batch of creationBatches(rows)) {
    const level = (batch[0]?.canonical_address ?? "").split("/").length;
    levels.set(level, [...(levels.get(level) ?? []), ...batch]);
  }
  const statements = [...levels.values()].map(
    (level) =>
      `SELECT public.fn_iu_create(w.a, w.t, w.b, 'bench', w.k, w.s, w.o, w.p, (SELECT u.id FROM public.information_unit u WHERE u.canonical_address = w.parent)) FROM (VALUES\n${level
        .map(
          (row) =>
            `(${[row.canonical_address, row.title, row.body, row.unit_kind, row.section_type, row.owner_ref, row.publication_type, row.parent_address].map(quoted).join(",")})`,
        )
        .join(",\n")}\n) AS w(a, t, b, k, s, o, p, parent);`,
  );
  const script = join(folder, "raw.sql");
  writeFileSync(
    script,
    ["BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL jit = off;", "\\o /dev/null", ...statements, "ROLLBACK;"].join(
      "\n",
    ),
  );
  return inFreshDatabase(cluster.facts, PACKAGES_TEMPLATE, ({ name }) =>
    costOf(
      () =>
        execa(join(cluster.facts.binDir, "psql"), ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", script], {
          extendEnv: false,
          env: {
            PGHOST: cluster.facts.host,
            PGPORT: String(cluster.facts.port),
            PGDATABASE: name,
            PGUSER: "cutter_exec",
            PGPASSWORD: cluster.facts.passwords.cutter_exec,
          },
        }),
      cluster.facts.dataDir,
    ),
  );
}

/** `plain`: a statement a row as a program sends it that knows no better. `tuned`: prepared once, and with the settings of ours. */
async function rowByRow(rows: readonly PlanRow[], how: "plain" | "tuned"): Promise<Cost> {
  return inFreshDatabase(cluster.facts, PACKAGES_TEMPLATE, ({ name }) =>
    costOf(
      () =>
        withClient(cluster.facts, "cutter_exec", name, async (client) => {
          await client.query(how === "tuned" ? "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL jit = off" : "BEGIN");
          for (const row of rows) {
            await client.query({
              ...(how === "tuned" ? { name: "create" } : {}),
              text: "SELECT public.fn_iu_create($1, $2, $3, 'bench', $4, $5, $6, $7, (SELECT u.id FROM public.information_unit u WHERE u.canonical_address = $8))",
              values: [
                row.canonical_address,
                row.title,
                row.body,
                row.unit_kind,
                row.section_type,
                row.owner_ref,
                row.publication_type,
                row.parent_address,
              ],
            });
          }
          await client.query("ROLLBACK");
        }),
      cluster.facts.dataDir,
    ),
  );
}

function undone(error: unknown): void {
  if (!(error instanceof Undo)) throw error;
}
