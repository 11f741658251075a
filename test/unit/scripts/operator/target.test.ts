// Which machine an operator's program dials, from the stack file alone.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, expect, test } from "vitest";
import { targetOf } from "../../../../scripts/operator/target.ts";

const folder = mkdtempSync(join(tmpdir(), "target-"));
afterAll(() => rmSync(folder, { recursive: true }));
const connection = (host: string) => ({
  ...{ host, port: 22, user: "root", privateKeyFile: "/k", hostKey: "ssh-ed25519 AAAA", sudo: false, dialSeconds: 10 },
});
const stack = join(folder, "Pulumi.law.yaml");
const declared = {
  "cutter:connection": connection("10.0.0.1"),
  "cutter:hosts": [{ name: "law-2", connection: connection("10.0.0.2") }],
  "cutter:orchestrator": { content: { machines: { names: ["law-1", "law-2"] } } },
  "cutter:runtime": { root: "/var/lib/cutter", owner: "cutter" },
  "cutter:release": { launcher: "/usr/local/bin/cutter" },
};
writeFileSync(stack, stringify({ config: declared }));

test.each([
  [undefined, "10.0.0.1"],
  ["law-1", "10.0.0.1"],
  ["law-2", "10.0.0.2"],
])("an operator whose first machine is lost reaches another by its name: %s is %s", (machine, host) => {
  const target = targetOf(stack, machine);
  expect(target.address.host).toBe(host);
  expect(target.stack).toBe(machine === undefined ? stack : `${stack} --machine ${machine}`);
});
test("a machine that the host does not have is refused with those it has", () => {
  expect(() => targetOf(stack, "law-3")).toThrow(
    expect.objectContaining({
      code: "STOP_REFUSED_INPUT",
      facts: expect.objectContaining({ wanted: expect.stringContaining("law-1, law-2") as unknown }) as unknown,
    }) as Error,
  );
});
