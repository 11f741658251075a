// What somebody can do with nothing but cutter_gate's password: the database takes an admission from that role unseen, the runner does not.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
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
