// The host's configuration as it must be; the untrusted JSON becomes a Config only here.
import * as z from "zod";
import { isGuardedUrl, path, variable } from "./config-values.ts";
import { FINGERPRINT } from "./ids.ts";
import { notificationsSchema } from "./notification-config.ts";
import { sha } from "./sha-schema.ts";
import { EXECUTION_MINUTES, TERM_SECONDS } from "./statement.ts";
import type { Gate } from "./run.ts";

/** As in libpq: encryption; with an authority that is trusted; and for the host's own name. */
export const sslModeSchema = z.enum(["disable", "require", "verify-ca", "verify-full"]);
export type SslMode = z.infer<typeof sslModeSchema>;
const envFile = z.union([
  path,
  z.strictObject({ file: path, user_variable: variable.exactOptional(), password_variable: variable.exactOptional() }),
]);
const machineName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const count = z.int().min(0).max(1_000_000);
/** A number of units that a host may allow one run; no bundle may ask an approver's machine to plan more. */
export const unitCap = count;

/** `orchestrator.config.json`: no secret value, credentials by the name of their env file only. */
export const configSchema = z.strictObject({
  schema_version: z.literal("1"),
  /** Name of this host as approvers know it; part of the signed target. */
  host: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/),
  /** What `uname -n` answers where that is another name than `host`; on any other machine nothing is cut. */
  uname: machineName.exactOptional(),
  /**
   * The machines that are this host together, by what `uname -n` answers, and the env file of the key that all of them hold; with it any of
   * them carries on what another began: docs/decisions/0154-several-machines.md. Left out: one machine, whose runs stay on it.
   */
  machines: z
    .strictObject({
      names: z
        .array(machineName)
        .min(2)
        .max(16)
        .refine((names) => new Set(names).size === names.length, "a machine named twice"),
      key_file: path,
      key_variable: variable.exactOptional(),
    })
    .exactOptional(),
  orchestrator: z
    .strictObject({
      runtime_root: path,
      /** Where runs and batches lie is one decision, of runtime_root; these two names of it may say nothing else. */
      sidecar_root: path,
      batch_dir: path,
      /** Folder of the halt files HALT and HALT.<run_id>, which may be one that several hosts share. */
      global_locks_dir: path,
      /** sha256 of `True|True|True|True`, the four booleans of the requirements. */
      expected_grant_matrix_sha: sha,
    })
    .refine((places) => places.sidecar_root === `${places.runtime_root}/runs`, {
      path: ["sidecar_root"],
      message: "must be <runtime_root>/runs: runs lie there",
    })
    .refine((places) => places.batch_dir === `${places.runtime_root}/batches`, {
      path: ["batch_dir"],
      message: "must be <runtime_root>/batches: batches lie there",
    }),
  database: z.strictObject({
    /** Socket directory or host name. */
    host: z.string().min(1),
    port: z.int().min(1).max(65535),
    name: z.string().min(1),
    sslmode: sslModeSchema,
    /** Certificates of the authorities the server's certificate must come from; without it those of the system. */
    sslrootcert: path.exactOptional(),
    /** pg_control_system().system_identifier of the only cluster this host may write. */
    system_identifier: z.string().regex(/^\d{10,25}$/),
  }),
  /**
   * Env file a role, which its UNIX user alone can read: DOT_CUTTER_<ROLE>_DB_USER and _PASSWORD, or the names given
   * beside the file. Several roles may share a file: docs/decisions/0057-env-files.md.
   */
  credentials: z.strictObject({
    exec: envFile,
    verify: envFile,
    gate: envFile,
    halt: envFile,
    backup: envFile,
  }),
  /** The scheduler of batches: its own database on the same server, and the env file of its role. Left out: this host does no batches. */
  batch: z
    .strictObject({
      engine_database: z.literal("cutter_engine"),
      credentials: envFile,
      /** Folders of other machines, as this one mounts them: every proven backup of a run is copied there before anyone signs. */
      backup_copies: z.array(path).min(1).max(4).exactOptional(),
    })
    .exactOptional(),
  approvers: z.strictObject({ file: path, sha }),
  /** How long an EXECUTION may be signed after it was asked for, and used after it was signed; left out: 90 minutes. */
  approvals: z
    .strictObject({ execution_minutes: z.int().min(EXECUTION_MINUTES.least).max(EXECUTION_MINUTES.most) })
    .exactOptional(),
  backup: z.strictObject({
    tables: z.array(z.string()).min(1),
    context_tables: z.array(z.string()),
    /**
     * Foreign keys, `schema.table constraint`, that no dump carries, so neither proof nor rehearsal holds them; part of
     * the signed backup policy.
     */
    left_out_keys: z.array(z.string().regex(/^[^. ]+[.][^ ]+ .+$/)).exactOptional(),
    recipient_fingerprint: z.string().regex(FINGERPRINT),
    recipient_public_key: path,
    max_age_minutes: z.int().min(1).max(60),
    /** Scratch servers: made here by initdb, handed over by the url in `scratch_url_file`, or started by docker from `scratch_image`. */
    adapter: z.enum(["initdb", "url", "docker"]),
    scratch_url_file: path.nullable().default(null),
    /** Image of PostgreSQL's own form, of the source's major or later and already on the host, as `postgres:16`. */
    scratch_image: z
      .string()
      .regex(/^[a-z0-9][A-Za-z0-9._/:@-]{0,199}$/)
      .nullable()
      .default(null),
    docker_program: path.default("/usr/bin/docker"),
    /** Folder of pg_dump, psql, initdb and postgres, all of one installation. */
    postgres_bin: path,
    /** UNIX user that owns scratch servers when the runner is root; null when the runner is an ordinary user. */
    scratch_user: z.string().nullable(),
    /** Short folder for scratch sockets and data. */
    scratch_root: path,
  }),
  target_policy: z.strictObject({ authoritative: z.literal("refused"), max_units: count }),
  protected_prefixes: z.array(z.string().min(1)).min(1),
  caps: z.strictObject({
    units: unitCap,
    hard: unitCap,
    phase_minutes: z.int().min(1).max(60),
    run_minutes: z.int().min(1).max(60),
  }),
  plan: z.strictObject({
    unit_kind: z.string(),
    owner_ref: z.string(),
    publication_type: z.string(),
    section_types: z.array(z.string()).min(1),
  }),
  revert: z.strictObject({ soft_status: z.string() }),
  reports: z.discriminatedUnion("reporter", [
    z.strictObject({ reporter: z.literal("folder"), folder: path }),
    /** `folder` keeps what was delivered under which id; the key is named DOT_CUTTER_KB_API_KEY in its env file, or as given. */
    z.strictObject({
      reporter: z.literal("http"),
      folder: path,
      base_url: z.string().refine(isGuardedUrl, "https, or http to this machine"),
      api_key_file: path,
      api_key_variable: variable.exactOptional(),
    }),
  ]),
  /** Who is told of what: docs/notifications.md. Without it nobody is. */
  notifications: notificationsSchema.exactOptional(),
});

/** Trusted configuration; made by `parseConfig` in the configuration adapter only. */
export type Config = z.infer<typeof configSchema>;

/** Seconds that a statement of this gate lasts on this host. */
export const termOn = ({ approvals }: Pick<Config, "approvals">, gate: Gate): number =>
  gate === "EXECUTION" && approvals !== undefined ? approvals.execution_minutes * 60 : TERM_SECONDS[gate];
