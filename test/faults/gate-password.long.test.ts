// What somebody can do with nothing but cutter_gate's password: the database takes an admission from that role unseen, the runner does not.
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { expectRefused } from "../support/refusals.ts";
import { signOrder } from "../support/signed-orders.ts";

let host: GovernedHost;
let run: string;
beforeAll(async () => {
  host = await governedHost();
});
afterAll(async () => {
  await host?.remove();
});

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

interface Written {
  readonly nonce: string;
  readonly statement: Buffer;
  readonly signature: Buffer;
  readonly from: string;
  readonly until: string;
}

/** Writes an EXECUTION of minh's as cutter_gate, by the database's own function and past the gate. */
async function write({ nonce, statement, signature, from, until }: Written): Promise<void> {
  const { payload, payload_sha } = JSON.parse(
    readFileSync(join(host.bundle(run, "EXECUTION"), "payload.json"), "utf8"),
  ) as { payload: object; payload_sha: string };
  const fingerprint = host.sandbox.persons.find((person) => person.id === "minh")?.fingerprint ?? "";
  const bytes = (value: Buffer): string => `decode('${value.toString("hex")}', 'hex')`;
  await host.sql(`SET SESSION AUTHORIZATION cutter_gate; SELECT cutter_runtime.admit('EXECUTION', '${run}', ${literal(JSON.stringify(payload))}, '${payload_sha}', 'minh', '${fingerprint}', '${nonce}',
    ${bytes(statement)}, ${bytes(signature)}, ${from}, ${until}, NULL)`);
}

const revoked = async (nonce: string): Promise<void> => {
  expect(
    await host.cutter("gate", "admit", await signOrder(host, "hoa", "revoke", "nonce", nonce, "--run", run)),
  ).toMatchObject({ status: 0 });
};

test("an approval that nobody signed opens no effect, and is named until people revoke it", async () => {
  await host.register("FORGED", LAW);
  run = await host.cut("FORGED");
  expect(await host.cutter("gate", "admit", await host.sign(run, "SG_1_cut_authz", "linh"))).toMatchObject({
    status: 0,
  });
  const nonce = randomBytes(16).toString("hex");
  await write({
    nonce,
    statement: Buffer.from("{}"),
    signature: Buffer.from("none"),
    from: "now()",
    until: "now() + interval '90 minutes'",
  });
  await expectRefused(
    host,
    () => host.cutter("orchestrate", "resume", run),
    "STOP_APPROVAL_INVALID",
    new RegExp(`${nonce} of EXECUTION was signed by nobody`),
  );
  await revoked(nonce);
});

test("a signed statement that is written with more time than was signed opens none either, and the honest signature does", async () => {
  const file = await host.sign(run, "EXECUTION", "minh");
  const statement = readFileSync(file);
  const { nonce, signed_utc } = JSON.parse(statement.toString("utf8")) as { nonce: string; signed_utc: string };
  await write({
    nonce,
    statement,
    signature: readFileSync(file.replace(/json$/, "sig")),
    from: literal(signed_utc),
    until: "now() + interval '9 days'",
  });
  await expectRefused(
    host,
    () => host.cutter("orchestrate", "resume", run),
    "STOP_APPROVAL_INVALID",
    /says other things than its statement/,
  );
  await revoked(nonce);
  expect(await host.cutter("gate", "admit", await host.sign(run, "EXECUTION", "minh"))).toMatchObject({ status: 0 });
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(
    await host.sql("SELECT count(*)::int AS n FROM public.information_unit WHERE canonical_address LIKE 'FORGED/%'"),
  ).toEqual([{ n: 3 }]);
});

const asGate = (call: string): Promise<unknown> =>
  host.sql(`SET SESSION AUTHORIZATION cutter_gate; SELECT cutter_runtime.${call}`);

test("a halt that cutter_gate's password lifted without a signature holds the run as before", async () => {
  run = await host.authorized("LIFTED", LAW);
  const halted = await host.cutter("orchestrate", "halt", run, "--reason", "look first");
  const id = String(halted.events.find((event) => event["event"] === "halted")?.["halt_id"]);
  await asGate(`lift_halt(ARRAY[${id}]::bigint[], 'nothing', 'nothing', 'linh')`);
  rmSync(join(host.sandbox.place.runtimeRoot, "locks", `HALT.${run}`));
  await expectRefused(
    host,
    () => host.cutter("orchestrate", "resume", run),
    "STOP_HALTED",
    new RegExp(`halt ${id} was lifted by nobody`),
  );
});

test("a key that cutter_gate's password revoked without a signature is named as such, not as a person's decision", async () => {
  run = await host.authorized("REVOKED", LAW);
  const fingerprint = host.sandbox.persons.find((person) => person.id === "linh")?.fingerprint ?? "";
  await asGate(`revoke('key', '${fingerprint}', 'hoa', '${fingerprint}', 'nothing', 'nothing')`);
  await expectRefused(
    host,
    () => host.cutter("orchestrate", "resume", run),
    "STOP_APPROVAL_INVALID",
    /the revocation of a key \(no. \d+\) was signed by nobody/,
  );
});

test("a run that the host opened is moved by no password alone: it has the key of its process", async () => {
  const keyed = await host.sql<{ keyed: boolean }>(
    "SELECT bool_and(key_sha IS NOT NULL) AS keyed FROM cutter_runtime.run",
  );
  expect(keyed).toEqual([{ keyed: true }]);
  const file = join(host.sandbox.place.runtimeRoot, "runs", run, "run.key");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const taking = host.sql(
    `SET SESSION AUTHORIZATION cutter_exec; SELECT cutter_runtime.take_lease('${run}', 'thief', NULL)`,
  );
  await expect(taking).rejects.toThrow("STOP_FENCED");
});
