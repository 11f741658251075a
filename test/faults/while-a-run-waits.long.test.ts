// Time passes between the request and the cut: the backup grows old, the recipient's key expires, a signature's key is taken back.
import { readFileSync, writeFileSync } from "node:fs";
import * as openpgp from "openpgp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { governedHost, type GovernedHost } from "../support/governed-host.ts";
import { runWithMoments, type HostMoment } from "../support/host-moment.ts";
import { expectRefused, rowCounts, wordsOf } from "../support/refusals.ts";
import { signOrder } from "../support/signed-orders.ts";

let host: GovernedHost;
let run: string;
let asked: HostMoment;
let authorized: HostMoment;
beforeAll(async () => {
  host = await governedHost();
  ({ run, asked, authorized } = await runWithMoments(host, "OLD-1"));
});
beforeEach(() => authorized.back());
afterAll(async () => {
  await host?.remove();
});

const resume = () => host.cutter("orchestrate", "resume", run);
const attempts = () =>
  host.sql<{ attempt: number; content_digests_sha: string; file_sha: string }>(
    "SELECT attempt, content_digests_sha, file_sha FROM cutter_runtime.backup_receipt WHERE run_id = $1 ORDER BY 1",
    [run],
  );
const state = async () =>
  (await host.sql<{ state: string }>("SELECT state FROM cutter_runtime.run WHERE run_id = $1", [run]))[0]?.state;

/** As if the receipts had been written that long ago; only a superuser with the table's trigger off can. */
const age = (minutes: number) =>
  host.sql(`
  ALTER TABLE cutter_runtime.backup_receipt DISABLE TRIGGER append_only;
  UPDATE cutter_runtime.backup_receipt SET at = at - interval '${minutes} minutes' WHERE run_id = '${run}';
  ALTER TABLE cutter_runtime.backup_receipt ENABLE ALWAYS TRIGGER append_only`);

test("a backup older than an hour is taken and proven again: a new EXECUTION is asked for, SG_1 stays valid, no second rehearsal", async () => {
  await age(61);
  const before = await rowCounts(host);
  const answer = await resume();
  expect(answer).toMatchObject({ status: 4, stop: "STOP_APPROVAL_INVALID" });
  expect(wordsOf(answer)).toMatch(/EXECUTION.*backup/);
  expect(wordsOf(answer)).not.toMatch(/SG_1_cut_authz statement/);
  expect(answer.events.filter((event) => event["event"] === "request").map((event) => event["gate"])).toEqual([
    "EXECUTION",
  ]);
  expect(await state()).toBe("awaiting_cut_authorization");
  const [first, second, ...more] = await attempts();
  expect([second?.content_digests_sha, more]).toEqual([first?.content_digests_sha, []]);
  expect(second?.file_sha).not.toBe(first?.file_sha);
  expect(await rowCounts(host)).toEqual({
    ...before,
    "cutter_runtime.backup_receipt": (before["cutter_runtime.backup_receipt"] ?? 0) + 1,
  });
  expect(
    await host.sql("SELECT FROM cutter_runtime.journal WHERE run_id = $1 AND entry ->> 'event' = 'rehearsed'", [run]),
  ).toHaveLength(1);

  expect(await host.cutter("gate", "admit", await host.sign(run, "EXECUTION", "minh"))).toMatchObject({ status: 0 });
  expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'OLD-1/%'")).toHaveLength(3);
});

