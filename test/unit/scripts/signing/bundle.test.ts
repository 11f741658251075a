// A recorded bundle with one thing changed on its way: another verdict, another finding, another person.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Stopped } from "../../../../runner/model/stop.ts";
import { insistAnotherPerson, type Profile } from "../../../../scripts/signing/approver-profile.ts";
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

test("a person who signed SG_1 on this machine is told before reading that another must sign EXECUTION", async () => {
  const bundle = await readBundle(join(GOLDEN, "EXECUTION-1"));
  const profile = (signed: Record<string, string>): Profile =>
    ({ person: "linh", memory: { journals: {}, indexes: {}, signed: { [bundle.request.run_id]: signed } } }) as Profile;
  expect(() => insistAnotherPerson(profile({ SG_1_cut_authz: "minh" }), bundle)).not.toThrow();
  expect(() => insistAnotherPerson(profile({ EXECUTION: "linh" }), bundle)).not.toThrow();
  try {
    insistAnotherPerson(profile({ SG_1_cut_authz: "linh" }), bundle);
    expect.unreachable();
  } catch (stop) {
    expect((stop as Stopped).facts.saw).toBe("linh signed SG_1_cut_authz of this run on this machine");
  }
});
