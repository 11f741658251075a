// Values of an env file by the names of their variables, read when they are needed and kept nowhere.
import { readEnvFile } from "../rules/env-file.ts";
import { refusalOf } from "../rules/env-login.ts";
import { envBytes } from "./env-bytes.ts";

/** The values in the order of their names, or why one cannot be had, in words without a value. */
export type NamedSecrets = { readonly values: readonly string[] } | { readonly fault: string };

/** Reads `names` from an env file. */
export async function namedSecretsOf(file: string, names: readonly string[]): Promise<NamedSecrets> {
  let bytes: Buffer | undefined;
  try {
    bytes = await envBytes(file);
  } catch (error) {
    return { fault: `${file} ${error instanceof Error ? error.message : "cannot be read"}` };
  }
  if (bytes === undefined) return { fault: `${file} is not there` };
  const entries = readEnvFile(bytes, names);
  const values: string[] = [];
  for (const name of names) {
    const entry = entries[name];
    const refused = refusalOf(name, entry);
    if (refused !== undefined) return { fault: `${file} ${refused}` };
    if (entry === undefined || !("value" in entry) || entry.value === "")
      return { fault: `${file} does not set ${name}` };
    values.push(entry.value);
  }
  return { values };
}
