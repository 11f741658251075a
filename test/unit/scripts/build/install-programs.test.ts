// `npm start` and `npm test` install the distribution's programs: when they ask, when they do it, when they refuse, and how a fault of apt
// reads. Programs named sudo and apt-get stand in a folder of their own; nothing of this machine is changed.
import { execa } from "execa";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectRoot } from "../../../../infra/place.ts";
import { decide, faultOf } from "../../../../scripts/build/install-programs.mjs";
import { installLine, installSteps } from "../../../../scripts/build/programs.mjs";

const MISSING = [
  { name: "initdb", debian: "postgresql-17", why: "makes the databases", postgres: true },
  { name: "gpg", debian: "gnupg", why: "signs approvals", postgres: false },
];
let folder: string;
const record = (): string => join(folder, "record");
const ran = (): string[] => (existsSync(record()) ? readFileSync(record(), "utf8").trim().split("\n") : []);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "install-"));
  standIn("apt-get", "exit 0");
  standIn("sed", "exit 0");
  standIn("systemctl", "exit 0");
  writeFileSync(
    join(folder, "offer.mjs"),
    `import { offerInstall } from ${JSON.stringify(join(projectRoot(), "scripts/build/install-programs.mjs"))};
const [root, forbidden] = process.argv.slice(2);
const fault = await offerInstall(${JSON.stringify(MISSING)}, { root: root === "root", forbidden: forbidden === "forbidden",
  terminal: process.stdin.isTTY === true && process.stderr.isTTY === true, say: (line) => console.error(line) });
console.error(fault === undefined ? "DONE" : "REFUSED " + fault);
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function standIn(name: string, does: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${record()}'\n${does}\n`);
  chmodSync(file, 0o755);
}
const sudo = (silent: boolean): void =>
  standIn("sudo", `if [ "$1" = -n ]; then exit ${silent ? "0" : "1"}; fi\nexec "$@"`);

