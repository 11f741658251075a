// A recorded bundle with one thing changed on its way: another verdict, another finding, another person.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../../runner/model/canonical.ts";
import { buildRequest, parseRequest } from "../../../../runner/model/statement.ts";
import type { Stopped } from "../../../../runner/model/stop.ts";
import {
  insistAnotherPerson,
  insistSameServer,
  readProfile,
  remember,
  type Profile,
} from "../../../../scripts/signing/approver-profile.ts";
import { readBundle } from "../../../../scripts/signing/bundle.ts";

const GOLDEN = join(import.meta.dirname, "../../../golden/generic/requests");
const scratch = mkdtempSync(join(tmpdir(), "bundle-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function changed(gate: string, name: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(scratch, "b-"));
  cpSync(join(GOLDEN, `${gate}-1`), folder, { recursive: true });
  writeFileSync(join(folder, name), change(readFileSync(join(folder, name), "utf8")));
  return folder;
}

test("the verdict of the second principal is read from what the run recorded", async () => {
  const { verdict } = await readBundle(join(GOLDEN, "SG_2_lifecycle_authz-1"));
  expect(verdict).toMatchObject({ units: 7, ledger_rows: 20 });
  expect(verdict?.checks.length).toBeGreaterThan(10);
});

test.each([
  ["another number of units", (text: string) => text.replace('"lossless_bytes":', '"lossless_bytes":1')],
  [
    "another digest of what it saw",
    (text: string) => text.replace(/"observed_digest":"[0-9a-f]{8}/, '"observed_digest":"00000000'),
  ],
  ["no verdict", (text: string) => text.replace(/,"write_verify":\{.*\}(?=\}$)/, "")],
  ["no list at all", () => "{}"],
])("an enactment over %s is not signed", async (_what, change) => {
  const folder = changed("SG_2_lifecycle_authz", "outputs.json", change);
  await expect(readBundle(folder)).rejects.toThrow(/outputs\.json/);
});

const BEFORE = {
  batch_id: "ictb-20261129T120000Z-0000000a",
  wave: "0",
  outcome: [["LAW-A", "ictr-20261129T120000Z-00000001", "closeout", "a".repeat(64), "b".repeat(64)]],
};
const OUTCOME = digestOf(BEFORE.outcome);
/** An EXECUTION that follows a wave, with the list of that wave as `listed` has it. */
function following(listed: object): string {
  const folder = changed("EXECUTION", "payload.json", (text) => {
    const { gate, payload, requested_utc } = parseRequest(Buffer.from(text));
    const { batch_id, wave } = BEFORE;
    const after = { batch_id, wave, outcome_digest: OUTCOME };
    return buildRequest({
      gate,
      payload: { ...payload, after } as never,
      requested: new Date(requested_utc),
    }).bytes.toString("utf8");
  });
  writeFileSync(join(folder, "wave-before.json"), JSON.stringify({ ...BEFORE, outcome_digest: OUTCOME, ...listed }));
  return folder;
}

test("an EXECUTION after a canary is read with the documents of the canary, whose digest is computed here", async () => {
  const { before } = await readBundle(following({}));
  expect(before?.outcome.map(([document, , kind]) => [document, kind])).toEqual([["LAW-A", "closeout"]]);
});

test.each([
  ["other documents", { outcome: [["LAW-A", "ictr-20261129T120000Z-00000001", "quarantined", "", ""]] }],
  ["another wave", { wave: "3" }],
])("an EXECUTION whose wave before is shown with %s is not signed", async (_what, listed) => {
  await expect(readBundle(following(listed))).rejects.toThrow(/wave-before\.json/);
});

test("a person who signed SG_1 on this machine is told before reading that another must sign EXECUTION", async () => {
  const bundle = await readBundle(join(GOLDEN, "EXECUTION-1"));
  const profile = (signed: Record<string, string>): Profile =>
    ({
      person: "linh",
      memory: { journals: {}, indexes: {}, servers: {}, signed: { [bundle.request.run_id]: signed } },
    }) as Profile;
  expect(() => insistAnotherPerson(profile({ SG_1_cut_authz: "minh" }), bundle)).not.toThrow();
  expect(() => insistAnotherPerson(profile({ EXECUTION: "linh" }), bundle)).not.toThrow();
  try {
    insistAnotherPerson(profile({ SG_1_cut_authz: "linh" }), bundle);
    expect.unreachable();
  } catch (stop) {
    expect((stop as Stopped).facts.saw).toBe("linh signed SG_1_cut_authz of this run on this machine");
  }
});

test.each([1e15, 1_000_001, 0, -1, 0.5])("caps of %d units, which no host may have, are not signed", async (cap) => {
  const folder = changed("SG_1_cut_authz", "grammar.json", (text) => text.replace(/"units":\d+/, `"units":${cap}`));
  await expect(readBundle(folder)).rejects.toThrow(/grammar\.json: not in its form/);
});

test("a host that shows another server than the one signed for before, or than the profile names, gets no signature", async () => {
  const bundle = await readBundle(join(GOLDEN, "SG_1_cut_authz-1"));
  const server = String(bundle.sg1?.target.system_identifier);
  const file = join(mkdtempSync(join(scratch, "p-")), "profile.json");
  const profile = async (more: object = {}): Promise<Profile> => {
    const said = { person: "linh", approvers_file: "a", approvers_sha: "0".repeat(64), host: "h", sandbox: true };
    writeFileSync(file, JSON.stringify({ ...said, memory_file: `${file}.memory`, ...more }));
    return readProfile(file);
  };
  const other = { ...bundle, sg1: bundle.sg1 && { ...bundle.sg1, target: { ...bundle.sg1.target } } };
  if (other.sg1) other.sg1.target.system_identifier = "1234567890123456789";
  const first = await profile();
  expect(() => insistSameServer(first, other)).not.toThrow();
  remember(first, bundle);
  const later = await profile();
  expect(() => insistSameServer(later, bundle)).not.toThrow();
  expect(() => insistSameServer(later, other)).toThrow("the request writes to server 1234567890123456789");
  // What was signed for first stays known, and a profile that names the server is asked before it.
  remember(later, other);
  expect((await profile()).memory.servers).toEqual({ h: server });
  const moved = await profile({ system_identifier: "1234567890123456789" });
  expect(() => insistSameServer(moved, other)).not.toThrow();
  expect(() => insistSameServer(moved, bundle)).toThrow(server);
});
