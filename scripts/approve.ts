// `npm run approve -- <bundle>`: computes the plan again on this machine, shows what is signed, asks, signs, verifies what it wrote.
import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { EXIT_USAGE, Stopped } from "../runner/model/stop.ts";
import { buildStatement } from "../runner/model/statement.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { insistExtends, remember } from "./approver-profile.ts";
import { approvingPerson, type ProfileOptions } from "./approving-person.ts";
import { insistOwnCopy, readBundle, type Bundle } from "./bundle.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";
import { signStatement } from "./sign-statement.ts";
import { lastDigits, typedConfirmation } from "./typed-confirmation.ts";
import { utcMillis } from "../runner/model/utc.ts";

interface Options extends ProfileOptions { readonly copy?: string; readonly out: string }

new Command("approve").description("read, judge and sign one request with your own OpenPGP key")
  .argument("<bundle>", "folder of the request, fetched from the host")
  .requiredOption("--profile <file>", "your approver profile: person, pinned approver set, host, memory")
  .option("--key-file <file>", "armored secret key; sandbox hosts only")
  .option("--copy <file>", "your own copy of the text, compared byte for byte")
  .option("--out <folder>", "where the signed statement goes", "signed")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((folder: string, options: Options) => runProgram(async () => {
    refuseForeignEnvironment();
    return approve(folder, options);
  }, { aboutRun: true }))
  .parse();

async function approve(folder: string, options: Options): Promise<number> {
  const bundle = await readBundle(folder);
  const { request } = bundle;
  const { profile, approversSha, person, key, signer } = await approvingPerson(options, request.gate);
  if (options.copy) await insistOwnCopy(bundle, options.copy);
  insistTarget(bundle, profile.host, approversSha);
  insistExtends(profile, bundle);
  if (Date.now() > utcMillis(request.approve_by)) throw new Stopped("STOP_APPROVAL_EXPIRED", { saw: `this request had to be signed by ${request.approve_by}`, wanted: "the newest request of the run" });
  process.stdout.write(shown(bundle, person.name));
  await typedConfirmation([{ question: "type the number of units: ", wanted: String(bundle.rows.length) }, lastDigits(request.payload_sha)]);
  const { statement } = buildStatement({ request, person: person.id, fingerprint: key.fingerprint, signed: new Date(), nonce: randomBytes(16).toString("hex") });
  const signed = await signStatement({ statement, publicKeyArmored: key.public_key_armored, folder: options.out, signer });
  await remember(profile, bundle);
  process.stdout.write(`signed and verified: ${signed.json}\n`);
  return 0;
}

function insistTarget({ request }: Bundle, host: string, approversSha: string): void {
  if (request.gate !== "SG_1_cut_authz") return;
  if (request.payload.target.host !== host) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "a request of another host than your profile names", wanted: host });
  if (request.payload.approvers_sha !== approversSha) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "the host uses another approver set than yours", wanted: approversSha });
}

/** Rendered from the statement's own values and from what was computed here; never from prose of the host. */
function shown(bundle: Bundle, name: string): string {
  const { request, rows, findings, manifest } = bundle;
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.section_type, (counts.get(row.section_type) ?? 0) + 1);
  const line = (label: string, value: string): string => `  ${label.padEnd(22)} ${printable(value)}\n`;
  const fields = Object.entries(request.payload).map(([key, value]) => line(key, typeof value === "string" ? value : JSON.stringify(value))).join("");
  const first = rows.slice(0, 3).map((row) => line(row.canonical_address, row.title)).join("");
  const last = rows.slice(-2).map((row) => line(row.canonical_address, row.title)).join("");
  return [
    `\n${name}, you are asked to sign ${request.gate}\n`, fields,
    "\ncomputed on this machine\n", line("units", String(rows.length)), line("by type", [...counts].map(([type, count]) => `${count} ${type}`).join(", ")),
    line("manifest digest", manifest.manifest_digest), line("writer digest", bundle.writer_digest), first, rows.length > 5 ? "  …\n" : "", last,
    "\nfindings\n", ...manifest.findings.slice(0, 20).map((finding) => line(`line ${finding.line}`, finding.text)), ...findings.environment.map((text) => line("environment", text)),
    line("also in the database", `${findings.baseline.length} documents, ${findings.baseline.reduce((sum, row) => sum + row.units, 0)} units`),
    line("must be signed by", request.approve_by), "\n",
  ].join("");
}