// Without a folder of programs after it, PATH holds no sudo but the stand-in.
function environment(): Record<string, string> {
  for (const name of ["env", "sh"]) if (!existsSync(join(folder, name))) standInOfReal(name);
  return { PATH: folder, HOME: folder };
}
function standInOfReal(name: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`, { mode: 0o755 });
}

/** The lines of an offer without a terminal. */
async function withoutTerminal(...words: string[]): Promise<string> {
  const done = await execa(process.execPath, [join(folder, "offer.mjs"), ...words], {
    env: environment(),
    extendEnv: false,
    stdin: "ignore",
  });
  expect(done.stdout).toBe("");
  return done.stderr;
}

/** What a terminal shows that stays open; `typed` is the answer to each question. */
async function onTerminal(words: string, ...typed: string[]): Promise<string> {
  const child = execa(
    "/usr/bin/script",
    ["-qefc", `'${process.execPath}' '${join(folder, "offer.mjs")}' ${words}`, "/dev/null"],
    {
      env: { ...environment(), SHELL: "/bin/sh" },
      extendEnv: false,
      stdin: "pipe",
      reject: false,
      timeout: 20_000,
    },
  );
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    if (chunk.includes("[Y/n] ") && typed.length > 0) child.stdin.write(typed.shift() ?? "");
  });
  const done = await child;
  expect([done.timedOut, done.exitCode]).toEqual([false, 0]);
  return done.stdout;
}

test("where there is no terminal and the caller is root, the list and the line are shown and it is done", async () => {
  const said = await withoutTerminal("root");
  expect(said.split("\n")).toEqual([
    "missing: initdb (Debian package postgresql-17): makes the databases",
    "missing: gpg (Debian package gnupg): signs approvals",
    `install all of it: ${installLine(MISSING, { root: true })}`,
    "DONE",
  ]);
  expect(ran().map((line) => line.replace(/'.*/, ""))).toEqual([
    "apt-get update",
    "apt-get install -y --no-install-recommends postgresql-common",
    "sed -i $a create_main_cluster = false # while cutter installs /etc/postgresql-common/createcluster.conf",
    "apt-get install -y --no-install-recommends postgresql-17 gnupg",
    "sed -i /^create_main_cluster = false # while cutter installs$/d /etc/postgresql-common/createcluster.conf",
  ]);
});

test("sudo that asks nothing is used where there is no terminal; sudo that asks a password is not waited for", async () => {
  sudo(true);
  expect(await withoutTerminal("user")).toMatch(/DONE$/);
  expect(ran().filter((line) => line.startsWith("sudo env"))).toHaveLength(3);
  rmSync(record());
  sudo(false);
  expect(await withoutTerminal("user")).toMatch(/REFUSED nothing was installed: sudo asks for a password.*$/);
  expect(ran()).toEqual(["sudo -n true"]);
});

test("neither root nor sudo: the line without sudo is shown, and who must type it", async () => {
  const said = await withoutTerminal("user");
  expect(said).toContain(`install all of it: ${installLine(MISSING, { root: true })}`);
  expect(said).toMatch(/REFUSED nothing was installed: not root, and sudo is not there; type the line as root$/);
  expect(ran()).toEqual([]);
});

test("--no-install refuses in one line, root or not, terminal or not", async () => {
  expect(await withoutTerminal("root", "forbidden")).toMatch(/REFUSED nothing was installed: --no-install$/);
  expect(await onTerminal("root forbidden")).toContain("REFUSED nothing was installed: --no-install");
  expect(ran()).toEqual([]);
});

test.each([
  ["Enter", "\n"],
  ["y", "y\n"],
  ["YES after a word nobody knows", "what\n", "YES\n"],
])("a person on a terminal is asked, and %s installs", async (_name, ...typed) => {
  sudo(false);
  const said = await onTerminal("user", ...typed);
  expect(said.indexOf("install all of it: sudo env")).toBeLessThan(said.indexOf("install it now? [Y/n] "));
  expect(said).toContain("DONE");
  expect(ran()).toContain("apt-get install -y --no-install-recommends postgresql-17 gnupg");
});

test.each([
  ["n", "n\n"],
  ["NO", "NO\n"],
  ["the end of the input (Ctrl-D)", "\u0004"],
])("a person on a terminal, root too, is asked, and %s installs nothing", async (_name, typed) => {
  expect(await onTerminal("root", typed)).toContain("REFUSED nothing was installed");
  expect(ran()).toEqual([]);
});

test("apt that fails half-way ends the rest, takes the setting back and is told in one line", async () => {
  standIn(
    "apt-get",
    'case "$*" in *postgresql-17*) echo "E: Could not get lock /var/lib/dpkg/lock-frontend." >&2; exit 100;; esac',
  );
  const said = await withoutTerminal("root");
  expect(said.split("\n").at(-1)).toBe(
    "REFUSED apt-get failed: another program is installing (apt's lock is held); wait until it ends; then run the same command again",
  );
  expect(ran().at(-1)).toContain("sed -i /^create_main_cluster");
});

test.each([
  [
    "no network",
    "W: Failed to fetch http://x/InRelease  Could not resolve 'x'\nE: Unable to locate package gnupg\n",
    "look at the network",
  ],
  ["no such package", "E: Unable to locate package postgresql-17\n", "add the distribution's main archive"],
  ["a full disk", "dpkg: error: No space left on device\n", "the disk is full"],
  ["an installation broken off", "E: dpkg was interrupted, you must manually run\n", "dpkg --configure -a"],
  ["sudo without the right", "linh is not in the sudoers file.\n", "type the line as root"],
  ["words nobody knows", "first\nE: Sub-process returned an error\n", "E: Sub-process returned an error"],
  ["no word at all", "", "it said nothing"],
])("%s: one line with the way out", (_name, errors, wanted) => {
  const line = faultOf(["sudo", "env", "LC_ALL=C", "apt-get", "update"], errors);
  expect(line).toContain(wanted);
  expect(line).toMatch(/^apt-get failed: [^\n]*; then run the same command again$/);
});

test("a distribution without apt is never asked", () => {
  expect(decide({ forbidden: false, apt: false, root: true, sudo: "unneeded", terminal: true }).refuse).toContain(
    "Debian",
  );
});

test("Debian's SSH server, which starts a service of its own, is switched off again where systemd runs", () => {
  const words = (systemd: boolean): string[] =>
    installSteps([{ debian: "openssh-server" }], { root: true, systemd }).map((step) => step.words.join(" "));
  expect(words(true).at(-1)).toBe("systemctl disable --now ssh.service ssh.socket");
  expect(words(false).join()).not.toContain("systemctl");
});
