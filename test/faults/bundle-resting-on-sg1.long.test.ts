// EXECUTION and SG_2 name SG_1 by its digest. A host that shows another SG_1 than the one it asks for, or one that covers another plan
// than what the person reads, gets no signature. One host, one run, carried to its second pause half-way through this file.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalText, digestOf, type Json } from "../../runner/model/canonical.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { expectNotSigned, runApprove, TamperedBundle, type Attempt } from "../support/tampered-bundle.ts";

let host: GovernedHost;
let run: string;
let scratch: string;
let execution: string;

const tampered = (from: string): TamperedBundle => new TamperedBundle(from, scratch);
const refuses = (folder: string, words: RegExp, attempt: Attempt) =>
  expectNotSigned(host.sandbox, scratch, folder, { code: "STOP_APPROVAL_INVALID", words }, attempt);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "br-"));
  host = await governedHost();
  await host.register("RESTS-1", LAW);
  run = await host.cut("RESTS-1");
  execution = host.bundle(run, "EXECUTION");
});
afterAll(async () => {
  await host?.remove();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

/** Another SG_1 in the bundle, under its own right digest; `named` lets the request name it too. */
const restOn = (bundle: TamperedBundle, change: Record<string, Json>, named: boolean): void => {
  const { payload } = bundle.json("sg1.json");
  const made = { ...(payload as Record<string, Json>), ...change };
  bundle.write("sg1.json", canonicalText({ payload_sha: digestOf(made), payload: made }));
  if (named) bundle.ask({ sg1_payload_sha: digestOf(made) });
};
const resting: [string, Record<string, Json>, RegExp][] = [
  ["other rows", { writer_digest: "a".repeat(64) }, /sg1\.json: writer_digest/],
  ["another region", { region_sha: "a".repeat(64) }, /sg1\.json: region_sha/],
  ["one unit more", { candidate_count: "4" }, /sg1\.json: candidate_count/],
  ["another document", { document_id: "OTHER-1" }, /sg1\.json: document_id/],
  ["another version of the source", { source_version_id: "other-v1" }, /sg1\.json: source_version_id/],
  ["an entry that is in no journal", { journal_head: "a".repeat(64) }, /sg1\.json: journal_head/],
  ["another run", { run_id: "ictr-20261120T080000Z-00000000" }, /the SG_1 of another run/],
];

describe("an EXECUTION that rests on another SG_1 than what is shown is not signed", () => {
  test.each(resting)("when that SG_1 covers %s and the request names it", async (_what, change, words) => {
    const bundle = tampered(execution);
    restOn(bundle, change, true);
    await refuses(bundle.folder, words, { person: "minh" });
  });
  test("when the SG_1 shown is not the one the request names", async () => {
    const bundle = tampered(execution);
    restOn(bundle, { config_sha: "a".repeat(64) }, false);
    await refuses(bundle.folder, /another SG_1 than the request names/, { person: "minh" });
  });
  test("when the SG_1 shown was changed under its digest", async () => {
    const bundle = tampered(execution);
    bundle.write(
      "sg1.json",
      bundle.read("sg1.json").toString("utf8").replace('"candidate_count":"3"', '"candidate_count":"4"'),
    );
    await refuses(bundle.folder, /sg1\.json: payload_sha is not the hash/, { person: "minh" });
  });
  test("when SG_1 allows a table that the backup does not hold", async () => {
    const bundle = tampered(execution);
    const policy = (
      bundle.json("sg1.json")["payload"] as { backup_policy: { context_tables: string[] } & Record<string, Json> }
    ).backup_policy;
    restOn(
      bundle,
      { backup_policy: { ...policy, context_tables: [...policy.context_tables, "public.forgotten"] } },
      true,
    );
    await refuses(bundle.folder, /does not hold public\.forgotten/, { person: "minh" });
  });
  test("when that SG_1 is for another host", async () => {
    const bundle = tampered(execution);
    const { target } = bundle.json("sg1.json")["payload"] as { target: Record<string, Json> };
    restOn(bundle, { target: { ...target, host: "contabo" } }, true);
    await refuses(bundle.folder, /another host/, { person: "minh" });
  });
});

describe("the request for the enactment, after the cut", () => {
  let enactment: string;
  beforeAll(async () => {
    await host.authorizeCut(run);
    expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
    enactment = host.bundle(run, "SG_2_lifecycle_authz");
  });
  test.each(resting)("is not signed over an SG_1 of %s", async (_what, change, words) => {
    const bundle = tampered(enactment);
    restOn(bundle, change, true);
    await refuses(bundle.folder, words, { person: "hoa" });
  });
  test("shows the SG_1 that was signed, and is signed", async () => {
    const { payload } = tampered(enactment).json("sg1.json") as { payload: Record<string, Json> };
    const [used] = await host.sql<{ payload: unknown }>(
      "SELECT payload FROM cutter_runtime.admission WHERE run_id = $1 AND gate = 'SG_1_cut_authz'",
      [run],
    );
    expect(payload).toEqual(used?.payload);
    const answer = await runApprove(host.sandbox, scratch, enactment, { person: "hoa" });
    expect(answer).toMatchObject({ status: 0 });
    expect(answer.text).toContain("the SG_1 it rests on");
    expect(answer.text).toContain(String(payload["config_sha"]));
  });
});
