// A host's people change: version 2 of the approver set, signed by version 1, laid by the database's administrator.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApprovers, parseApprovers, type ApproverSet } from "../../runner/model/approvers.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { projectRoot } from "../../infra/place.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { rewriteJson } from "../support/hand-signed.ts";
import { expectRefused } from "../support/refusals.ts";
import { signTyping } from "../support/typed-signing.ts";

let host: GovernedHost;
let first: Buffer;
beforeAll(async () => {
  host = await governedHost();
  first = readFileSync(host.sandbox.place.approversFile);
});
afterAll(async () => {
  await host?.remove();
});

const file = (name: string): string => join(host.sandbox.place.runtimeRoot, "approvals", name);
const PROGRAM = [process.execPath, join(projectRoot(), "dist", "scripts", "approvers.mjs")] as const;
const program = (...words: string[]) => execa(PROGRAM[0], [PROGRAM[1], ...words], { reject: false, stdin: "pipe" });

/** Version 2: threshold two, and hoa may authorize executions too. */
function second(change: (set: ApproverSet) => ApproverSet = (set) => set): Buffer {
  const { set } = parseApprovers(first);
  return buildApprovers(
    change({
      ...set,
      version: "2",
      persons: set.persons.map((one) => (one.id === "hoa" ? { ...one, gates: ["EXECUTION", ...one.gates] } : one)),
    }),
  );
}

/** What an operator does who lays a set on the host and pins it, here and in the approvers' profiles. */
function pin(bytes: Buffer): void {
  const { place, persons } = host.sandbox;
  for (const file of [place.approversFile, place.approversSource]) writeFileSync(file, bytes);
  const sha = sha256(bytes);
  rewriteJson(place.configFile, (config) => ({ ...config, approvers: { file: place.approversFile, sha } }));
  for (const person of persons) rewriteJson(person.profileFile, (profile) => ({ ...profile, approvers_sha: sha }));
}

async function signSuccession(person: string, next: string): Promise<string> {
  const who = host.sandbox.persons.find((one) => one.id === person);
  const { status, stderr, signed } = await signTyping([
    ...PROGRAM,
    "sign",
    next,
    "--profile",
    who?.profileFile ?? "",
    "--key-file",
    who?.keyFile ?? "",
    "--out",
    file("succession"),
  ]);
  expect([status, stderr]).toEqual([0, ""]);
  return signed ?? "";
}

test("an operator who swaps version 1 and its pinned sha together is refused by gate and runner, however the people of that set sign", async () => {
  await host.register("SWAPPED-1", LAW);
  const { set } = parseApprovers(first);
  pin(buildApprovers({ ...set, persons: set.persons.map((one) => ({ ...one, name: "Mallory" })) }));
  const run = await host.cut("SWAPPED-1");
  const signed = [await host.sign(run, "SG_1_cut_authz", "linh"), await host.sign(run, "EXECUTION", "minh")];
  await expectRefused(
    host,
    () => host.cutter("gate", "admit", ...signed),
    "STOP_APPROVAL_INVALID",
    /an approver set that is not version 1 of this database/,
  );
  expect(await host.cutter("orchestrate", "void", run, "a swapped set")).toMatchObject({ status: 0 });
  pin(first);
});

test("a set that the host's operator brings alone counts nothing, whatever its file and its pin say", async () => {
  await host.register("PEOPLE-1", LAW);
  pin(second());
  const run = await host.cut("PEOPLE-1");
  const signed = [await host.sign(run, "SG_1_cut_authz", "linh"), await host.sign(run, "EXECUTION", "hoa")];
  await expectRefused(
    host,
    () =>
      host
        .cutter("gate", "admit", ...signed)
        .then((answer) => ({ ...answer, stop: /^(STOP_\w+)/m.exec(answer.stderr)?.[1] })),
    "STOP_APPROVAL_INVALID",
    /not version 1 of this database/,
  );
  expect(await host.cutter("orchestrate", "void", run, "a test")).toMatchObject({ status: 0 });
  pin(first);
});

test("the SQL is given only for enough signatures over exactly this set, and what it lays lets the new people sign", async () => {
  const next = file("approvers-2.json");
  const before = file("approvers-1.json");
  writeFileSync(
    next,
    second((set) => ({ ...set, threshold: "1" })),
  );
  writeFileSync(before, first);
  const threshold = Number(parseApprovers(first).set.threshold);
  const signed: string[] = [];
  for (const person of ["linh", "minh", "hoa"].slice(0, threshold)) {
    signed.push(await signSuccession(person, next));
    const few = await program(
      "lay",
      next,
      ...Array.from({ length: threshold }, () => signed[0] ?? ""),
      "--previous",
      before,
    );
    if (threshold > 1) expect([few.exitCode, few.stdout]).toEqual([4, ""]);
  }
  const other = file("approvers-2-other.json");
  writeFileSync(other, second());
  expect(await program("lay", other, ...signed, "--previous", before)).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("another succession"),
  });

  const { stdout, exitCode } = await program("lay", next, ...signed, "--previous", before);
  expect(exitCode).toBe(0);
  const { fingerprint } = JSON.parse(readFileSync(signed[0] ?? "", "utf8")) as { fingerprint: string };
  await expect(
    host.sql(
      `BEGIN; INSERT INTO cutter_runtime.revocation (kind, value, person, fingerprint, statement, signature) VALUES ('key', '${fingerprint}', 'x', '${fingerprint}', '', ''); ${stdout}`,
    ),
  ).rejects.toThrow("STOP_APPROVAL_REVOKED");
  await host.sql(stdout);
  expect(await host.sql("SELECT version, sha FROM cutter_runtime.approver_set ORDER BY 1")).toEqual([
    { version: 1, sha: sha256(first) },
    { version: 2, sha: sha256(readFileSync(next)) },
  ]);
  await expect(host.sql(stdout)).rejects.toThrow("STOP_APPROVAL_INVALID");

  const run = await host.cut("PEOPLE-1");
  const old = [await host.sign(run, "SG_1_cut_authz", "linh")];
  await expectRefused(
    host,
    () =>
      host
        .cutter("gate", "admit", ...old)
        .then((answer) => ({ ...answer, stop: /^(STOP_\w+)/m.exec(answer.stderr)?.[1] })),
    "STOP_APPROVAL_INVALID",
    /not version 2/,
  );
  expect(await host.cutter("orchestrate", "void", run, "a test")).toMatchObject({ status: 0 });

  pin(readFileSync(next));
  const again = await host.cut("PEOPLE-1");
  expect(
    await host.cutter(
      "gate",
      "admit",
      await host.sign(again, "SG_1_cut_authz", "linh"),
      await host.sign(again, "EXECUTION", "hoa"),
    ),
  ).toMatchObject({ status: 0 });
  expect(await host.cutter("orchestrate", "resume", again)).toMatchObject({
    status: 3,
    stop: "STOP_APPROVAL_REQUIRED",
  });
  expect(await host.sql("SELECT FROM public.information_unit WHERE canonical_address LIKE 'PEOPLE-1/%'")).toHaveLength(
    3,
  );
});
