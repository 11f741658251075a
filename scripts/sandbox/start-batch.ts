// `npm start -- --batch`: three sample laws in a batch on the sandbox, from their registration to the last enactment.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GrammarRequest } from "../../runner/model/grammar-request.ts";
import { STOPS } from "../../runner/model/stop.ts";
import { projectRoot } from "../../infra/place.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { admitSigned } from "../operator/admit-signed.ts";
import { fetchWave } from "../operator/fetch-wave.ts";
import { passThrough } from "../operator/pass-through.ts";
import { nextSample, registerDocument } from "../operator/register-document.ts";
import { targetOf } from "../operator/target.ts";
import { upload } from "../operator/upload.ts";
import type { Sandbox } from "./sandbox.ts";
import { signWaveAs } from "./throw-away-sitting.ts";

const LAWS = 3;
const WAITS = STOPS.STOP_APPROVAL_REQUIRED.exit;
/** Who signs what of a wave; SG_1 and EXECUTION by two people. */
const SIGNERS: Readonly<Record<string, string>> = {
  SG_1_cut_authz: "linh",
  EXECUTION: "minh",
  SG_2_lifecycle_authz: "hoa",
};

/** Registers, opens, and signs every wave until the batch is closed. The answer is the host's last exit status. */
export async function cutBatch(
  sandbox: Sandbox,
  request: GrammarRequest,
  { json, say }: { readonly json: boolean; readonly say: (line: string) => void },
): Promise<number> {
  const target = targetOf(SANDBOX_STACK);
  const documents: string[] = [];
  for (let index = 0; index < LAWS; index += 1) {
    const document_id = await nextSample(sandbox.stack);
    const sample = join(projectRoot(), "scripts", "sandbox", "sample-ordinance.md");
    const { units } = await registerDocument(sandbox.stack, sample, document_id, { request, versionLabel: "v1" });
    documents.push(document_id);
    say(`   ${document_id}: ${units} units`);
  }
  const now = new Date();
  const batch_id = `ictb-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${randomBytes(4).toString("hex")}`;
  const manifest = {
    schema_version: "1",
    batch_id,
    created_by: "npm start",
    created_utc: now.toISOString(),
    items: documents.map((document_id) => ({ document_id })),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  writeFileSync(join(sandbox.place.operatorFolder, `${batch_id}.json`), bytes);
  const path = await upload(target, { area: "batches", name: `${batch_id}.json` }, bytes);
  const ask = (...words: string[]): Promise<number> => passThrough(target, ["orchestrate", "batch", ...words], json);
  say(`4. batch ${batch_id}: a canary first, then the others together`);
  const opened = await ask("open", path);
  if (opened !== 0) return opened;
  for (;;) {
    const status = await ask("follow", batch_id);
    if (status !== WAITS) {
      if (status !== 0) return status;
      say("6. everything looked at again, by the second principal");
      return ask("verify", batch_id);
    }
    say("5. a sitting: each document gets a statement of its own");
    const { waves } = await fetchWave(target, batch_id, join(sandbox.place.operatorFolder, "bundles", batch_id));
    for (const { gate, folder, members } of waves) {
      const person = sandbox.persons.find(({ id }) => id === SIGNERS[gate]);
      if (!person) throw new Error(`nobody signs ${gate}`);
      const files = await signWaveAs(person, folder, join(sandbox.place.operatorFolder, "signed"));
      say(`   ${person.name} signed ${gate} of ${members} documents`);
      await admitSigned(target, files, (line) => say(`   ${line}`));
    }
    const resumed = await ask("resume", batch_id);
    if (resumed !== 0) return resumed;
  }
}
