// `names`: which names of environment and configuration this host has, and who may sign what. Names only, never a value.
import type { Common } from "./call-options.ts";
import { APPROVERS_CAP, parseApprovers } from "../model/approvers.ts";
import type { Config } from "../model/config.ts";
import { namedSecrets } from "../model/notification-config.ts";
import { found, inPart, missing, notSeen, type Finding } from "../model/point.ts";
import { ASKED_IN, ROLES, type Gate, type RoleKey } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import { NAME_THERE, envLoginOf, kbKeyVariable, nameState } from "../rules/env-login.ts";
import { checklistLines, printPoints } from "../terminal/checklist.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { credentialOf } from "../adapters/credentials.ts";
import { envBytes } from "../adapters/env-bytes.ts";
import { readSafely } from "../adapters/safe-file.ts";

const ASKED_GATES: readonly Gate[] = Object.values(ASKED_IN).flat();

/** Exit 0 with every name; what is missing is an answer, not a stop. */
export async function showNames(common: Common): Promise<number> {
  const { config } = await loadConfig(common.config);
  const environment = await Promise.all(roleKeys().map((role) => envNames(config, role)));
  const lines = [
    ...inPart("environment", [...environment, ...(await otherNames(config))]),
    ...inPart("configuration", configKeys(config)),
    ...inPart("signers", await signers(config)),
  ];
  if (common.json) printPoints(lines);
  else process.stdout.write(`${checklistLines(lines).join("\n")}\n`);
  return 0;
}

const roleKeys = (): RoleKey[] => Object.keys(ROLES).filter((key): key is RoleKey => Object.hasOwn(ROLES, key));

async function envNames(config: Config, role: RoleKey): Promise<Finding> {
  const login = envLoginOf(config, role);
  const title = `${login.user_variable}, ${login.password_variable}`;
  try {
    await credentialOf(config, role);
    return found(title, login.file);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const { saw } = error.facts;
    return (/ cannot be read| is no plain file| is larger /.test(saw) ? notSeen : missing)(title, saw);
  }
}

// The knowledge base's key, and what the channels of notifications need.
async function otherNames({ reports, notifications }: Config): Promise<Finding[]> {
  const key = reports.reporter === "http" ? [{ file: reports.api_key_file, names: [kbKeyVariable(reports)] }] : [];
  const told = notifications === undefined ? [] : namedSecrets(notifications);
  const named = [...key, ...told].flatMap(({ file, names }) => names.map((name) => ({ file, name })));
  return Promise.all(named.map(({ file, name }) => oneName(file, name)));
}

async function oneName(file: string, name: string): Promise<Finding> {
  let bytes: Buffer | undefined;
  try {
    bytes = await envBytes(file);
  } catch (error) {
    return notSeen(name, `${file} ${(error as Error).message}`);
  }
  const state = bytes === undefined ? "not there" : nameState(bytes, name);
  return state === NAME_THERE ? found(name, file) : missing(name, `${file}: ${state}`);
}

// The schema refuses a configuration without one of them, so what was loaded has them; their values are no secrets.
function configKeys({ host, database, orchestrator, backup, caps, target_policy, reports }: Config): Finding[] {
  const known: readonly [string, string][] = [
    ["host", host],
    ...Object.entries(database).map(([key, value]): [string, string] => [`database.${key}`, String(value)]),
    ...Object.entries(orchestrator).map(([key, value]): [string, string] => [`orchestrator.${key}`, value]),
    ["backup.recipient_fingerprint", backup.recipient_fingerprint],
    ["backup.max_age_minutes", String(backup.max_age_minutes)],
    ["target_policy.max_units", String(target_policy.max_units)],
    ["caps.hard", String(caps.hard)],
    ["reports", reports.reporter === "http" ? `${reports.base_url}, kept in ${reports.folder}` : reports.folder],
  ];
  return known.map(([title, saw]) => found(title, saw));
}

async function signers(config: Config): Promise<Finding[]> {
  const read = await readSafely(config.approvers.file, APPROVERS_CAP);
  if (!read.ok) return ASKED_GATES.map((gate) => notSeen(gate, `the approver set: ${read.reason}`));
  const { set } = parseApprovers(read.bytes);
  return ASKED_GATES.map((gate) => {
    const people = set.persons.filter((person) => person.gates.includes(gate)).map((person) => person.id);
    return people.length > 0 ? found(gate, people.join(", ")) : missing(gate, "nobody may sign it");
  });
}
