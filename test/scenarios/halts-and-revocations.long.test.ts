// People stop a host and let it go on; people take back what they signed. Real processes, real signatures, a real database.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { momentOf, type HostMoment } from "../support/host-moment.ts";
import { signOrder } from "../support/signed-orders.ts";

let host: GovernedHost;
let run: string;
let asked: HostMoment;
beforeAll(async () => {
  host = await governedHost();
  await host.register("HALT-1", LAW);
  run = await host.cut("HALT-1");
  asked = await momentOf(host);
});
afterAll(async () => {
  await host?.remove();
});

const halted = async (...words: string[]): Promise<string> => {
  const answer = await host.cutter("orchestrate", "halt", ...words);
  return String(answer.events.find((event) => event["event"] === "halted")?.["halt_id"]);
};
const lock = (name: string): string => join(host.sandbox.place.runtimeRoot, "locks", name);
const units = async (): Promise<number> =>
  (
    await host.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM public.information_unit WHERE canonical_address LIKE 'HALT-1/%'",
    )
  )[0]?.n ?? -1;

test("a halted run writes nothing until a signed UNHALT that names the halt has been admitted", async () => {
  await host.authorizeCut(run);
  const id = await halted(run, "--reason", "look first");
  const stopped = await host.cutter("orchestrate", "resume", run);
  expect(stopped).toMatchObject({ status: 4, stop: "STOP_HALTED", stderr: expect.stringContaining(`halt ${id}`) });
  expect(await units()).toBe(0);

  const signed = await signOrder(host, "hoa", "unhalt", id, "--run", run);
  const unsigned = join(host.sandbox.place.runtimeRoot, "approvals", `copy-${basename(signed)}`);
  writeFileSync(unsigned, readFileSync(signed));
  expect(await host.cutter("orchestrate", "unhalt", unsigned)).toMatchObject({
    status: 1,
    stop: "STOP_COULD_NOT_LOOK",
  });
  expect(existsSync(lock(`HALT.${run}`))).toBe(true);

  expect(await host.cutter("orchestrate", "unhalt", signed)).toMatchObject({ status: 0 });
  expect(existsSync(lock(`HALT.${run}`))).toBe(false);
  // The sheet went on saying that the run is halted, until somebody resumed.
  expect((await host.cutter("orchestrate", "status", run)).events).toMatchObject([
    { halted: [], next: `cutter orchestrate resume ${run}` },
  ]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await units()).toBe(3);
  expect(await host.cutter("orchestrate", "revert", run, "a test")).toMatchObject({ status: 0 });
});

test("a halted run that waits for signatures asks nobody to sign and says that it is halted", async () => {
  await asked.back();
  await halted(run, "--reason", "look first");
  const stopped = await host.cutter("orchestrate", "resume", run);
  expect(stopped).toMatchObject({ status: 4, stop: "STOP_HALTED" });
  expect(stopped.events.filter((event) => event["event"] === "request")).toEqual([]);
});

test("of two halts over every run one UNHALT ends the one it names, and neither of them can be ended by it again", async () => {
  const [first, second] = [await halted("--reason", "one"), await halted("--reason", "two")];
  const ends = await signOrder(host, "hoa", "unhalt", first);
  expect(await host.cutter("orchestrate", "unhalt", ends)).toMatchObject({
    status: 4,
    stop: "STOP_HALTED",
    stderr: expect.stringContaining(`halt ${second} is still in force`),
  });
  expect(existsSync(lock("HALT"))).toBe(true);
  expect(await host.cutter("gate", "admit", ends)).toMatchObject({ status: 4, stop: "STOP_APPROVAL_INVALID" });
  const endsBoth = await signOrder(host, "minh", "unhalt", first, second);
  expect(await host.cutter("gate", "admit", endsBoth)).toMatchObject({
    status: 4,
    stderr: expect.stringContaining(`halt ${first} is not in force`),
  });

  expect(await host.cutter("gate", "admit", await signOrder(host, "minh", "unhalt", second))).toMatchObject({
    status: 0,
  });
  expect(existsSync(lock("HALT"))).toBe(true);
  expect(await host.cutter("orchestrate", "unhalt", ends)).toMatchObject({ status: 0 });
  expect(existsSync(lock("HALT"))).toBe(false);
});

test("a file laid by hand stops the host and is not taken away by a signature that cannot name it", async () => {
  const id = await halted("--reason", "with a row");
  writeFileSync(lock("HALT"), "stop everything");
  const signed = await signOrder(host, "hoa", "unhalt", id);
  expect(await host.cutter("orchestrate", "unhalt", signed)).toMatchObject({
    status: 4,
    stop: "STOP_HALTED",
    stderr: expect.stringContaining("halt again"),
  });
  expect(existsSync(lock("HALT"))).toBe(true);
  const again = await halted("--reason", "so that it has a row");
  expect(await host.cutter("orchestrate", "unhalt", await signOrder(host, "hoa", "unhalt", again))).toMatchObject({
    status: 0,
  });
  expect(existsSync(lock("HALT"))).toBe(false);
});

