import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { backendFault, backendWithoutSecrets, withoutBackendSecrets } from "../../../../scripts/stack/backend.ts";

const URL_OF_STATE = "postgres://state:p%40ss-w0rd@db.example:5432/pulumi?sslmode=verify-full";

test("the engine's words about a backend are shown without the password in its address, as it is written and as it is meant", () => {
  const said = `error: unable to open bucket ${URL_OF_STATE}: password p@ss-w0rd of state refused (p%40ss-w0rd)`;
  const shown = withoutBackendSecrets(said, URL_OF_STATE);
  expect(shown).toBe("error: unable to open bucket postgres://db.example:5432/pulumi: password … of state refused (…)");
  expect(backendWithoutSecrets("s3://bucket?accessKey=AKIA")).toBe("s3://bucket");
});

test("each kind of backend that is taken has its line in docs/real-host.md, and every other one is refused by its name", () => {
  const page = readFileSync(join(projectRoot(), "docs", "real-host.md"), "utf8");
  for (const scheme of ["s3", "gs", "azblob", "postgres", "https"]) {
    expect(backendFault(`${scheme}://somewhere`)).toBeUndefined();
    expect(page).toMatch(new RegExp(`^\\| \`${scheme}://`, "m"));
  }
  expect([backendFault("mem://"), backendFault("somewhere")]).toEqual([
    expect.stringMatching(/^PULUMI_BACKEND_URL is mem:, which the engine does not know; it knows s3:/),
    expect.stringContaining("has no scheme"),
  ]);
});
