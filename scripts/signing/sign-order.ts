// Signs what no run asks for: a person builds the request here, sees it, types its digits and signs (docs/decisions/0041-orders.md).
import type { Payload } from "../../runner/model/payload.ts";
import { buildRequest } from "../../runner/model/statement.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { approvingPerson } from "./approving-person.ts";
import { insistAskingAgent } from "./signing-agent.ts";
import { signRequest } from "./sign-statement.ts";
import { pageOf, tellSigned, type SigningOptions } from "./signing-words.ts";
import { lastDigits, typedConfirmation } from "./typed-confirmation.ts";

/** Lifting a halt or revoking; nothing a run could ask for. */
export type OrderGate = "UNHALT" | "REVOCATION";

/** What a person signs who refuses to sign what a run asks for: the run ends, and its reason is told to everybody. */
export const refusalOf = (run_id: string, reason: string): Payload<"REVOCATION"> => ({
  kind: "run",
  run_id,
  value: run_id,
  reason,
});

/**
 * Shows it, asks, signs, tells; it counts when the host has admitted it. Stops as `approvingPerson` and
 * `signStatement`; STOP_REFUSED_INPUT for a value out of form.
 */
export async function signOrder<G extends OrderGate>(
  gate: G,
  payload: Payload<G>,
  options: SigningOptions,
): Promise<void> {
  const approving = await approvingPerson(options, gate);
  const { person } = approving;
  const now = new Date();
  const { request } = buildRequest({ gate, payload, requested: now });
  const line = (label: string, value: string): string => `  ${label.padEnd(12)} ${printable(value)}\n`;
  const page = pageOf(options);
  page.write(
    `\n${printable(person.name)}, you are about to sign ${gate}\n${Object.entries(request.payload)
      .map(([name, value]) => line(name, typeof value === "string" ? value : JSON.stringify(value)))
      .join("")}`,
  );
  if (gate === "REVOCATION") page.write("  nothing takes a revocation back\n");
  await insistAskingAgent(approving.signer);
  await typedConfirmation([lastDigits(request.payload_sha)], page);
  const { statement, signed } = await signRequest(request, approving, options.out);
  tellSigned(statement, signed, `npm run admit -- ${shellWord(signed.json)}`, {
    ...options,
    profile: approving.profile,
  });
}