test("a revoked signature is not used, and a new one of the same person serves", async () => {
  await asked.back();
  const sg1 = await host.sign(run, "SG_1_cut_authz", "linh");
  expect(await host.cutter("gate", "admit", sg1, await host.sign(run, "EXECUTION", "minh"))).toMatchObject({
    status: 0,
  });
  const nonce = String((JSON.parse(readFileSync(sg1, "utf8")) as Record<string, unknown>)["nonce"]);
  const revocation = await signOrder(host, "hoa", "revoke", "nonce", nonce, "--run", run);
  expect(await host.cutter("gate", "admit", revocation)).toMatchObject({ status: 0 });
  expect(await host.cutter("gate", "admit", revocation)).toMatchObject({ status: 0 });
  expect(await host.sql("SELECT kind, value, person FROM cutter_runtime.revocation")).toEqual([
    { kind: "nonce", value: nonce, person: "hoa" },
  ]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 4, stop: "STOP_APPROVAL_REVOKED" });
  expect(await units()).toBe(0);
  expect(await host.cutter("gate", "admit", await host.sign(run, "SG_1_cut_authz", "linh"))).toMatchObject({
    status: 0,
  });
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await units()).toBe(3);
});

test("a revoked run goes nowhere but back", async () => {
  await host.authorizeEnactment(run);
  expect(await host.cutter("gate", "admit", await signOrder(host, "minh", "revoke", "run", run))).toMatchObject({
    status: 0,
  });
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 4, stop: "STOP_APPROVAL_REVOKED" });
  expect(
    await host.sql(
      "SELECT DISTINCT lifecycle_status AS s FROM public.information_unit WHERE canonical_address LIKE 'HALT-1/%'",
    ),
  ).toEqual([{ s: "draft" }]);
  expect(await host.cutter("orchestrate", "revert", run, "revoked")).toMatchObject({ status: 0 });
  expect(
    await host.sql(
      "SELECT DISTINCT lifecycle_status AS s FROM public.information_unit WHERE canonical_address LIKE 'HALT-1/%'",
    ),
  ).toEqual([{ s: "superseded" }]);
});

test("an UNHALT of a halt that does not exist or of another reach is refused, not taken for done", async () => {
  await asked.back();
  const id = await halted(run, "--reason", "look first");
  for (const words of [["999"], [id]]) {
    const signed = await signOrder(host, "hoa", "unhalt", ...words);
    expect(await host.cutter("orchestrate", "unhalt", signed)).toMatchObject({
      status: 4,
      stop: "STOP_APPROVAL_INVALID",
    });
  }
  expect(existsSync(lock(`HALT.${run}`))).toBe(true);
});

test("a person refuses a request with a reason: nobody is asked any more, everybody is told, and the run is voided", async () => {
  await asked.back();
  const reason = "Article 2 says ninety percent, my copy says ten";
  const refusal = await host.sign(run, "SG_1_cut_authz", "minh", "--refuse", reason);
  expect(JSON.parse(readFileSync(refusal, "utf8"))).toMatchObject({ gate: "REVOCATION", payload: { reason } });
  expect(await host.cutter("gate", "admit", refusal)).toMatchObject({ status: 0 });
  const stopped = await host.cutter("orchestrate", "resume", run);
  expect(stopped).toMatchObject({ status: 4, stop: "STOP_APPROVAL_REVOKED" });
  expect(stopped.stderr).toContain(`minh revoked this run: ${reason}`);
  expect(stopped.events.filter((event) => event["event"] === "request")).toEqual([]);
  const next = /^NEXT +cutter (orchestrate void \S+) "([^"]+)"$/m.exec(stopped.stderr);
  expect(next?.[1]).toBe(`orchestrate void ${run}`);
  expect(await host.cutter("orchestrate", "void", run, "<reason>")).toMatchObject({
    status: 4,
    stop: "STOP_REFUSED_INPUT",
  });
  expect(await host.cutter("orchestrate", "void", run, next?.[2] ?? "")).toMatchObject({ status: 0 });
});

test("a revoked key signs nothing that counts: no approval, no UNHALT and no revocation", async () => {
  await asked.back();
  const hoa = host.sandbox.persons.find((person) => person.id === "hoa")?.fingerprint ?? "";
  const id = await halted("--reason", "a stolen key");
  const unhalt = await signOrder(host, "hoa", "unhalt", id);
  const revocation = await signOrder(host, "hoa", "revoke", "run", run);
  const sg1 = await host.sign(run, "SG_1_cut_authz", "hoa");
  expect(await host.cutter("gate", "admit", await signOrder(host, "linh", "revoke", "key", hoa))).toMatchObject({
    status: 0,
  });
  for (const file of [unhalt, revocation, sg1])
    expect(await host.cutter("gate", "admit", file)).toMatchObject({ status: 4, stop: "STOP_APPROVAL_REVOKED" });
  expect(await host.cutter("orchestrate", "unhalt", unhalt)).toMatchObject({
    status: 4,
    stop: "STOP_APPROVAL_REVOKED",
  });
  expect(existsSync(lock("HALT"))).toBe(true);
});
