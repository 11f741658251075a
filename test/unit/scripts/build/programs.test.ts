import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { pointSchema } from "../../../../runner/model/point.ts";
import { allFound, checklistLines } from "../../../../runner/terminal/checklist.ts";
import { projectRoot } from "../../../../infra/place.ts";
import { findPostgresPrograms } from "../../../support/cluster.ts";
import {
  installLine,
  missingPrograms,
  platformNote,
  postgresBin,
  postgresPackage,
  programPath,
  programPlaces,
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
  const line = installLine(PROGRAMS, { root: true, systemd: false });
  const commands = line.split(" && ").map((command) => command.split(" --no-install-recommends ")[1]);
  expect(commands).toContain([...new Set(PROGRAMS.map(({ debian }) => debian))].join(" "));
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
  const events = programs.stdout.split("\n").map((line): unknown => JSON.parse(line));
  const points = events.slice(0, -1).map((event) => pointSchema.parse(event));
  expect([people.exitCode, programs.exitCode]).toEqual(allFound(points) ? [0, 0] : [4, 4]);
  // Free memory and disk move between the two.
  const steady = (text: string): string => text.replace(/\d+ MB free/g, "");
  expect(checklistLines(points).filter((line) => !steady(people.stdout).includes(steady(line)))).toEqual([]);
  expect(events.at(-1)).toEqual({
    event: "next",
    command: missingPrograms().length === 0 ? null : installLine(missingPrograms()),
  });
});

test("the old word first-run does nothing and answers with the command to type", async () => {
  const program = join(projectRoot(), "dist", "scripts", "first-run.mjs");
  const done = await execa(process.execPath, [program, "LAW 1", "--stack", "contabo"], { reject: false });
  expect([done.exitCode, done.stdout, done.stderr]).toEqual([
    64,
    "",
    "first-run is a part of readiness now; type: npm run readiness -- 'LAW 1' --stack contabo",
  ]);
});

test("every program that package.json names starts and says what it is for, without a warning of Node beside it", async () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const programs = Object.values(scripts).flatMap((line) => /(dist\/scripts\/[a-z-]+\.mjs)/.exec(line)?.[1] ?? []);
  expect(programs.length).toBeGreaterThan(25);
  const answers = await Promise.all(
    programs.map(async (program) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [join(projectRoot(), program), "--help"], {
        reject: false,
      });
      return [program, exitCode, /^Usage: /.test(stdout), stderr];
    }),
  );
  expect(answers).toEqual(programs.map((program) => [program, 0, true, ""]));
  // Forty processes; a machine that is busy otherwise takes longer than a test is given.
}, 300_000);

test("on Windows a program is looked for by its endings, in the whole folders of its own PATH and nowhere else", () => {
  expect(programPlaces("gpg", "C:\\Program Files\\GnuPG\\bin;relative;D:\\x", "win32")).toEqual([
    "C:\\Program Files\\GnuPG\\bin\\gpg.exe",
    "C:\\Program Files\\GnuPG\\bin\\gpg.com",
    "D:\\x\\gpg.exe",
    "D:\\x\\gpg.com",
  ]);
  expect(programPlaces("gpg", "/opt/a:relative", "darwin").slice(0, 2)).toEqual(["/opt/a/gpg", "/usr/local/bin/gpg"]);
});

test.each([
  ["linux", undefined],
  ["darwin", /^macOS: read, approve,.* the sandbox host needs Linux$/],
  ["win32", /^Windows: read, approve, revoke, unhalt and approvals work here .* need Linux or macOS$/],
  ["aix", /^aix: not tried/],
] as const)("on %s a person is told what works there", (platform, note) => {
  if (note === undefined) expect(platformNote(platform)).toBeUndefined();
  else expect(platformNote(platform)).toMatch(note);
});
