// The logins that env files hold: which names a role's file must set, and what is wrong with it, in words without a value.
import type { Config } from "../model/config.ts";
import type { RoleKey } from "../model/run.ts";
import { readEnvFile, type EnvEntry } from "./env-file.ts";

/** Where a login stands. */
export interface EnvLogin {
  readonly file: string;
  readonly user_variable: string;
  readonly password_variable: string;
}

/** A question about one file: a login of a database role, or one name. The answer is told under `path`. */
export type EnvQuestion = { readonly path: string; readonly file: string } & (
  { readonly login: Omit<EnvLogin, "file">; readonly role: string } | { readonly name: string }
);

/** Where the login of a role stands by the host's configuration. */
export const envLoginOf = ({ credentials }: Pick<Config, "credentials">, role: RoleKey): EnvLogin =>
  loginSaid(credentials[role], role);

/** Where the scheduler's login stands; undefined on a host that does no batches. */
export const engineLoginOf = ({ batch }: Pick<Config, "batch">): EnvLogin | undefined =>
  batch && loginSaid(batch.credentials, "engine");

function loginSaid(said: Config["credentials"][RoleKey], role: RoleKey | "engine"): EnvLogin {
  const prefix = `DOT_CUTTER_${role.toUpperCase()}_DB`;
  const { file, user_variable, password_variable } = typeof said === "string" ? { file: said } : said;
  return {
    file,
    user_variable: user_variable ?? `${prefix}_USER`,
    password_variable: password_variable ?? `${prefix}_PASSWORD`,
  };
}

/** Name of the knowledge base's key in its env file. */
export const kbKeyVariable = (reports: { readonly api_key_variable?: string | undefined }): string =>
  reports.api_key_variable ?? "DOT_CUTTER_KB_API_KEY";

/** Name of the key that all machines of a host hold, in its env file. */
export const machinesKeyVariable = (machines: { readonly key_variable?: string | undefined }): string =>
  machines.key_variable ?? "DOT_CUTTER_MACHINES_KEY";

/** A login, or what is wrong with its file: names that are not set, or a line that cannot be read for sure. */
export type LoginReading =
  | { readonly user: string; readonly password: string }
  | { readonly missing: readonly string[] }
  | { readonly refused: string };

/** Reads a login from the bytes of its file. */
export function readLogin(
  bytes: Uint8Array,
  { user_variable, password_variable }: Omit<EnvLogin, "file">,
): LoginReading {
  const names = [user_variable, password_variable];
  const entries = readEnvFile(bytes, names);
  const refused = names.flatMap((name) => refusalOf(name, entries[name]) ?? []);
  if (refused.length > 0) return { refused: refused.join("; ") };
  const value = (name: string): string => {
    const entry = entries[name];
    return entry !== undefined && "value" in entry ? entry.value : "";
  };
  const missing = names.filter((name) => value(name) === "");
  return missing.length > 0 ? { missing } : { user: value(user_variable), password: value(password_variable) };
}

/** Words for a name whose line is refused; undefined when it is not. */
export const refusalOf = (name: string, entry: EnvEntry | undefined): string | undefined =>
  entry !== undefined && "refused" in entry ? `line ${entry.line}, ${name}: ${entry.refused}` : undefined;

/** What a whole login is worded as, by host and declaration alike. */
export const LOGIN_THERE = "user and password are there";

/** A login's file in words, as drift compares it; `role` is the database role it must be of. */
export function loginState(bytes: Uint8Array, login: Omit<EnvLogin, "file">, role: string): string {
  const reading = readLogin(bytes, login);
  if ("refused" in reading) return reading.refused;
  if ("missing" in reading) return `${reading.missing.join(" and ")} not set`;
  return reading.user === role ? LOGIN_THERE : `${login.user_variable} names another role than ${role}`;
}

/** A single name in words. */
export const NAME_THERE = "is there";

/** The state of one name of a file. */
export function nameState(bytes: Uint8Array, name: string): string {
  const entry = readEnvFile(bytes, [name])[name];
  return (
    refusalOf(name, entry) ?? (entry !== undefined && "value" in entry && entry.value !== "" ? NAME_THERE : "not set")
  );
}
