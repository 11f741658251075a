// `npm run approve -- <bundle>`: computes the plan again on this machine, shows what is signed, asks, signs, verifies what it wrote.
import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { EXIT_USAGE, Stopped } from "../runner/model/stop.ts";
import { buildStatement } from "../runner/model/statement.ts";
import { newestDigest } from "../runner/rules/rehearsal.ts";
import { insistExtends, remember } from "./approver-profile.ts";
import { approvingPerson, type ProfileOptions } from "./approving-person.ts";
import { insistOwnCopy, readBundle, type Bundle } from "./bundle.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";
import { requestReading } from "./request-reading.ts";
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
  insistRehearsed(bundle);
  if (Date.now() > utcMillis(request.approve_by)) throw new Stopped("STOP_APPROVAL_EXPIRED", { saw: `this request had to be signed by ${request.approve_by}`, wanted: "the newest request of the run" });
  process.stdout.write(requestReading(bundle, person.name));
  await typedConfirmation([{ question: "type the number of units: ", wanted: String(bundle.rows.length) }, lastDigits(request.payload_sha)]);
  const { statement } = buildStatement({ request, person: person.id, fingerprint: key.fingerprint, signed: new Date(), nonce: randomBytes(16).toString("hex") });
  const signed = await signStatement({ statement, publicKeyArmored: key.public_key_armored, folder: options.out, signer });
  await remember(profile, bundle);
  process.stdout.write(`signed and verified: ${signed.json}\n`);
  return 0;
}

/** EXECUTION binds the newest rehearsal of the run's journal, whose chain was walked. */
function insistRehearsed({ request, journal }: Bundle): void {
  if (request.gate !== "EXECUTION" || request.payload.rehearsal_digest === newestDigest(journal)) return;
  throw new Stopped("STOP_APPROVAL_INVALID", { saw: "the request names another rehearsal than the newest of the journal", wanted: "the rehearsal of this plan on its proven backup" });
}

function insistTarget({ request }: Bundle, host: string, approversSha: string): void {
  if (request.gate !== "SG_1_cut_authz") return;
  if (request.payload.target.host !== host) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "a request of another host than your profile names", wanted: host });
  if (request.payload.approvers_sha !== approversSha) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "the host uses another approver set than yours", wanted: approversSha });
}
