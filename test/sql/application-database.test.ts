// The database of a host also holds another application (sql/substrate/application): its extensions, objects, roles and settings stop no
// backup of the cut; what cannot be restored and hangs on a table of the cut is named before anything is dumped.
import { expect, test } from "vitest";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import { backupRequest, forEveryTest, stopOf, type BackupPlace, type Recipient } from "../support/backup.ts";
import type { FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
forEveryTest((ground) => {
  ({ database, place, recipient } = ground);
});

test("CREATE EXTENSION in public made every backup impossible: now all of them pass, with the objects of a whole content management system", async () => {
  const lines: string[] = [];
  const receipt = await takeBackup(backupRequest(database, place, recipient, { log: (line) => lines.push(line) }));
  expect(receipt.content_digests["public.information_unit"]?.rows).toBe(158);
  expect(lines.find((line) => line.startsWith("left out"))).toContain("function public.cms_c(oid)");
});

test("a foreign key to a table of the application is named with the words that leave it out, and then it stops nothing", async () => {
  await database.rows(
    "ALTER TABLE public.information_unit ADD COLUMN cms_owner uuid, ADD CONSTRAINT cms_owned FOREIGN KEY (cms_owner) REFERENCES public.cms_user",
  );
  await database.rows("ALTER TABLE public.information_unit DISABLE TRIGGER USER");
  await database.rows("UPDATE public.information_unit SET cms_owner = (SELECT id FROM public.cms_user LIMIT 1)");
  await database.rows("ALTER TABLE public.information_unit ENABLE TRIGGER USER");
  const request = backupRequest(database, place, recipient);
  const error: unknown = await takeBackup(request).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: {
      details: ["public.information_unit needs public.cms_user (foreign key cms_owned)"],
      hint: expect.stringContaining('backup.left_out_keys: ["public.information_unit cms_owned"]') as string,
    },
  });
  expect(
    await stopOf({ ...request, leftOutKeys: ["public.information_unit cms_owner"] }, "STOP_BACKUP_FAILED"),
  ).toContain("foreign key cms_owned");
  const receipt = await takeBackup({ ...request, leftOutKeys: ["public.information_unit cms_owned"] });
  expect(receipt.content_digests["public.information_unit"]?.rows).toBe(158);
});
