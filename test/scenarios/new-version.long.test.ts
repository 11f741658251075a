// A new version of an enacted law, end to end on one host: registered against it, signed with the comparison, cut as a document of
// its own whose units name those they supersede, while the enacted text stays as it is.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_REQUEST, type GrammarRequest } from "../../runner/model/grammar-request.ts";
import type { Supersedes } from "../../runner/model/registration-record.ts";
import { supersedesOf, type StandingUnit } from "../../runner/rules/supersession.ts";
import { registerDocument } from "../../scripts/operator/register-document.ts";
import { readBundle } from "../../scripts/signing/bundle.ts";
import { readingOf } from "../../scripts/reading/reading.ts";
import { requestReading } from "../../scripts/signing/request-reading.ts";
import { governedHost, type GovernedHost } from "../support/governed-host.ts";

let host: GovernedHost;
beforeAll(async () => {
  host = await governedHost();
});
afterAll(async () => {
  await host?.remove();
});

const OLD = [
  "Điều 1. Phạm vi\nLuật này quy định về thư viện.",
  "Điều 2. Đối tượng\nMọi người.",
  "Điều 3. Hiệu lực\nTừ năm 2020.",
];
const NEW = [
  OLD[0] ?? "",
  "Điều 2. Đối tượng\nMọi người và mọi tổ chức.",
  "Điều 3. Chuyển tiếp\nTừ năm 2026.",
  "Điều 4. Thi hành\nChính phủ.",
];
const lawOf = (articles: readonly string[]): string => `LUẬT THƯ VIỆN\n\n${articles.join("\n\n")}\n`;
const LAW: GrammarRequest = { ...DEFAULT_REQUEST, profile: "vn-law-1", depth: "khoan" };

async function register(prefix: string, text: string, supersedes?: Supersedes): ReturnType<typeof registerDocument> {
  const file = join(host.sandbox.place.folder, `${prefix}.txt`);
  writeFileSync(file, text);
  return registerDocument(host.sandbox.stack, file, prefix, { request: LAW, versionLabel: prefix, supersedes });
}

/** What the host says stands under a document, as registration reads it. */
async function standing(document: string): Promise<Supersedes> {
  const { events, status } = await host.cutter("orchestrate", "units", document);
  expect(status).toBe(0);
  const units = events.filter((event) => event["event"] === "standing_unit") as unknown as StandingUnit[];
  const end = events.at(-1) as { units: number; source_version_id: string | null };
  expect(end.units).toBe(units.length);
  return supersedesOf(document, end.source_version_id, units);
}

async function cutWhole(prefix: string): Promise<string> {
  const run = await host.cut(prefix);
  await host.authorizeCut(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });
  return run;
}

const rowsOf = (prefix: string): Promise<unknown[]> =>
  host.sql(
    "SELECT u::text AS unit, v::text AS version FROM public.information_unit u JOIN public.unit_version v ON v.unit_id = u.id WHERE starts_with(u.canonical_address, $1 || '/') ORDER BY 1",
    [prefix],
  );

test("the registered grammar is used by cut and plan without a word, and another one is refused in words", async () => {
  await register("BLDS", lawOf(OLD));
  expect(await host.cutter("orchestrate", "plan", "BLDS")).toMatchObject({ status: 0 });
  const other = await host.cutter("orchestrate", "cut", "BLDS", "--profile", "generic-atx-1");
  expect(other).toMatchObject({ status: 4, stop: "STOP_REFUSED_INPUT" });
  expect(other.stderr).toContain("--profile vn-law-1, as this version is registered");
  // Nothing was opened by the refusal, so the document is free.
  expect(await host.sql("SELECT FROM cutter_runtime.run WHERE document_id = 'BLDS'")).toHaveLength(0);
});

test("version 2 is its own document: its units name those of version 1, which stays byte for byte, and everybody sees what changed", async () => {
  await cutWhole("BLDS");
  const before = await rowsOf("BLDS");
  expect(before).toHaveLength(3);
  await expect(register("BLDS", lawOf(NEW))).rejects.toMatchObject({
    code: "STOP_REFUSED_INPUT",
    facts: { hint: expect.stringContaining("--against BLDS") },
  });

  const supersedes = await standing("BLDS");
  expect(supersedes.source_version_id).toMatch(/^blds-/);
  const registered = await register("BLDS-V2", lawOf(NEW), supersedes);
  expect(registered.compared).toEqual({ document_id: "BLDS", same: 1, changed: 2, new: 1, gone: 0 });
  const planned = await host.cutter("orchestrate", "plan", "BLDS-V2");
  expect(planned.stderr).toContain("a new version of BLDS: same 1, changed 2, new 1, gone 0");

  const run = await host.cut("BLDS-V2");
  const reading = requestReading(readingOf(await readBundle(host.bundle(run, "SG_1_cut_authz")), "Linh"), "/page.html");
  expect(reading).toContain("a new version of BLDS, whose enacted text stays as it is");
  expect(reading).toContain("same 1, changed 2, new 1, gone 0");
  expect(reading).toMatch(/changed +DIEU-2/);
  await host.authorizeCut(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });
  expect(await host.cutter("orchestrate", "verify", run)).toMatchObject({ status: 0 });

  expect(await rowsOf("BLDS")).toEqual(before);
  expect(await rowsOf("BLDS-V2")).toHaveLength(4);
  const edges = await host.sql<{
    address: string;
    edge: { edge: string; address: string | null; content_hash: string | null };
  }>(
    `SELECT b.proposed_canonical_address AS address, b.candidate_edges -> 0 AS edge FROM cutter_governance.manifest_unit_block b
      WHERE starts_with(b.proposed_canonical_address, 'BLDS-V2/') ORDER BY b.render_order`,
  );
  expect(edges.map(({ address, edge }) => [address, edge.edge, edge.address])).toEqual([
    ["BLDS-V2/DIEU-1", "supersedes", "BLDS/DIEU-1"],
    ["BLDS-V2/DIEU-2", "supersedes", "BLDS/DIEU-2"],
    ["BLDS-V2/DIEU-3", "supersedes", "BLDS/DIEU-3"],
    ["BLDS-V2/DIEU-4", "new_in_version", null],
  ]);
  expect(edges.map(({ edge }) => edge.content_hash)).toEqual([
    ...supersedes.units.map((unit) => unit.content_hash),
    null,
  ]);
});

test("a new version that was registered against other words than stand in the database stops before anybody signs", async () => {
  const supersedes = await standing("BLDS");
  const [first, ...others] = supersedes.units;
  if (!first) throw new Error("nothing stands");
  const forged = supersedesOf("BLDS", supersedes.source_version_id, [
    { ...first, content_hash: "0".repeat(64) },
    ...others,
  ]);
  await register("BLDS-V3", lawOf([...NEW, "Điều 5. Khác\nHết."]), forged);
  const cut = await host.cutter("orchestrate", "cut", "BLDS-V3");
  expect(cut).toMatchObject({ stop: "STOP_DRIFT" });
  expect(cut.stderr).toContain("BLDS has other units than this version was registered against");
});
