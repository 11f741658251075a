import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { findPostgresPrograms } from "../../../support/cluster.ts";
import {
  installLine,
  missingPrograms,
  postgresBin,
  postgresPackage,
  programPath,
  PROGRAMS,
} from "../../../../scripts/build/programs.mjs";

test("a program is found on PATH only when it may be executed", () => {
  const folder = mkdtempSync(join(tmpdir(), "path-"));
  try {
    const file = join(folder, "cutter-test-program");
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o644);
    expect(programPath("cutter-test-program", folder)).toBeUndefined();
    chmodSync(file, 0o755);
    expect(programPath("cutter-test-program", `:relative:${folder}`)).toBe(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("one line installs every missing program and names each package once", () => {
  const line = installLine(PROGRAMS);
  expect(line).toContain("apt-get install");
  expect(line.match(/postgresql/g)).toHaveLength(1);
  for (const name of ["gnupg", "gpgv"]) expect(line).toContain(name);
});

test.each([
  ["Debian 12", 'ID=debian\nVERSION_ID="12"\n', "postgresql-15"],
  ["trixie", 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n', "postgresql-17"],
  ["Ubuntu 24.04", 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n', "postgresql-16"],
  ["a distribution nobody knows", "ID=arch\n", "postgresql"],
  ["a machine without the file", "", "postgresql"],
])("%s is told its own package of PostgreSQL, not postgresql-15 everywhere", (_name, osRelease, wanted) => {
  expect(postgresPackage(osRelease)).toBe(wanted);
});

test("of two installed majors the sandbox and the test cluster both take the higher one that is whole", () => {
  const root = mkdtempSync(join(tmpdir(), "installations-"));
  const install = (major: number, names: readonly string[]): void => {
    mkdirSync(join(root, String(major), "bin"), { recursive: true });
    for (const name of names) writeFileSync(join(root, String(major), "bin", name), "#!/bin/sh\n", { mode: 0o755 });
  };
  try {
    const whole = PROGRAMS.filter(({ postgres }) => postgres).map(({ name }) => name);
    install(15, whole);
    install(17, whole);
    install(18, ["pg_dump", "psql"]);
    install(99, whole);
    expect(postgresBin(root)).toBe(join(root, "17", "bin"));
    expect(findPostgresPrograms()).toBe(postgresBin());
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("what is missing is a part of what is needed, with its purpose", () => {
  for (const program of missingPrograms()) expect(PROGRAMS).toContainEqual(program);
  expect(PROGRAMS.filter(({ why }) => why.length < 10)).toEqual([]);
});

test("doctor tells a program the same as a person: ready or not, every finding, and the line that installs", async () => {
  const doctor = (...words: string[]) =>
    execa(process.execPath, [join(projectRoot(), "dist", "scripts", "doctor.mjs"), ...words], { reject: false });
  const [people, programs] = await Promise.all([doctor(), doctor("--json")]);
  const answer = JSON.parse(programs.stdout) as {
    ready: boolean;
    findings: { ok: boolean; line: string }[];
    install: string | null;
  };
  expect([people.exitCode, programs.exitCode]).toEqual(answer.ready ? [0, 0] : [4, 4]);
  // Free memory and disk move between the two.
  expect(
    answer.findings
      .map(({ line }) => line.replace(/\d+ MB free/, ""))
      .filter((line) => !people.stdout.replace(/\d+ MB free/g, "").includes(line)),
  ).toEqual([]);
  expect(answer.install).toBe(missingPrograms().length === 0 ? null : installLine(missingPrograms()));
});

test("every program that package.json names starts and says what it is for", async () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const programs = Object.values(scripts).flatMap((line) => /node (dist\/scripts\/[a-z-]+\.mjs)/.exec(line)?.[1] ?? []);
  expect(programs.length).toBeGreaterThan(25);
  const answers = await Promise.all(
    programs.map(async (program) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [join(projectRoot(), program), "--help"], {
        reject: false,
      });
      return [program, exitCode, /^Usage: /.test(stdout) ? "usage" : stderr];
    }),
  );
  expect(answers).toEqual(programs.map((program) => [program, 0, "usage"]));
});
