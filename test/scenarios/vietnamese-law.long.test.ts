import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { intakeCaps, suggestedHintsFile, takeInExplained } from "../../runner/commands/intake.ts";
import { DEFAULT_REQUEST, type GrammarRequest } from "../../runner/model/grammar-request.ts";
import { parseHints } from "../../runner/rules/hints.ts";
import { proveLossless } from "../../runner/rules/lossless.ts";
import { registerDocument } from "../../scripts/operator/register-document.ts";
import { corpusDocument, corpusIsThere } from "../support/documents.ts";
import { governedHost, type GovernedHost } from "../support/governed-host.ts";
import { cutLaw, ownLaw } from "../support/law.ts";

let host: GovernedHost;
beforeAll(async () => {
  host = await governedHost();
});
afterAll(async () => {
  await host?.remove();
});

interface Asked {
  readonly depth: GrammarRequest["depth"];
  readonly annexes?: boolean;
  readonly hints?: GrammarRequest["hints"];
}

/** Registers and cuts a law to the end; the answer is its rows in the order of the plan, as the database gives them back. */
async function cutWhole(
  prefix: string,
  bytes: Buffer,
  asked: Asked,
): Promise<{ title: string; body: string; address: string; parent: string | null }[]> {
  const request: GrammarRequest = { ...DEFAULT_REQUEST, profile: "vn-law-1", annexes: false, hints: [], ...asked };
  const file = join(host.sandbox.place.folder, `${prefix}.txt`);
  writeFileSync(file, bytes);
  await registerDocument(host.sandbox.stack, file, prefix, { request, versionLabel: "v1" });
  const words = ["--profile", "vn-law-1", "--depth", request.depth, ...(request.annexes ? ["--annexes"] : [])];
  if (request.hints.length > 0) {
    const hints = join(host.sandbox.place.folder, `${prefix}.hints`);
    writeFileSync(
      hints,
      request.hints
        .map((hint) => `line ${hint.line} is ${hint.reads === "heading" ? "a heading" : "text"}: ${hint.reason}\n`)
        .join(""),
    );
    words.push("--hints", hints);
  }
  const opened = await host.cutter("orchestrate", "cut", prefix, ...words);
  expect(opened, opened.stderr).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  const run = String(opened.events.find((event) => event["event"] === "opened")?.["run_id"]);
  await host.authorizeCut(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  await host.authorizeEnactment(run);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });
  expect(await host.cutter("orchestrate", "verify", run)).toMatchObject({ status: 0 });
  return host.sql(
    `SELECT u.identity_profile ->> 'title' AS title, v.body, u.canonical_address AS address, p.parent_address AS parent FROM cutter_runtime.planned_unit p JOIN public.information_unit u USING (canonical_address)
     JOIN public.unit_version v ON v.unit_id = u.id WHERE p.run_id = $1 AND u.lifecycle_status = 'enacted' ORDER BY p.ordinal`,
    [run],
  );
}

const renamed = (prefix: string, address: string | null): string | null =>
  address?.replace(/^LAW(?=\/)/u, prefix) ?? null;

test("a law with points and annexes is cut and enacted, and its rows give the document back byte for byte", async () => {
  const bytes = ownLaw("luat-thu-vien.txt");
  const rows = await cutWhole("LAW-1", bytes, { depth: "diem", annexes: true });
  const manifest = cutLaw(bytes, { depth: "diem", annexes: true });
  expect(rows.map((row) => [row.address, row.parent])).toEqual(
    manifest.units.map((unit) => [renamed("LAW-1", unit.address), renamed("LAW-1", unit.parent)]),
  );
  expect(proveLossless(bytes, manifest, rows)).toMatchObject({ ok: true });
});

test("a law with two readings is cut as the operator's hint says, and the people who sign see the hint", async () => {
  const bytes = ownLaw("hai-cach-doc.txt");
  const hints: GrammarRequest["hints"] = [{ line: 6, reads: "text", reason: "điều được trích" }];
  const rows = await cutWhole("LAW-2", bytes, { depth: "dieu", hints });
  expect(rows.map((row) => row.title)).toEqual([
    "Điều 1. Sửa đổi",
    "Điều 2. Hiệu lực",
    "Điều 3. Thi hành",
    "Điều 4. Bãi bỏ",
  ]);
  const [run] = await host.sql<{ run_id: string }>("SELECT run_id FROM cutter_runtime.run WHERE document_id = 'LAW-2'");
  const [phase] = await host.sql<{ output: { grammar: unknown } }>(
    "SELECT output FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'source_pin'",
    [run?.run_id],
  );
  expect(phase?.output.grammar).toEqual({ profile: "vn-law-1", options: { depth: "dieu", annexes: false, hints } });
});

test("a law with a spoiled heading is not registered, and is cut on the host with the hint lines that the refusal proposes", async () => {
  const lines = [1, 2, 3, 4, 5].flatMap((n) => [
    `${n === 3 ? "Đlều" : "Điều"} ${n}. Việc thứ ${n} của làng`,
    `Làng làm việc thứ ${n}.`,
    "",
  ]);
  const bytes = Buffer.from(["LUẬT LÀNG", "", ...lines].join("\n"));
  const caps = intakeCaps("vn-law-1");
  const { taken, suggestion } = takeInExplained(bytes, "LAW-4", { profile: "vn-law-1", depth: "dieu", caps });
  expect(taken.refusal?.reason).toContain("line 9 could be Điều 3, spoiled");
  await expect(cutWhole("LAW-4", bytes, { depth: "dieu" })).rejects.toMatchObject({
    code: "STOP_REFUSED_INPUT",
    facts: { saw: expect.stringContaining("line 9") },
  });

  if (suggestion === undefined) throw new Error("nothing is proposed");
  const hints = parseHints(suggestedHintsFile(suggestion, [], "again"));
  const rows = await cutWhole("LAW-4", bytes, { depth: "dieu", hints });
  expect(rows.map((row) => row.address)).toEqual([1, 2, 3, 4, 5].map((n) => `LAW-4/DIEU-${n}`));
  expect(rows[2]?.title).toBe("Đlều 3. Việc thứ 3 của làng");
});

test.runIf(corpusIsThere)(
  "an amending decree with page heads and quoted articles gives itself back from the database",
  async () => {
    const bytes = corpusDocument("vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt");
    const rows = await cutWhole("LAW-3", bytes, { depth: "khoan" });
    expect(rows).toHaveLength(37);
    expect(proveLossless(bytes, cutLaw(bytes, { depth: "khoan" }), rows)).toMatchObject({ ok: true });
  },
);
