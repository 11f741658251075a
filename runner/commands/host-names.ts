// `names`: which names of environment and configuration this host has, and who may sign what. Names only, never a value.
import type { Common } from "../cli.ts";
import { APPROVERS_CAP, parseApprovers } from "../model/approvers.ts";
import type { Config } from "../model/config.ts";
import { ROLES, type Gate, type RoleKey } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import { printable } from "../rules/text-hygiene.ts";
import { names } from "../wire-names.ts";

/** One name: found, missing, or not to be looked at with these rights. */
interface NameLine { readonly kind: "environment" | "configuration" | "signers"; readonly name: string; readonly answer: "found" | "missing" | "could not look"; readonly saw: string }

const ASKED_GATES: readonly Gate[] = ["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"];

/** Exit 0 with every name; what is missing is an answer, not a stop. */
export async function showNames(common: Common): Promise<number> {
  const { config } = await names.loadConfig(common.config);
  const lines = [...(await Promise.all(roleKeys().map((role) => envNames(config, role)))), ...configKeys(config), ...(await signers(config))];
  for (const line of lines) {
    if (common.json) process.stdout.write(`${JSON.stringify({ event: "name", ...line })}\n`);
    else process.stdout.write(`${line.answer.padEnd(15)}${printable(`${line.name}: ${line.saw}`)}\n`);
  }
  return 0;
}

const roleKeys = (): RoleKey[] => Object.keys(ROLES).filter((key): key is RoleKey => Object.hasOwn(ROLES, key));

async function envNames(config: Config, role: RoleKey): Promise<NameLine> {
  const name = `DOT_CUTTER_${role.toUpperCase()}_DB_USER, _PASSWORD`;
  try {
    await names.credentialOf(config, role);
    return { kind: "environment", name, answer: "found", saw: config.credentials[role] };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { kind: "environment", name, answer: /cannot be read/.test(error.facts.saw) ? "could not look" : "missing", saw: error.facts.saw };
  }
}

// The schema refuses a configuration without one of them, so what was loaded has them; their values are no secrets.
function configKeys({ orchestrator, backup, caps, target_policy }: Config): NameLine[] {
  const known: readonly [string, string][] = [
    ...Object.entries(orchestrator).map(([key, value]): [string, string] => [`orchestrator.${key}`, value]),
    ["backup.recipient_fingerprint", backup.recipient_fingerprint], ["backup.max_age_minutes", String(backup.max_age_minutes)],
    ["target_policy.max_units", String(target_policy.max_units)], ["caps.hard", String(caps.hard)],
  ];
  return known.map(([name, saw]) => ({ kind: "configuration", name, answer: "found", saw }));
}

async function signers(config: Config): Promise<NameLine[]> {
  const read = await names.readSafely(config.approvers.file, APPROVERS_CAP);
  if (!read.ok) return ASKED_GATES.map((gate) => ({ kind: "signers", name: gate, answer: "could not look", saw: `the approver set: ${read.reason}` }));
  const { set } = parseApprovers(read.bytes);
  return ASKED_GATES.map((gate) => {
    const people = set.persons.filter((person) => person.gates.includes(gate)).map((person) => person.id);
    return { kind: "signers", name: gate, answer: people.length > 0 ? "found" : "missing", saw: people.join(", ") || "nobody may sign it" };
  });
}
