// The stack's configuration (Pulumi.<stack>.yaml, keys `cutter:*`) as typed values. Every mistake is named at once,
// before anything is dialled.
import * as z from "zod";
import { configSchema } from "../runner/model/config.ts";
import { judgeCopies } from "../runner/rules/own-host.ts";
import { FINGERPRINT } from "../runner/model/ids.ts";
import { sha } from "../runner/model/sha-schema.ts";
import { Stopped } from "../runner/model/stop.ts";
import { undeclaredEnvFiles } from "./env-files.ts";
import { PACKAGES } from "./packages.ts";

// No quote, backslash or control: these paths stand in scripts and messages.
const path = z
  .string()
  .regex(/^\/[\p{L}\p{M}\p{N}_@%+=:,. /-]+$/u, "an absolute path of letters, digits, blanks and @%+=:,./-_")
  .max(400);
const user = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/);
const mode = z.string().regex(/^0[0-7]{3}$/, 'four octal digits, as "0750"');
const owned = { owner: user, group: user, mode };
const PACKAGE = z.enum(PACKAGES);

const dialled = {
  host: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/),
  port: z.int().min(1).max(65_535),
  user,
  /** File of the private key on this workstation; never its content. An agent serves that key when the file needs a passphrase. */
  privateKeyFile: z.string().startsWith("/"),
  /** One line `<type> <base64>`: the only key the host may show. RSA is refused, because clients would fall back to SHA-1. */
  hostKey: z
    .string()
    .regex(
      /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
      "one line `ssh-ed25519 <base64>` (or ecdsa); no RSA key",
    ),
};
const jumpSchema = z.strictObject(dialled);
/** A host that every connection goes through; it carries the inner connection and reads nothing of it. */
export type Jump = z.infer<typeof jumpSchema>;

/** Where the host is and how it proves itself. A connection never uses a user's own SSH settings. */
export const connectionSchema = z.strictObject({
  ...dialled,
  /** The jump host, where the host cannot be dialled from here; `host` is then a name or address as the jump host knows it. */
  jump: jumpSchema.exactOptional(),
  /** Whether commands go through `sudo -n`. */
  sudo: z.boolean(),
  dialSeconds: z.int().min(1).max(120),
});
export type Connection = z.infer<typeof connectionSchema>;

const databaseSchema = z.strictObject({
  /** Folder of psql on the host. */
  psql: path,
  host: z.string().regex(/^[\w./:-]+$/),
  port: z.int().min(1).max(65_535),
  name: z.string().regex(/^[a-z_][a-z0-9_]*$/),
  user: z.string().regex(/^[a-z_][a-z0-9_]*$/),
  /** A 0600 file of PostgreSQL's password-file form on the host; null where the server asks for no password. */
  passFile: path.nullable(),
  /** Packages this host shall have; each switchable by itself. */
  packages: z.array(PACKAGE),
  /** sha256 of the SQL that `npm run package -- show <name>` prints; needed on every real host. */
  ack: z.partialRecord(PACKAGE, sha),
  /** Of version 0.7; the files stand in cutter:envFiles and the names in cutter:orchestrator.content.credentials. */
  credentials: z.custom<never>(() => false, "is no key any more: the files stand in cutter:envFiles").exactOptional(),
});

const rows = z.int().min(0);
const baselineSchema = z.strictObject({
  information_unit: rows,
  unit_version: rows,
  iu_lifecycle_log: rows,
  enacted: rows,
  cut_change_set: rows,
  review_decision: rows,
  verify_result: rows,
});
/** Rows by table; `enacted` counts the units in force. */
export type Baseline = z.infer<typeof baselineSchema>;

const stackSchema = z.strictObject({
  sandbox: z.boolean(),
  connection: connectionSchema,
  /**
   * Further machines of this host, each with its own connection. The same declaration is laid on each, save what lies in the
   * database, which is one for all; their names, and that of the first one, stand in cutter:orchestrator.content.machines.
   */
  hosts: z
    .array(z.strictObject({ name: z.string(), connection: connectionSchema }))
    .min(1)
    .optional(),
  /** The unit file of the worker that stays up on every machine; left out: `batch open` and `resume` start one where they are asked. */
  batchWorker: z.strictObject({ unit: path }).optional(),
  node: path,
  runtime: z.strictObject({ root: path, areas: z.array(z.string().regex(/^[a-z]+$/)).min(1), ...owned }),
  users: z.array(z.strictObject({ name: user, home: path, shell: path })),
  orchestrator: z.strictObject({ file: path, ...owned, content: configSchema }),
  approvers: z.strictObject({
    source: z.string().startsWith("/"),
    sha,
    file: path,
    ...owned,
  }),
  backupKey: z.strictObject({
    source: z.string().startsWith("/"),
    fingerprint: z.string().regex(FINGERPRINT),
    file: path,
    keyring: path,
    ...owned,
  }),
  database: databaseSchema,
  release: z.strictObject({
    source: z.string().startsWith("/"),
    folder: path,
    launcher: path,
    home: path,
    owner: user,
    group: user,
  }),
  /**
   * Env files on the host that the runner reads, as cutter:orchestrator.content names them. `up` takes from them the password of a role
   * that has none yet and writes none; a host that is no sandbox names every one of them. docs/decisions/0057-env-files.md
   */
  envFiles: z.array(z.strictObject({ file: path, ...owned })),
  /** Trees and files that provisioning only looks at; `sha256` is the digest `npm run drift` shows. */
  untouched: z.array(z.strictObject({ path, sha256: sha })),
  /** Extras on the host that were adopted, by the path drift shows. */
  known: z.array(z.string()),
  /** Further files of the host whose owner, mode and bytes are adopted facts, such as the keys of a server of its own. */
  watched: z.array(path).optional(),
  /** The facts that no declaration mentions, as people adopted them: the file beside the stack's, and the sha256 of its bytes. */
  adopted: z.strictObject({ file: z.string().min(1), sha }).optional(),
  /** Rows the database had before the cutter's first run, which readiness counts from; left out: the recorded ones. */
  baseline: baselineSchema.optional(),
});

