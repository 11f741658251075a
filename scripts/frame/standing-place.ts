// Where the person stands who typed the command: npm runs a script in the project's folder and names the person's own in INIT_CWD.
import { join } from "node:path";

/** What is known of how a program was begun. */
export interface Begun {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly here: string;
  readonly project: string;
  /** Name of the script that npm would run this program as. */
  readonly name: string;
}

/**
 * The folder relative paths are meant from; undefined when it is the present one. Only npm's own run of this very script counts: what a
 * script starts inherits npm's variables and stands where it was put.
 */
export function standingPlace({ environment, here, project, name }: Begun): string | undefined {
  const own =
    environment["npm_lifecycle_event"] === name && environment["npm_package_json"] === join(project, "package.json");
  const from = environment["INIT_CWD"];
  return own && here === project && from !== undefined && from !== here ? from : undefined;
}
