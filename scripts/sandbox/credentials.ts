// Generated passwords of the sandbox's database roles, one 0600 env file a role, in the names a real host uses.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLES, type RoleKey } from "../../runner/model/run.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { readLogin } from "../../runner/rules/env-login.ts";
import { writeWhenChanged } from "./write-file.ts";

/** The runner's roles, the scheduler's, the owner who lays packages, and the superuser the cluster was made with. */
export type SandboxRole = RoleKey | "engine" | "admin" | "cluster";
/** Database role names by short name. */
export const ROLE_NAMES: Readonly<Record<SandboxRole, string>> = {
  ...ROLES,
  engine: "cutter_engine",
  admin: "workflow_admin",
  cluster: "cluster_superuser",
};

/** One role's login; `file` is its env file. */
export interface SandboxCredential {
  readonly user: string;
  readonly password: string;
  readonly file: string;
}
export type SandboxCredentials = Readonly<Record<SandboxRole, SandboxCredential>>;

/** Reads or makes the env files in `folder`. `made` lists roles whose password is new, so the database must be told. */
export function ensureCredentials(folder: string): { credentials: SandboxCredentials; made: readonly SandboxRole[] } {
  const made: SandboxRole[] = [];
  const of = (role: SandboxRole): SandboxCredential => {
    const file = join(folder, `${role}.env`);
    const prefix = `DOT_CUTTER_${role.toUpperCase()}_DB`;
    if (!existsSync(file)) {
      made.push(role);
      writeWhenChanged(
        file,
        `${prefix}_USER=${ROLE_NAMES[role]}\n${prefix}_PASSWORD=${randomBytes(24).toString("base64url")}\n`,
      );
    }
    const names = { user_variable: `${prefix}_USER`, password_variable: `${prefix}_PASSWORD` };
    const login = readLogin(readFileSync(file), names);
    if (!("user" in login)) {
      throw new Stopped("STOP_COULD_NOT_LOOK", {
        saw: `${file}: ${"refused" in login ? login.refused : `${login.missing.join(" and ")} not set`}`,
        wanted: `both ${names.user_variable} and ${names.password_variable}`,
        hint: "delete the file; the next `npm run sandbox -- up` makes a new one",
      });
    }
    return { ...login, file };
  };
  const credentials = {
    exec: of("exec"),
    verify: of("verify"),
    gate: of("gate"),
    halt: of("halt"),
    backup: of("backup"),
    engine: of("engine"),
    admin: of("admin"),
    cluster: of("cluster"),
  };
  return { credentials, made };
}

/** Writes `db.env`: where the database is, and the backup recipient's fingerprint; no secret in it. */
export function writeDatabaseEnv(
  folder: string,
  database: { readonly host: string; readonly port: number; readonly name: string },
  recipient: string,
): void {
  writeWhenChanged(
    join(folder, "db.env"),
    [
      `DOT_CUTTER_DB_HOST=${database.host}`,
      `DOT_CUTTER_DB_PORT=${database.port}`,
      `DOT_CUTTER_DB_NAME=${database.name}`,
      "DOT_CUTTER_DB_SSLMODE=disable",
      `BACKUP_GPG_FPR=${recipient}`,
      "",
    ].join("\n"),
  );
}
