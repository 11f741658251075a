import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { billOfMaterials } from "../../../../scripts/release/bill-of-materials.ts";

test("the list of a release names every package that it runs, and is the same in two folders and at two times", async () => {
  const folder = mkdtempSync(join(tmpdir(), "elsewhere-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(projectRoot(), file), join(folder, file));
    const [here, there] = [await billOfMaterials(projectRoot()), await billOfMaterials(folder)];
    expect(there).toBe(here);
    const bill = JSON.parse(here) as { bomFormat: string; components: { name: string; version: string }[] };
    expect(bill.bomFormat).toBe("CycloneDX");
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const named = bill.components.map(({ name, version }) => `${name}@${version}`);
    expect(named).toEqual(expect.arrayContaining(Object.entries(dependencies).map((pair) => pair.join("@"))));
    expect(named.filter((name) => name.startsWith("vitest@"))).toHaveLength(1);
    expect(Object.keys(devDependencies)).toContain("vitest");
    expect(here).not.toMatch(/serialNumber|timestamp|elsewhere-/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
