import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registrationPackage } from "../../runner/rules/registration.ts";
import type { RegistrationStatement } from "../../runner/rules/registration.ts";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase({ packages: [] });
});
afterAll(() => database.drop());

const version = (region_sha: string) =>
  registrationPackage({
    document_id: "HOUSE-1",
    region_sha,
    document_ref: "house rules; 'quoted'",
    version_label: "v1",
    authority_class: "non_authoritative",
  });
const first = version("a".repeat(64));
const second = version("b".repeat(64));

async function run(steps: readonly RegistrationStatement[]): Promise<void> {
  for (const step of steps) await database.rows(step.statement, step.params, "workflow_admin");
}
async function answers(steps: readonly RegistrationStatement[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const step of steps)
    found.push((await database.rows<{ ok: boolean }>(step.statement, step.params, "workflow_admin"))[0]?.ok);
  return found;
}
const everything = (): Promise<unknown[]> =>
  database.rows(
    "SELECT d::text AS document, v::text AS version FROM cutter_governance.source_document_registry d LEFT JOIN cutter_governance.source_document_version_registry v USING (source_document_id) ORDER BY 1, 2",
  );

describe("the registration package on the real registries", () => {
  test("before it is applied both checks say no, after it both say yes, and applying again changes nothing", async () => {
    expect(await answers(first.check)).toEqual([false, false]);
    await run(first.apply);
    expect(await answers(first.check)).toEqual([true, true]);
    const once = await everything();
    await run(first.apply);
    expect(await everything()).toEqual(once);
  });
  test("a new version becomes the newest and the old one's check says so; undo leaves every other row as it was", async () => {
    const before = await everything();
    await run(second.apply);
    expect(await answers(second.check)).toEqual([true, true]);
    expect(await answers(first.check)).toEqual([true, false]);
    await run(second.undo);
    expect(await everything()).toEqual(before);
    expect(await answers(first.check)).toEqual([true, true]);
  });
  test("undo of the last version takes the document away and nothing else", async () => {
    await run(first.undo);
    expect(await everything()).toMatchObject([{ document: expect.stringContaining("ICX-CONST") }]);
  });
  test("a prefix that is registered for another document is left alone and the check says no", async () => {
    const before = await everything();
    const foreign = registrationPackage({
      document_id: "ICX-CONST",
      region_sha: "17660443e0f23e994e1807cf8e22920951a9e70c598956dbd0e752f4f5cae80c",
      document_ref: "mine",
      version_label: "v",
      authority_class: "non_authoritative",
    });
    await run(foreign.apply.slice(0, 1));
    expect((await answers(foreign.check))[0]).toBe(false);
    expect(await everything()).toEqual(before);
  });
});
