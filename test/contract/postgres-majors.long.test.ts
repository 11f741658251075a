// A backup of every major that can be had, taken by every client and proven in every scratch server that may follow; every other is refused
// by name before anything is dumped.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import {
  backupPlace,
  backupRequest,
  makeRecipient,
  stopOf,
  testScratch,
  type BackupPlace,
  type Recipient,
} from "../support/backup.ts";
import { startTestCluster, type TestCluster } from "../support/cluster.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { prepareMajors } from "../support/postgres-majors.ts";

const majors = prepareMajors();
afterAll(() => majors.remove());
for (const what of majors.missing) process.stdout.write(`not to be had on this machine, so not tested: ${what}\n`);

const [servers, clients] = [majors.servers.map((server) => ({ server })), majors.clients];
const newest = Math.max(...clients);

test("this machine has the majors that packages bring, so that the table below is no empty one", () => {
  expect(majors.servers).toEqual(expect.arrayContaining([16, 17, 18]));
  expect(clients.length).toBeGreaterThan(0);
});

describe.each(servers)("a source of PostgreSQL $server", ({ server }) => {
  let cluster: TestCluster;
  let database: FreshDatabase;
  let place: BackupPlace;
  let recipient: Recipient;
  beforeAll(async () => {
    cluster = await startTestCluster("fast", majors.installation(server, newest));
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    recipient = await makeRecipient();
    place = await backupPlace(recipient.publicKey);
    database = await freshDatabase({ packages: ["read-rights"], cluster: cluster.facts });
    // In words of the dump: ALL, which means one right more on 17 and later.
    await database.rows(
      "GRANT ALL ON public.dot_config TO directus; GRANT ALL ON public.birth_registry TO directus WITH GRANT OPTION",
    );
  });
  test.runIf(server >= 17)("a transaction_timeout of the database does not end a backup half way", async () => {
    await database.rows(`ALTER DATABASE ${database.name} SET transaction_timeout = '300ms'`);
    expect((await takeBackup(request(newest, newest, "url"))).proof.adapter).toBe("url");
  });

  afterEach(async () => {
    await database.drop();
    await place.remove();
  });
  const request = (client: number, scratch: number, adapter = "initdb") =>
    backupRequest(database, place, recipient, {
      binDir: majors.installation(adapter === "initdb" ? scratch : server, client),
      scratch: { ...testScratch(majors.installation(scratch, client)), adapter },
    });
  // With the adapter initdb dump, restore and scratch server are one installation; a server that was handed over may be of any major.
  const combinations = clients.flatMap((client) => majors.servers.map((scratch) => ({ client, scratch })));

  test.each(combinations.filter(({ client, scratch }) => client >= server && scratch >= server))(
    "programs $client and a scratch server $scratch: taken, restored and equal",
    async ({ client, scratch }) => {
      const receipt = await takeBackup(request(client, scratch, "url"));
      expect(receipt.proof.tables).toEqual(receipt.content_digests);
      expect(
        [receipt.proof.source_version, receipt.proof.server_version].map((text) => Number.parseInt(text, 10)),
      ).toEqual([server, scratch]);
    },
  );

  test.each(combinations.filter(({ client }) => client < server))(
    "programs $client are refused by name, and no dump is begun",
    async ({ client, scratch }) => {
      let begun = false;
      const saw = await stopOf(
        {
          ...request(client, scratch, "url"),
          dumpStarted: () => {
            begun = true;
          },
        },
        "STOP_BACKUP_FAILED",
      );
      expect([saw.trim(), begun]).toEqual([`pg_dump ${client} for a server of PostgreSQL ${server}`, false]);
    },
  );

  test.each(combinations.filter(({ client, scratch }) => client >= server && scratch < server))(
    "programs $client and an older scratch server $scratch: refused by name",
    async ({ client, scratch }) => {
      expect(await stopOf(request(client, scratch, "url"), "STOP_BACKUP_FAILED")).toContain(
        `a scratch server of PostgreSQL ${scratch} for a source of PostgreSQL ${server}`,
      );
    },
  );
});
