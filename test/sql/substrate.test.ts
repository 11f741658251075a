import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../support/database.ts";
import type { FreshDatabase } from "../support/database.ts";

let db: FreshDatabase;
beforeAll(async () => { db = await freshDatabase({ packages: [] }); });
afterAll(async () => { await db.drop(); });

test("counts", async () => {
  expect(await db.rows("SELECT (SELECT count(*)::int FROM information_unit) u,(SELECT count(*)::int FROM unit_version) v,(SELECT count(*)::int FROM iu_lifecycle_log) l")).toEqual([{ u: 158, v: 165, l: 60 }]);
});
