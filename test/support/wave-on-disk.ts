// A wave as `npm run batch -- fetch` leaves it on a person's machine, with no host behind it: request bundles of today made from a recorded
// run, the list of them, and the profile of one person whose own gpg holds the key.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { grammarProfile } from "../../runner/grammar/profiles.ts";
import { buildApprovers, type ApproverSet } from "../../runner/model/approvers.ts";
import { canonicalText, sha256, type Json } from "../../runner/model/canonical.ts";
import { grammarChoice } from "../../runner/model/outputs.ts";
import { buildRequest, parseRequest } from "../../runner/model/statement.ts";
import { planRows, writerDigest } from "../../runner/rules/plan-rows.ts";

const RECORDED = join(import.meta.dirname, "../golden/generic/requests/SG_1_cut_authz-1");
const BATCH_ID = "ictb-20261129T120000Z-0000000a";

/** Who signs: fingerprint and public key of a key in a GnuPG home of the test. */
export interface WaveSigner {
  readonly fingerprint: string;
  readonly publicKeyArmored: string;
}

/** `wave` is the folder of the gate, `profile` the person's, `out` gets what they sign. */
export interface WaveOnDisk {
  readonly wave: string;
  readonly profile: string;
  readonly out: string;
  /** The one run that the recorded bundles are of. */
  readonly runId: string;
}

/** SG_1 of each document, asked for now. `confirm` as in the person's profile. */
export function waveOnDisk(
  folder: string,
  documents: readonly string[],
  { fingerprint, publicKeyArmored }: WaveSigner,
  confirm: "document" | "wave" = "wave",
): WaveOnDisk {
  mkdirSync(folder, { recursive: true });
  const set = recordedApprovers();
  const keys = [{ fingerprint, public_key_armored: publicKeyArmored }];
  const persons = set.persons.map((one) => (one.id === "linh" ? { ...one, keys } : one));
  const approvers = buildApprovers({ ...set, persons });
  writeFileSync(join(folder, "approvers.json"), approvers);
  const { host, run_id } = recordedTarget();
  writeFileSync(
    join(folder, "profile.json"),
    JSON.stringify({
      person: "linh",
      approvers_file: join(folder, "approvers.json"),
      approvers_sha: sha256(approvers),
      host,
      sandbox: false,
      memory_file: join(folder, "memory.json"),
      confirm,
    }),
  );
  const wave = join(folder, "wave");
  for (const document of documents) layBundle(join(wave, document), document, sha256(approvers));
  const members = documents.map((document_id) => ({ document_id, run_id, bundle: document_id }));
  writeFileSync(
    join(wave, "wave.json"),
    JSON.stringify({ batch_id: BATCH_ID, wave: 1, gate: "SG_1_cut_authz", members }),
  );
  return { wave, profile: join(folder, "profile.json"), out: join(folder, "signed"), runId: run_id };
}

/** The bundle of the recorded run as it would be for a document of this name, requested now. */
function layBundle(folder: string, document_id: string, approvers_sha: string): void {
  cpSync(RECORDED, folder, { recursive: true });
  const json = (name: string): Record<string, Json> =>
    JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, Json>;
  const request = parseRequest(readFileSync(join(folder, "payload.json")));
  const { profile, options, plan, caps } = json("grammar.json");
  const choice = grammarChoice.parse({ profile, options });
  const bytes = readFileSync(join(folder, "snapshot.md"));
  const marked = grammarProfile(choice.profile).mark(bytes, document_id as never, choice.options, caps as never);
  if (marked.refusal) throw new Error(`the recorded text is refused: ${marked.refusal.reason}`);
  const rows = planRows(marked.manifest, { run_id: request.run_id, ...(plan as object) } as never);
  const digests = {
    document_id,
    manifest_digest: marked.manifest.manifest_digest,
    writer_digest: writerDigest(rows),
  };
  writeFileSync(
    join(folder, "cut_plan.json"),
    canonicalText({ ...json("cut_plan.json"), ...digests, rows: rows.map((row) => ({ ...row })) }),
  );
  const payload = { ...request.payload, ...digests, approvers_sha };
  writeFileSync(
    join(folder, "payload.json"),
    buildRequest({ gate: request.gate, payload: payload as never, requested: new Date() }).bytes,
  );
}

const recordedApprovers = (): ApproverSet =>
  JSON.parse(readFileSync(join(RECORDED, "../../../approvers.json"), "utf8")) as ApproverSet;

function recordedTarget(): { readonly host: string; readonly run_id: string } {
  const { payload, run_id } = parseRequest(readFileSync(join(RECORDED, "payload.json")));
  return { host: (payload as unknown as { target: { host: string } }).target.host, run_id };
}