test("a run whose backup grew old while another document was cut is rehearsed on a new one, asks for a new EXECUTION and is cut", async () => {
  const other = await host.authorized("OLD-2", "# Other\n\nAnother text.\n");
  expect(await host.cutter("orchestrate", "resume", other)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(other);
  expect(await host.cutter("orchestrate", "resume", other)).toMatchObject({ status: 0 });
  await age(61);
  const answer = await resume();
  expect(answer).toMatchObject({ status: 4, stop: "STOP_APPROVAL_INVALID" });
  expect(answer.events.filter((event) => event["event"] === "request").map((event) => event["gate"])).toEqual([
    "EXECUTION",
  ]);
  const [first, second] = await attempts();
  expect(second?.content_digests_sha).not.toBe(first?.content_digests_sha);
  expect(
    await host.sql("SELECT FROM cutter_runtime.journal WHERE run_id = $1 AND entry ->> 'event' = 'rehearsed'", [run]),
  ).toHaveLength(2);

  expect(await host.cutter("gate", "admit", await host.sign(run, "EXECUTION", "minh"))).toMatchObject({ status: 0 });
  expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'OLD-1/%'")).toHaveLength(3);
});

test("a unit that somebody changed beside another run's recorded phases is no part of them, and an old backup stops the run as drift", async () => {
  const other = await host.authorized("OLD-2", "# Other\n\nAnother text.\n");
  expect(await host.cutter("orchestrate", "resume", other)).toMatchObject({ status: 3 });
  await host.sql(
    "SET session_replication_role = replica; UPDATE public.information_unit SET updated_at = clock_timestamp(), updated_by = 'somebody' WHERE canonical_address LIKE 'OLD-2/%'",
  );
  await age(61);
  const answer = await resume();
  expect(answer).toMatchObject({ status: 5, stop: "STOP_DRIFT" });
  expect(wordsOf(answer)).toMatch(/document OLD-2 changed at .* by somebody, outside every recorded phase/);
});

test("an old backup of tables that changed meanwhile stops the run as drift, and nothing is asked for", async () => {
  await host.sql("INSERT INTO public.dot_config (key, value) VALUES ('somebody.elses', '1')");
  await age(61);
  const answer = await resume();
  expect(answer).toMatchObject({ status: 5, stop: "STOP_DRIFT" });
  expect(wordsOf(answer)).toMatch(/changed since they were first backed up/);
  expect(answer.events.filter((event) => event["event"] === "request")).toEqual([]);
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'OLD-1/%'")).toEqual([]);
});

test("a recipient whose key expired while the run waited gets no new backup, and the run goes on once the key is renewed", async () => {
  await age(61);
  const { backup, place } = host.sandbox;
  const valid = readFileSync(place.backupPublicKey);
  const privateKey = await openpgp.readPrivateKey({ armoredKey: readFileSync(backup.privateKeyFile, "utf8") });
  const { publicKey } = await openpgp.reformatKey({
    privateKey,
    userIDs: [{ name: "expired" }],
    keyExpirationTime: 1,
    date: privateKey.getCreationTime(),
    format: "armored",
  });
  writeFileSync(place.backupPublicKey, publicKey);
  await expectRefused(host, () => resume(), "STOP_BACKUP_GPG_PUBKEY_MISSING", /expired/);
  writeFileSync(place.backupPublicKey, valid);
  expect(await resume()).toMatchObject({ status: 4, stop: "STOP_APPROVAL_INVALID" });
  expect(await attempts()).toHaveLength(2);
});

test("a key revoked after its signature was admitted stops the run at the cut", async () => {
  await asked.back();
  expect(
    await host.cutter(
      "gate",
      "admit",
      await host.sign(run, "SG_1_cut_authz", "hoa"),
      await host.sign(run, "EXECUTION", "minh"),
    ),
  ).toMatchObject({ status: 0 });
  const hoa = host.sandbox.persons.find((person) => person.id === "hoa")?.fingerprint ?? "";
  expect(await host.cutter("gate", "admit", await signOrder(host, "linh", "revoke", "key", hoa))).toMatchObject({
    status: 0,
  });
  await expectRefused(host, () => resume(), "STOP_APPROVAL_REVOKED");
  expect(await host.cutter("gate", "admit", await host.sign(run, "SG_1_cut_authz", "linh"))).toMatchObject({
    status: 0,
  });
  expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});

test.each([
  { what: "without a proof", proof: "'{}'::jsonb", words: /carries no proof of a restore/ },
  {
    what: "with the proof of another file",
    proof: "jsonb_set(proof, '{file_sha}', to_jsonb(repeat('a', 64)))",
    words: /names another proof than it carries/,
  },
])(
  "a backup receipt $what that stands beside an admitted EXECUTION lets nobody cut or sign",
  async ({ proof, words }) => {
    const signed = await host.sign(run, "EXECUTION", "minh");
    await host.sql(
      `INSERT INTO cutter_runtime.backup_receipt (run_id, attempt, content_digests, content_digests_sha, file_sha, size_bytes, recipient, proof, proof_sha)
    SELECT run_id, attempt + 1, content_digests, content_digests_sha, file_sha, size_bytes, recipient, ${proof}, proof_sha FROM cutter_runtime.backup_receipt WHERE run_id = $1`,
      [run],
    );
    await expectRefused(host, () => resume(), "STOP_PROOF_FAILED", words);
    const refused = await host.cutter("gate", "admit", signed);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(words);
    expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'OLD-1/%'")).toEqual([]);
  },
);
