// The real engine on a host that changed after it was adopted: named, refused by up, and settled by another adoption.
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookToAdopt, recordAdoption } from "../../scripts/stack/adoption.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { cloneOf } from "../support/host-clone.ts";
import { provisionedHost, type ProvisionedHost } from "../support/provisioned-host.ts";

const LONG = 900_000;
let host: ProvisionedHost;
beforeAll(async () => {
  host = await provisionedHost();
  expect(await host.up()).toEqual([]);
}, 600_000);
afterAll(() => host?.remove());

const root = (): string => host.config.runtime.root;
const shown = (lines: readonly { path: string; have: string }[]): Record<string, string> =>
  Object.fromEntries(lines.map(({ path, have }) => [path, have]));

test(
  "what changed since the adoption is named once; up refuses it in words and changes nothing, until a person adopts it",
  async () => {
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
  },
  LONG,
);

test(
  "a person on a terminal reads what is new and types adopt; another word, or no terminal, records nothing",
  async () => {
    const clone = cloneOf(host);
    const file = host.engine.configFile;
    await host.sql("CREATE ROLE auditor LOGIN BYPASSRLS");
    const before = readFileSync(file, "utf8");
    const onTerminal = async (typed: string): Promise<{ status: number; text: string }> => {
      const line = clone.line("drift", "--adopt").map(shellWord).join(" ");
      const done = await execa("script", ["-qec", line, "/dev/null"], {
        cwd: clone.folder,
        reject: false,
        input: typed,
        all: true,
      });
      return { status: done.exitCode ?? -1, text: done.all };
    };
    const asked = await clone.run("drift", "--adopt");
    expect([asked.status, asked.stdout, asked.stderr]).toEqual([
      4,
      expect.stringContaining("auditor"),
      expect.stringContaining("npm run drift -- --stack sandbox --adopt --yes"),
    ]);
    const other = await onTerminal("yes\nok\nno\n");
    expect([other.status, other.text]).toEqual([4, expect.stringContaining("nothing was recorded")]);
    expect(readFileSync(file, "utf8")).toBe(before);
    const adopted = await onTerminal("adopt\n");
    expect([adopted.status, adopted.text]).toEqual([0, expect.stringMatching(/auditor[\s\S]*recorded: /)]);
    expect(readFileSync(file, "utf8")).not.toBe(before);
    expect(await host.look()).toEqual([]);
  },
  LONG,
);
