// Signs what no run asks for: a person builds the request here, sees it, types its digits and signs (docs/decisions/0041-orders.md).
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { Payload } from "../runner/model/payload.ts";
import { buildRequest, buildStatement } from "../runner/model/statement.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { approvingPerson, type ProfileOptions } from "./approving-person.ts";
import { signStatement } from "./sign-statement.ts";
import { lastDigits, typedConfirmation } from "./typed-confirmation.ts";

/** Options of every program that signs an order; `out` is the folder of the signed files. */
export interface OrderOptions extends ProfileOptions { readonly out: string }

/** Lifting a halt or revoking; nothing a run could ask for. */
export type OrderGate = "UNHALT" | "REVOCATION";

/** Adds the options to a program. */
export function withOrderOptions(program: Command): Command {
  return program.requiredOption("--profile <file>", "your approver profile: person, pinned approver set, host, memory")
    .option("--key-file <file>", "armored secret key; sandbox hosts only").option("--out <folder>", "where the signed statement goes", "signed");
}

/** Path of the signed statement. Stops as `approvingPerson` and `signStatement`; STOP_REFUSED_INPUT for a value out of form. */
export async function signOrder<G extends OrderGate>(gate: G, payload: Payload<G>, options: OrderOptions): Promise<string> {
  const { person, key, signer } = await approvingPerson(options, gate);
  const now = new Date();
  const { request } = buildRequest({ gate, payload, requested: now });
  const line = (label: string, value: string): string => `  ${label.padEnd(12)} ${printable(value)}\n`;
  process.stdout.write(`\n${person.name}, you are about to sign ${gate}\n${Object.entries(request.payload).map(([name, value]) => line(name, typeof value === "string" ? value : JSON.stringify(value))).join("")}`);
  if (gate === "REVOCATION") process.stdout.write("  nothing takes a revocation back\n");
  await typedConfirmation([lastDigits(request.payload_sha)]);
  const { statement } = buildStatement({ request, person: person.id, fingerprint: key.fingerprint, signed: new Date(), nonce: randomBytes(16).toString("hex") });
  const signed = await signStatement({ statement, publicKeyArmored: key.public_key_armored, folder: options.out, signer });
  process.stdout.write(`signed and verified: ${signed.json}\n`);
  return signed.json;
}
