// Whether this machine is the host that people sign for, and whether the names beside its logins say the same as its configuration.
import type { Config } from "../model/config.ts";
import type { Verdict } from "../model/stop.ts";
import { readEnvFile } from "./env-file.ts";
import { refusalOf } from "./env-login.ts";

/** STOP_PRECHECK_FAILED on a machine of another name: a configuration that was copied there would write in the signed host's name. */
export function judgeOwnHost(
  { host, uname, machines }: Pick<Config, "host" | "uname" | "machines">,
  name: string,
): Verdict {
  const names = machines?.names ?? [uname ?? host];
  if (names.some((wanted) => name.toLowerCase() === wanted.toLowerCase())) return undefined;
  return {
    code: "STOP_PRECHECK_FAILED",
    facts: {
      saw: `this machine calls itself ${name}`,
      wanted: `${names.join(" or ")}, the host that people sign for`,
      hint: "cut on that host; where `uname -n` answers another name than approvers know, declare it as uname beside host",
    },
  };
}

/**
 * Several machines that do batches without a folder for copies of backups: the machine that is lost takes the wave's backup with it, and
 * everybody signs anew. STOP_PRECHECK_FAILED with the way out.
 */
export function judgeCopies({ machines, batch }: Pick<Config, "machines" | "batch">): Verdict {
  if (machines === undefined || batch === undefined || batch.backup_copies !== undefined) return undefined;
  return {
    code: "STOP_PRECHECK_FAILED",
    facts: {
      saw: `${machines.names.length} machines that do batches, and no batch.backup_copies`,
      wanted: "a folder that outlives each machine, in which every backup is copied before anyone signs",
      hint: "mount one under the same path on all of them and name it in batch.backup_copies",
    },
  };
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);

/**
 * Names that an env file of ours sets and that say something else than the configuration, which is what counts and is signed: two tools of
 * one host would work on two databases. No value is told.
 */
export function otherwiseSaid(bytes: Uint8Array, { database, backup }: Pick<Config, "database" | "backup">): string[] {
  const wanted: Readonly<Record<string, string>> = {
    DOT_CUTTER_DB_HOST: database.host,
    DOT_CUTTER_DB_PORT: String(database.port),
    DOT_CUTTER_DB_NAME: database.name,
    DOT_CUTTER_DB_SSLMODE: database.sslmode,
    BACKUP_GPG_FPR: backup.recipient_fingerprint,
  };
  const entries = readEnvFile(bytes, Object.keys(wanted));
  return Object.entries(wanted).flatMap(([name, value]) => {
    const entry = entries[name];
    const refused = refusalOf(name, entry);
    if (refused !== undefined) return [refused];
    if (entry === undefined || !("value" in entry)) return [];
    const same =
      entry.value.toLowerCase() === value.toLowerCase() || (LOOPBACK.has(entry.value) && LOOPBACK.has(value));
    return same ? [] : [`line ${entry.line}, ${name} says something else than the configuration`];
  });
}