/** Everything one host is declared by; secret values are not in it, only names of files. */
export type StackConfig = z.infer<typeof stackSchema>;

/** The keys below `cutter:`; each is one key of Pulumi.<stack>.yaml. */
export const STACK_KEYS = Object.keys(stackSchema.shape) as readonly (keyof StackConfig)[];

/** Keys that may be left out, with what they mean then. */
const DEFAULTS: Partial<StackConfig> = { sandbox: false, users: [], envFiles: [], untouched: [], known: [] };

/** What is wrong with a value, in words that do not quote it. */
function faultOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `unknown ${issue.keys.join(", ")}`;
  return issue.code === "invalid_format" || issue.code === "custom" ? issue.message : issue.code;
}

/**
 * Values by key to a configuration. STOP_PRECHECK_FAILED lists every mistake; no value is quoted, because a secret may have
 * been pasted at the wrong place.
 */
export function parseStackConfig(values: Readonly<Record<string, unknown>>): StackConfig {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const parsed = stackSchema.safeParse({ ...DEFAULTS, ...given });
  const details = parsed.success
    ? faultsBetween(parsed.data)
    : parsed.error.issues.map((issue) => `cutter:${issue.path.join(".")}: ${faultOf(issue)}`);
  if (!parsed.success || details.length > 0) {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${details.length} mistakes in the stack's configuration`,
      wanted: "the keys described in Pulumi.yaml",
      details,
      hint: "correct Pulumi.<stack>.yaml; nothing was dialled",
    });
  }
  return parsed.data;
}

/** The configuration of a stack whose values `read` answers by their whole key (`cutter:host`). Stops as {@link parseStackConfig}. */
export function stackConfigFrom(read: (key: string) => unknown): StackConfig {
  return parseStackConfig(Object.fromEntries(STACK_KEYS.map((key): [string, unknown] => [key, read(`cutter:${key}`)])));
}

/**
 * A value as it was declared: the engine hands every value over as text, and puts one that is no object between quotes in the
 * stack's file. Text that is no JSON stays text; it is not quoted in an error, because a secret may have been pasted there.
 */
export function valueOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function faultsOfMachines({ hosts = [], orchestrator: { content } }: StackConfig): string[] {
  const names = content.machines?.names ?? [];
  const strange = hosts.filter(({ name }) => !names.includes(name));
  const faults = strange.map(() => "cutter:hosts: a name that cutter:orchestrator.content.machines does not have");
  if (new Set(hosts.map(({ name }) => name)).size < hosts.length) faults.push("cutter:hosts: a machine named twice");
  if (names.length > 0 && names.length !== hosts.length + 1)
    faults.push(
      `cutter:orchestrator.content.machines: ${names.length} names, and ${hosts.length + 1} connections lead to them`,
    );
  const copies = judgeCopies(content)?.facts;
  if (copies)
    faults.push(`cutter:orchestrator.content.batch.backup_copies: ${copies.saw}; ${copies.hint ?? copies.wanted}`);
  return faults;
}

// What one key says must be what another says.
function faultsBetween(config: StackConfig): string[] {
  const {
    orchestrator: { content },
    approvers,
    backupKey,
    runtime,
    database,
  } = config;
  const pairs: readonly [string, string, string][] = [
    ["approvers.sha", approvers.sha, content.approvers.sha],
    ["approvers.file", approvers.file, content.approvers.file],
    ["backupKey.fingerprint", backupKey.fingerprint, content.backup.recipient_fingerprint],
    ["backupKey.file", backupKey.file, content.backup.recipient_public_key],
    ["runtime.root", runtime.root, content.orchestrator.runtime_root],
    ["database.name", database.name, content.database.name],
  ];
  const differing = pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([key]) => `cutter:${key}: differs from what cutter:orchestrator.content says`);
  if (!config.sandbox)
    differing.push(
      ...undeclaredEnvFiles(config).map((file) => `cutter:envFiles: ${file}, which the runner reads, is not in it`),
    );
  differing.push(...faultsOfMachines(config));
  // Only root may start programs as somebody else; found out at the first backup, it would be the host's first cut that fails.
  const { adapter, scratch_user: scratch } = content.backup;
  const cannot = adapter === "initdb" && scratch !== null && runtime.owner !== "root" && scratch !== runtime.owner;
  return cannot
    ? [
        ...differing,
        `cutter:orchestrator.content.backup.scratch_user: the runner runs as ${runtime.owner} and ` +
          `may not start programs as ${scratch}; write null, scratch servers then run as ` +
          `${runtime.owner}`,
      ]
    : differing;
}
