// A person converts with the bundled program, not with the sources: a package that a bundle imports otherwise shows only there.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { BANNER, ONE_FILE } from "../../../../scripts/build/bundle-options.mjs";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "shipped-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("intake as it is shipped converts a page with a table, where it ended with `plugin must be a Function`", async () => {
  await build({
    ...ONE_FILE,
    absWorkingDir: root,
    entryPoints: ["scripts/conversion/convert-document.ts"],
    outdir: folder,
    format: "esm",
    splitting: true,
    outExtension: { ".js": ".mjs" },
    banner: { js: BANNER },
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const page = "<html><body><p>Điều 1. Làng</p><table><tr><td>STT</td><td>Tên</td></tr></table></body></html>";
  writeFileSync(join(folder, "page.html"), page);
  const program =
    `import { readFileSync } from "node:fs"; const { convertDocument } = await import("./convert-document.mjs");` +
    `const made = await convertDocument("page.html", readFileSync("page.html")); console.log(made.to.file);`;
  const done = await execa(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, reject: false });
  expect(done.stderr).toBe("");
  expect(readFileSync(join(folder, done.stdout), "utf8")).toBe(
    "Điều 1. Làng\n\n|     |     |\n| --- | --- |\n| STT | Tên |\n",
  );
}, 60_000);
