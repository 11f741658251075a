// What stands in a request bundle beside the request: made from the records alone, so that whichever machine is asked makes the same.
import * as z from "zod";
import type { BundleContents } from "./request-bundle.ts";
import { ask } from "../looks/one-statement.ts";
import { contentDigestsSchema } from "../model/backup-receipt.ts";
import { digestOf, type Json } from "../model/canonical.ts";
import type { GrantProbeOutput, SourcePinOutput } from "../model/outputs.ts";
import type { Supersedes } from "../model/registration-record.ts";
import type { Gate } from "../model/run.ts";
import { planJson, planOf } from "../plan.ts";
import { endedBefore, sg1InForce, type RunRecord } from "../rules/expected-payload.ts";
import type { World } from "../world.ts";

/** The run that asks, and what phases 1 and 5 recorded of it. */
export interface Asking {
  readonly run_id: string;
  readonly document_id: string;
  readonly world: Pick<World, "config" | "database"> & {
    readonly files: Pick<World["files"], "artifact" | "registration" | "runsIndex">;
  };
  readonly source: SourcePinOutput;
  readonly grants: GrantProbeOutput;
}

/** Everything beside payload.json of a request bundle. */
export async function requestContents(asking: Asking, record: RunRecord, gate: Gate): Promise<BundleContents> {
  const { run_id, document_id, world, source, grants } = asking;
  const { config, files } = world;
  const material = await planOf(source, { run_id, document_id, config, files });
  const receipts = await ask(world.database, "exec", "read/receipts", { run_id });
  const { region, findings } = material.manifest;
  const sg1 = gate === "EXECUTION" || gate === "SG_2_lifecycle_authz" ? sg1InForce(record) : undefined;
  const before = gate === "EXECUTION" ? endedBefore(record) : undefined;
  return {
    ...(before ? { wave_before: { ...before } } : {}),
    ...(sg1 ? { sg1: { payload_sha: digestOf(sg1), payload: sg1 } } : {}),
    snapshot: material.bytes,
    region: material.bytes.subarray(region.byte_start, region.byte_end),
    cut_plan: planJson(material, source, { run_id, document_id }),
    grammar: {
      profile: source.grammar.profile,
      options: { ...source.grammar.options },
      plan: { ...config.plan },
      caps: { units: config.caps.units, hard: config.caps.hard },
    },
    ...(material.supersedes === undefined ? {} : { superseded: supersededJson(material.supersedes) }),
    receipts: receipts.map((row) => ({
      attempt: String(row.attempt),
      file_sha: row.file_sha,
      size_bytes: row.size_bytes,
      content_digests: contentDigestsSchema.parse(row.content_digests),
      content_digests_sha: row.content_digests_sha,
      recipient: row.recipient,
      proof_sha: row.proof_sha,
      at: row.at.toISOString(),
    })),
    findings: {
      document: findings.map((finding) => ({ ...finding })),
      environment: [...grants.findings],
      baseline: source.baseline.map((row) => ({ ...row })),
    },
    outputs: shownOutputs(record),
    journal: record.journal.map((entry) => ({ ...entry })),
    runs_index: await files.runsIndex(),
  };
}

/** Phases whose outputs a person reads: what was found, and what the second principal saw. */
const SHOWN = ["source_pin", "grant_probe", "structural_verify", "leg_b_record", "write_verify"] as const;

const shownOutputs = ({ phases }: RunRecord): Json =>
  Object.fromEntries(SHOWN.flatMap((phase) => (phases.has(phase) ? [[phase, z.json().parse(phases.get(phase))]] : [])));

const supersededJson = (supersedes: Supersedes): Json => ({
  ...supersedes,
  units: supersedes.units.map((unit) => ({ ...unit })),
});
