// Reads on this workstation what the host shall hold, and refuses what could never work there.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { recipientOf } from "../runner/adapters/backup-key.ts";
import { approverKeyFaults } from "../runner/adapters/key-check.ts";
import { parseAdopted, type AdoptedFacts } from "../runner/model/adopted.ts";
import { parseApprovers } from "../runner/model/approvers.ts";
import { sha256 } from "../runner/model/canonical.ts";
import { Stopped } from "../runner/model/stop.ts";
import { ENVIRONMENT_STATEMENTS } from "../runner/rules/environment-hash.ts";
import type { EnvironmentStatements } from "./adopted-facts.ts";
import { PACKAGES, readPackage } from "./packages.ts";
import type { StackConfig } from "./config.ts";
import type { DeclaredPackage, TableDefinitions } from "./database-spec.ts";
import type { Release } from "./render/release.ts";
import { parseDefinitions, parseRights, type Rights } from "./rights.ts";
import { readPlainSync } from "../runner/adapters/plain-file.ts";

/** Everything declared that is longer than a configuration value. */
export interface Sources {
  readonly approvers: Buffer;
  readonly backupKey: string;
  readonly release: Release;
  readonly packages: readonly DeclaredPackage[];
  readonly rights: Rights;
  readonly definitions: TableDefinitions;
  /** SQL of the scheduler's own database. */
  readonly engine: { readonly apply: string; readonly check: string; readonly undo: string };
  /** Text of infra/sql/host-facts.sql. */
  readonly statement: string;
  /** Texts of the statements about what no declaration mentions. */
  readonly environment: EnvironmentStatements;
  /** What people adopted of that; absent before the first adoption. */
  readonly adopted?: { readonly facts: AdoptedFacts; readonly bytes: Buffer };
}

/** Mail domain of the sandbox's throw-away keys; such a key on a real host would let everybody sign, so that it is refused there. */
export const SANDBOX_MAIL = "sandbox.invalid";

/** Reads and judges all sources. `project`: root of this checkout; `now`: the time keys must be valid at. */
export async function readSources(config: StackConfig, project: string, now: Date): Promise<Sources> {
  const approvers = await readApprovers(config, now);
  const backupKey = await readBackupKey(config, now);
  const adopted = readAdopted(config, project);
  return {
    approvers,
    backupKey,
    release: readRelease(config.release.source),
    ...readOwnSources(config, project),
    ...(adopted === undefined ? {} : { adopted }),
  };
}

/** Which packages are wanted, and which of them may be laid. */
type PackageChoice = Pick<StackConfig, "sandbox"> & {
  readonly database: Pick<StackConfig["database"], "packages" | "ack">;
};

/** The sources that this checkout itself brings. */
export type OwnSources = Pick<Sources, "engine" | "packages" | "rights" | "definitions" | "statement" | "environment">;

/** Reads them. */
export function readOwnSources(config: PackageChoice, project: string): OwnSources {
  return {
    packages: readPackages(config, join(project, "sql", "packages")),
    rights: parseRights(readFileSync(join(project, "sql", "rights.json"), "utf8")),
    definitions: parseDefinitions(readFileSync(join(project, "infra", "table-definitions.json"), "utf8")),
    engine: {
      apply: readFileSync(join(project, "sql", "engine", "apply.sql"), "utf8"),
      check: readFileSync(join(project, "sql", "engine", "check.sql"), "utf8"),
      undo: readFileSync(join(project, "sql", "engine", "undo.sql"), "utf8"),
    },
    statement: readFileSync(join(project, "infra", "sql", "host-facts.sql"), "utf8"),
    environment: {
      environment: ENVIRONMENT_STATEMENTS.map((name) => readFileSync(join(project, "sql", `${name}.sql`), "utf8")),
      server: readFileSync(join(project, "infra", "sql", "server-facts.sql"), "utf8"),
    },
  };
}

