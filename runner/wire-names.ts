// What may be told about the host's configuration without telling a value.
import { loadConfig } from "./adapters/configuration.ts";
import { credentialOf } from "./adapters/credentials.ts";
import { readSafely } from "./adapters/safe-file.ts";

/** Reads files of this host only; nothing connects. */
export const names = { loadConfig, credentialOf, readSafely } as const;
