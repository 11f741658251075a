// Database credentials by role, from env files read by name; they never enter process.env.
import { readFile } from "node:fs/promises";
import { parse } from "dotenv";
import type { Config } from "../model/config.ts";
import type { RoleKey } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";

/** A login as its env file names it. Kept in memory only; never logged, hashed or put on a command line. */
export interface Credential {
  readonly user: string;
  readonly password: string;
}

/** Reads `DOT_CUTTER_<ROLE>_DB_USER/_PASSWORD` from the role's own file. STOP_COULD_NOT_LOOK names the file or variable, never a value. */
export const credentialOf = (config: Config, role: RoleKey): Promise<Credential> =>
  credentialIn(config.credentials[role], role);

/** The login of a role from its env file. Stops as {@link credentialOf}. */
export async function credentialIn(file: string, role: RoleKey | "engine"): Promise<Credential> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${file} cannot be read by this user`, wanted: `the env file of role ${role}` },
      error,
    );
  }
  const values = parse(text);
  const prefix = `DOT_CUTTER_${role.toUpperCase()}_DB`;
  const user = values[`${prefix}_USER`];
  const password = values[`${prefix}_PASSWORD`];
  if (!user || !password)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${prefix}_USER or ${prefix}_PASSWORD is not in ${file}`,
      wanted: "both names",
    });
  return { user, password };
}