/** The adopted facts of a stack, whose file must be the one its configuration pins. */
function readAdopted({ adopted }: StackConfig, project: string): Sources["adopted"] {
  if (adopted === undefined) return undefined;
  const bytes = readOrStop(resolve(project, adopted.file), "the list of adopted facts");
  if (sha256(bytes) !== adopted.sha)
    throw refused("the list of adopted facts has another sha256 than cutter:adopted.sha pins", "the pinned list");
  return { bytes, facts: parseAdopted(bytes, "the file that cutter:adopted names") };
}

/** The pinned approver set, every key of which both verifiers can judge. */
export async function readApprovers(config: StackConfig, now: Date): Promise<Buffer> {
  const approvers = readOrStop(config.approvers.source, "the approver set");
  const { set, sha } = parseApprovers(approvers);
  if (sha !== config.approvers.sha)
    throw refused("the approver set has another sha256 than cutter:approvers.sha pins", "the pinned set");
  const faults = await approverKeyFaults(set, now);
  if (faults.length > 0)
    throw refused(
      `${faults.length} keys of the approver set are refused`,
      "keys that both verifiers can judge",
      faults,
    );
  if (!config.sandbox && approvers.includes("(sandbox)")) throw throwAway();
  return approvers;
}

/** The backup's public key, armored; it can encrypt at `now`. */
export async function readBackupKey(config: StackConfig, now: Date): Promise<string> {
  const armored = readOrStop(config.backupKey.source, "the backup's public key").toString("utf8");
  const { key } = await recipientOf(armored, config.backupKey.fingerprint, now);
  if (!config.sandbox && key.getUserIDs().some((id) => id.includes(`@${SANDBOX_MAIL}`))) throw throwAway();
  return armored;
}

/** Whether backups can be encrypted for it now: found out at the first backup, it would be the host's first cut that fails. */
export async function backupKeyFaults(armored: string, fingerprint: string | undefined, now: Date): Promise<string[]> {
  if (fingerprint === undefined) return ["the file holds no armored public key, or several"];
  return await recipientOf(armored, fingerprint, now).then(
    () => [],
    (error: unknown) => {
      if (error instanceof Stopped) return [error.facts.saw];
      throw error;
    },
  );
}

const throwAway = (): Stopped =>
  refused("a throw-away key of a sandbox is declared for a stack that is no sandbox", "keys of people");

function readPackages(config: PackageChoice, folder: string): DeclaredPackage[] {
  return PACKAGES.filter((name) => config.database.packages.includes(name)).map((name) => {
    const files = readPackage(name, folder);
    return { ...files, allowed: config.sandbox || config.database.ack[name] === sha256(files.sql) };
  });
}

/** A built runner: every file its manifest names, each with the bytes the manifest names. */
export function readRelease(folder: string): Release {
  const manifest = join(folder, "manifest.json");
  if (!existsSync(manifest))
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${folder} holds no release`,
      wanted: "a built runner",
      next: "npm run build",
    });
  const bytes = readFileSync(manifest);
  const listed = new Map(Object.entries(JSON.parse(bytes.toString("utf8")) as Record<string, string>));
  const there = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const files = Object.fromEntries(there.sort().map((path) => [path, readFileSync(join(folder, path))]));
  const differs = [...new Set([...listed.keys(), ...there])].filter(
    (path) => path !== "manifest.json" && (files[path] === undefined || sha256(files[path]) !== listed.get(path)),
  );
  if (differs.length > 0)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "the built release differs from its manifest",
      wanted: "the release as it was built",
      details: differs.slice(0, 10),
      next: "npm run build",
    });
  return { digest: sha256(bytes), files };
}

function readOrStop(file: string, what: string): Buffer {
  if (!existsSync(file)) throw refused(`${what} is not there: ${file}`, "the file the stack's configuration names");
  try {
    return readPlainSync(file);
  } catch {
    throw refused(`${what} cannot be read as a file: ${file}`, "the file the stack's configuration names");
  }
}

function refused(saw: string, wanted: string, details: readonly string[] = []): Stopped {
  return new Stopped("STOP_PRECHECK_FAILED", {
    saw,
    wanted,
    hint: "nothing was dialled",
    ...(details.length === 0 ? {} : { details }),
  });
}
