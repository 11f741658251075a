// `names`: which names of environment and configuration this host has, and who may sign what. Names only, never a value.
import { parse } from "dotenv";
import type { Common } from "../cli.ts";
import { APPROVERS_CAP, parseApprovers } from "../model/approvers.ts";
import type { Config } from "../model/config.ts";
import type { HostName } from "../model/events.ts";
import { ROLES, type Gate, type RoleKey } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import { printable } from "../rules/text-hygiene.ts";
import { names } from "../wire-names.ts";
import { printJson } from "../terminal/print-json.ts";

const ENV_FILE_CAP = 16 * 1024;
const KB_KEY_NAME = "DOT_CUTTER_KB_API_KEY";
const ASKED_GATES: readonly Gate[] = ["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"];

/** Exit 0 with every name; what is missing is an answer, not a stop. */
export async function showNames(common: Common): Promise<number> {
  const { config } = await names.loadConfig(common.config);
  const lines = [
    ...(await Promise.all(roleKeys().map((role) => envNames(config, role)))),
    ...(await reporterKey(config)),
    ...configKeys(config),
    ...(await signers(config)),
  ];
  for (const line of lines) {
    if (common.json) printJson({ event: "name", ...line });
    else process.stdout.write(`${line.answer.padEnd(15)}${printable(`${line.name}: ${line.saw}`)}\n`);
  }
  return 0;
}

const roleKeys = (): RoleKey[] => Object.keys(ROLES).filter((key): key is RoleKey => Object.hasOwn(ROLES, key));

async function envNames(config: Config, role: RoleKey): Promise<HostName> {
  const name = `DOT_CUTTER_${role.toUpperCase()}_DB_USER, _PASSWORD`;
  try {
    await names.credentialOf(config, role);
    return { kind: "environment", name, answer: "found", saw: config.credentials[role] };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return {
      kind: "environment",
      name,
      answer: /cannot be read/.test(error.facts.saw) ? "could not look" : "missing",
      saw: error.facts.saw,
    };
  }
}

// Documents that go to a folder need no key.
async function reporterKey({ reports }: Config): Promise<HostName[]> {
  if (reports.reporter !== "http") return [];
  const read = await names.readSafely(reports.api_key_file, ENV_FILE_CAP);
  const line = (answer: HostName["answer"], saw: string): HostName[] => [
    { kind: "environment", name: KB_KEY_NAME, answer, saw },
  ];
  if (!read.ok) return line("could not look", `${reports.api_key_file}: ${read.reason}`);
  return parse(read.bytes.toString("utf8"))[KB_KEY_NAME]
    ? line("found", reports.api_key_file)
    : line("missing", `not in ${reports.api_key_file}`);
}

// The schema refuses a configuration without one of them, so what was loaded has them; their values are no secrets.
function configKeys({ host, database, orchestrator, backup, caps, target_policy, reports }: Config): HostName[] {
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
  return known.map(([name, saw]) => ({ kind: "configuration", name, answer: "found", saw }));
}

async function signers(config: Config): Promise<HostName[]> {
  const read = await names.readSafely(config.approvers.file, APPROVERS_CAP);
  if (!read.ok)
    return ASKED_GATES.map((gate) => ({
      kind: "signers",
      name: gate,
      answer: "could not look",
      saw: `the approver set: ${read.reason}`,
    }));
  const { set } = parseApprovers(read.bytes);
  return ASKED_GATES.map((gate) => {
    const people = set.persons.filter((person) => person.gates.includes(gate)).map((person) => person.id);
    return {
      kind: "signers",
      name: gate,
      answer: people.length > 0 ? "found" : "missing",
      saw: people.join(", ") || "nobody may sign it",
    };
  });
}
