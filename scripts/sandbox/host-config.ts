// orchestrator.config.json of the sandbox host: a pure rendering, refused by the runner's own schema when a key is wrong.
import { hostname } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../runner/model/canonical.ts";
import { configSchema, type Config } from "../../runner/model/config.ts";
import type { RoleKey } from "../../runner/model/run.ts";
import type { Place } from "./place.ts";

/** Tables a cut writes, dumped and compared row by row. */
const MUTATION_TABLES = [
  "public.information_unit",
  "public.unit_version",
  "public.iu_lifecycle_log",
  "cutter_governance.cut_change_set",
  "cutter_governance.cut_change_set_affected_row",
  "cutter_governance.manifest_envelope",
  "cutter_governance.manifest_unit_block",
  "cutter_governance.review_decision",
  "cutter_governance.dot_pair_signature",
  "cutter_governance.decision_backlog_entry",
  "cutter_governance.decision_backlog_history",
  "cutter_governance.verify_result",
] as const;

/** Tables a restored database needs beside them to be a working one. */
const CONTEXT_TABLES = [
  "public.birth_registry",
  "public.dot_config",
  "public.iu_lifecycle_vocab",
  "cutter_governance.source_document_registry",
  "cutter_governance.source_document_version_registry",
] as const;

/** What the configuration is made from; passwords are named by file, never given. */
export interface HostFacts {
  readonly place: Place;
  readonly host: string;
  /** Name of the machine; left out: of this one. */
  readonly uname?: string;
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly name: string;
    readonly systemIdentifier: string;
  };
  readonly approversSha: string;
  readonly recipient: string;
  readonly postgresBin: string;
  readonly scratchUser: string | null;
}

/** Text of the configuration file; the same facts give the same bytes, because config_sha is signed. */
export function renderConfig(facts: HostFacts): string {
  const { place } = facts;
  const env = (role: RoleKey): string => join(place.envFolder, `${role}.env`);
  const config: Config = {
    schema_version: "1",
    host: facts.host,
    uname: facts.uname ?? hostname(),
    orchestrator: {
      runtime_root: place.runtimeRoot,
      sidecar_root: join(place.runtimeRoot, "runs"),
      batch_dir: join(place.runtimeRoot, "batches"),
      global_locks_dir: join(place.runtimeRoot, "locks"),
      expected_grant_matrix_sha: sha256("True|True|True|True"),
    },
    database: {
      host: facts.database.host,
      port: facts.database.port,
      name: facts.database.name,
      sslmode: "disable",
      system_identifier: facts.database.systemIdentifier,
    },
    credentials: {
      exec: env("exec"),
      verify: env("verify"),
      gate: env("gate"),
      halt: env("halt"),
      backup: env("backup"),
    },
    batch: { engine_database: "cutter_engine", credentials: join(place.envFolder, "engine.env") },
    approvers: { file: place.approversFile, sha: facts.approversSha },
    backup: {
      tables: [...MUTATION_TABLES],
      context_tables: [...CONTEXT_TABLES],
      recipient_fingerprint: facts.recipient,
      recipient_public_key: place.backupPublicKey,
      max_age_minutes: 60,
      adapter: "initdb",
      postgres_bin: facts.postgresBin,
      scratch_user: facts.scratchUser,
      scratch_root: place.scratchFolder,
      scratch_url_file: null,
      scratch_image: null,
      docker_program: "/usr/bin/docker",
    },
    target_policy: { authoritative: "refused", max_units: 1000 },
    protected_prefixes: ["ICX-CONST", "DIEU*"],
    caps: { units: 1000, hard: 1000, phase_minutes: 10, run_minutes: 60 },
    plan: {
      unit_kind: "law_unit",
      owner_ref: "incomex-council",
      publication_type: "law",
      section_types: ["section", "article", "principle"],
    },
    revert: { soft_status: "superseded" },
    reports: { reporter: "folder", folder: join(place.runtimeRoot, "reports") },
  };
  return `${JSON.stringify(configSchema.parse(config), null, 2)}\n`;
}
