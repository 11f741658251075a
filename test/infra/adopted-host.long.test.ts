// The real engine on a host that changed after it was adopted: named, refused by up, and settled by another adoption.
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookToAdopt, recordAdoption } from "../../scripts/stack/adoption.ts";
import { provisionedHost, type ProvisionedHost } from "../support/provisioned-host.ts";

let host: ProvisionedHost;
beforeAll(async () => {
  host = await provisionedHost();
  expect(await host.up()).toEqual([]);
}, 600_000);
afterAll(() => host?.remove());

const root = (): string => host.config.runtime.root;
const shown = (lines: readonly { path: string; have: string }[]): Record<string, string> =>
  Object.fromEntries(lines.map(({ path, have }) => [path, have]));

test("what changed since the adoption is named once; up refuses it in words and changes nothing, until a person adopts it", async () => {
  const [folder, file] = [join(root(), "runs"), host.engine.configFile];
  const mode = (): string => (statSync(folder).mode & 0o777).toString(8);
  chmodSync(folder, 0o777);
  await host.sql("CREATE ROLE backdoor LOGIN SUPERUSER");
  const path = "environment: power backdoor is superuser";
  expect(shown(await host.look())).toEqual({ [path]: "yes", [folder]: expect.stringMatching(/ 0777$/) });
  await expect(host.up()).rejects.toThrow(
    /1 facts of the host are not those that were adopted[\s\S]*backdoor is superuser: yes/,
  );
  expect(mode()).toBe("777");
  await recordAdoption(file, await lookToAdopt(file));
  expect(await host.up()).toEqual([]);
  expect(mode()).toBe("750");
  await host.sql("DROP ROLE backdoor");
  expect(shown(await host.look())).toEqual({ [path]: "absent" });
  await recordAdoption(file, await lookToAdopt(file));
  expect(await host.look()).toEqual([]);
});
