// Database credentials by role, from env files read by name; they never enter process.env.
import type { Config } from "../model/config.ts";
import type { RoleKey } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import { ENV_HINT } from "../rules/env-file.ts";
import { envLoginOf, readLogin, type EnvLogin } from "../rules/env-login.ts";
import { envBytes } from "./env-bytes.ts";

/** A login as its env file names it. Kept in memory only; never logged, hashed or put on a command line. */
export interface Credential {
  readonly user: string;
  readonly password: string;
}

/**
 * The login of a role from its env file. STOP_COULD_NOT_LOOK names the file or the names it does not set, STOP_PRECHECK_FAILED the
 * line that cannot be read for sure; never a value.
 */
export const credentialOf = (config: Config, role: RoleKey): Promise<Credential> =>
  credentialIn(envLoginOf(config, role), role);

/** The login that stands there, of a role in words. Stops as {@link credentialOf}. */
export async function credentialIn(login: EnvLogin, role: string): Promise<Credential> {
  const reading = readLogin(await bytesOf(login.file, `the env file of role ${role}`), login);
  if ("refused" in reading)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${login.file} ${reading.refused}`,
      wanted: "a value that every reader takes alike",
      hint: ENV_HINT,
    });
  if ("missing" in reading)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${reading.missing.join(" and ")} not set in ${login.file}`,
      wanted: `both ${login.user_variable} and ${login.password_variable}`,
    });
  return reading;
}

async function bytesOf(file: string, wanted: string): Promise<Buffer> {
  try {
    const bytes = await envBytes(file);
    if (bytes !== undefined) return bytes;
  } catch (error) {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${file} ${(error as Error).message}`, wanted }, error);
  }
  throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${file} is not there`, wanted });
}
