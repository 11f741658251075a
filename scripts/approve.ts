// `npm run approve -- <bundle>`: computes the plan again on this machine, shows what is signed, asks, signs, verifies what it wrote.
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { Command } from "commander";
import { holderOf, parseApprovers } from "../runner/model/approvers.ts";
import { EXIT_USAGE, Stopped } from "../runner/model/stop.ts";
import { buildStatement } from "../runner/model/statement.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { readProfile, insistExtends, remember } from "./approver-profile.ts";
import { insistOwnCopy, readBundle, type Bundle } from "./bundle.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";
import { signStatement } from "./sign-statement.ts";
import { readSafely } from "../runner/adapters/safe-file.ts";
import { utcMillis } from "../runner/model/utc.ts";

interface Options { readonly profile: string; readonly keyFile?: string; readonly copy?: string; readonly out: string }

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
  }))
  .parse();

async function approve(folder: string, options: Options): Promise<number> {
  const profile = await readProfile(options.profile);
  if (options.keyFile && !profile.sandbox) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "--key-file with a profile that is not a sandbox's", wanted: "your own gpg: agent, token or smart card" });
  const approvers = await readSafely(profile.approvers_file, 1024 * 1024);
  if (!approvers.ok) throw new Stopped("STOP_APPROVAL_INVALID", { saw: `the approver set: ${approvers.reason}`, wanted: "a plain file" });
  const { set, sha } = parseApprovers(approvers.bytes);
  if (sha !== profile.approvers_sha) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "an approver set your profile does not pin", wanted: profile.approvers_sha });
  const bundle = await readBundle(folder);
  const { request } = bundle;
  if (options.copy) await insistOwnCopy(bundle, options.copy);
  const person = set.persons.find((one) => one.id === profile.person);
  const key = person?.keys[0];
  if (!person || !key || !holderOf(set, key.fingerprint)) throw new Stopped("STOP_APPROVAL_INVALID", { saw: `${profile.person} holds no key of the approver set`, wanted: "a person of the pinned set" });
  if (!person.gates.includes(request.gate)) throw new Stopped("STOP_APPROVAL_INVALID", { saw: `${person.id} may not sign ${request.gate}`, wanted: "an approver of this gate" });
  insistTarget(bundle, profile.host, sha);
  insistExtends(profile, bundle);
  if (Date.now() > utcMillis(request.approve_by)) throw new Stopped("STOP_APPROVAL_EXPIRED", { saw: `this request had to be signed by ${request.approve_by}`, wanted: "the newest request of the run" });
  process.stdout.write(shown(bundle, person.name));
  await typedConfirmation(bundle);
  const { statement } = buildStatement({ request, person: person.id, fingerprint: key.fingerprint, signed: new Date(), nonce: randomBytes(16).toString("hex") });
  const signed = await signStatement({
    statement, publicKeyArmored: key.public_key_armored, folder: options.out,
    signer: options.keyFile ? { kind: "key-file", path: options.keyFile } : { kind: "person-gpg" },
  });
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

/** Read from stdin after everything was printed; there is no flag for it. */
async function typedConfirmation({ rows, request }: Bundle): Promise<void> {
  const lines = createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
  const ask = async (question: string, wanted: string): Promise<void> => {
    process.stdout.write(question);
    const answer = await lines.next();
    if (answer.done || answer.value.trim() !== wanted) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "another answer", wanted: "the number as it is shown above; nothing was signed" });
  };
  await ask("type the number of units: ", String(rows.length));
  await ask(`type the last six digits of payload ${request.payload_sha}: `, request.payload_sha.slice(-6));
  process.stdout.write("\n");
}
