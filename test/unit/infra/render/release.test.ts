import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderLauncher } from "../../../../infra/render/release.ts";

test("what the launcher starts leaves no core file, whatever the caller's shell allows", () => {
  const folder = mkdtempSync(join(tmpdir(), "launcher-"));
  try {
    mkdirSync(join(folder, "current"));
    writeFileSync(join(folder, "current", "cutter.mjs"), 'ulimit -c; echo "$@"\n');
    const launcher = join(folder, "cutter");
    writeFileSync(launcher, renderLauncher({ node: "/bin/sh", folder, config: "/c.json", home: folder }));
    chmodSync(launcher, 0o755);
    const said = execFileSync("bash", ["-c", `ulimit -c unlimited 2>/dev/null; exec ${launcher} orchestrate status`], {
      encoding: "utf8",
    });
    expect(said).toBe("0\n--config /c.json orchestrate status\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a program named env early in the caller's PATH was run in the place of the runner", () => {
  const folder = mkdtempSync(join(tmpdir(), "launcher-"));
  try {
    mkdirSync(join(folder, "current"));
    writeFileSync(join(folder, "current", "cutter.mjs"), 'echo "$PATH"\n');
    writeFileSync(join(folder, "env"), "#!/bin/sh\necho planted\n");
    const launcher = join(folder, "cutter");
    writeFileSync(launcher, renderLauncher({ node: "/bin/sh", folder, config: "/c.json", home: folder }));
    for (const file of [launcher, join(folder, "env")]) chmodSync(file, 0o755);
    const said = execFileSync(launcher, [], { encoding: "utf8", env: { PATH: `${folder}:/usr/bin:/bin` } });
    expect(said).toBe("/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
