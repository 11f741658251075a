// The programs a workstation needs that npm cannot install, and where they are. Plain node: bootstrap asks before node_modules exists.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { join, posix, win32 } from "node:path";

const asRoot = process.getuid?.() === 0;

/** Majors of PostgreSQL this release was tested with. */
const [OLDEST_MAJOR, NEWEST_MAJOR] = [15, 18];

/** What each distribution's own package of PostgreSQL is, by ID and VERSION_ID of /etc/os-release. */
const OWN_MAJOR = {
  "debian 12": 15,
  "debian 13": 17,
  "debian 14": 18,
  "ubuntu 24.04": 16,
  "ubuntu 25.04": 17,
  "ubuntu 25.10": 17,
  "ubuntu 26.04": 18,
};

/** Name of the package that brings PostgreSQL on this distribution; the name of its newest package where nothing more is known. */
export function postgresPackage(osRelease = readText("/etc/os-release")) {
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1] ?? "";
  const major = OWN_MAJOR[`${value("ID")} ${value("VERSION_ID")}`];
  return major === undefined ? "postgresql" : `postgresql-${major}`;
}

const postgresql = postgresPackage();

/** Every program: name, Debian package, what it is for, whether it must lie in the PostgreSQL folder. */
export const PROGRAMS = [
  { name: "initdb", debian: postgresql, why: "makes the sandbox's and the scratch databases", postgres: true },
  { name: "postgres", debian: postgresql, why: "the database server itself", postgres: true },
  { name: "pg_ctl", debian: postgresql, why: "starts and stops a database server", postgres: true },
  { name: "pg_dump", debian: postgresql, why: "takes the backup", postgres: true },
  { name: "psql", debian: postgresql, why: "restores the backup", postgres: true },
  { name: "gpg", debian: "gnupg", why: "signs approvals", postgres: false },
  { name: "gpgv", debian: "gpgv", why: "is the second verifier of a signature", postgres: false },
  { name: "sshd", debian: "openssh-server", why: "is the sandbox host's own door", postgres: false },
  { name: "ssh", debian: "openssh-client", why: "reaches every host", postgres: false },
  { name: "ssh-keygen", debian: "openssh-client", why: "makes the sandbox's keys", postgres: false },
  ...(asRoot
    ? [
        {
          name: "setpriv",
          debian: "util-linux",
          why: "runs PostgreSQL, which refuses root, as another user",
          postgres: false,
        },
      ]
    : []),
];

/** Absolute path of an executable on PATH or in the usual system folders; undefined when there is none. */
export const programPath = (name, searchPath = process.env.PATH ?? "") =>
  programPlaces(name, searchPath, process.platform).find(isExecutable);

/** Every file that a program of this name may be, in the order in which they are looked for. Relative folders are nobody's. */
export function programPlaces(name, searchPath, platform) {
  const windows = platform === "win32";
  const of = windows ? win32 : posix;
  const usual = windows ? [] : ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  return [...searchPath.split(of.delimiter), ...usual]
    .filter((folder) => of.isAbsolute(folder))
    .flatMap((folder) => (windows ? [".exe", ".com"] : [""]).map((ending) => of.join(folder, `${name}${ending}`)));
}

/** What of this project works on a platform, in one sentence; undefined on Linux, where all of it does. */
export function platformNote(platform = process.platform) {
  if (platform === "linux") return undefined;
  const name = { darwin: "macOS", win32: "Windows" }[platform];
  if (name === undefined) return `${platform}: not tried; Linux has all of it`;
  return platform === "darwin"
    ? "macOS: read, approve, plan, unit tests and preview of a Linux host work here; the sandbox host needs Linux"
    : "Windows: read, approve, revoke, unhalt and approvals work here with Gpg4win; a host, its sandbox and up need Linux or macOS";
}

// Debian keeps server programs off PATH in one folder a major; others put all of them beside initdb.
function postgresFolders(root) {
  const majors = Array.from({ length: NEWEST_MAJOR - OLDEST_MAJOR + 1 }, (_, index) => NEWEST_MAJOR - index);
  const places = [
    (major) => `${root}/${major}/bin`,
    (major) => `/opt/homebrew/opt/postgresql@${major}/bin`,
    (major) => `/usr/local/opt/postgresql@${major}/bin`,
    (major) => `/usr/pgsql-${major}/bin`,
  ];
  return places.flatMap((place) => majors.map(place));
}

/** Folder with all PostgreSQL programs of one installation, the highest tested major first; undefined when none is complete. */
export function postgresBin(root = "/usr/lib/postgresql") {
  const wanted = PROGRAMS.filter((program) => program.postgres).map((program) => program.name);
  return postgresFolders(root).find((folder) => wanted.every((name) => isExecutable(join(folder, name))));
}

/** Major version of an installation, as its server tells; undefined when it does not answer. */
export function postgresMajor(bin) {
  const told = spawnSync(join(bin, "postgres"), ["--version"], {
    encoding: "utf8",
    cwd: "/",
    env: { LC_ALL: "C" },
    timeout: 20_000,
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(told.stdout ?? "")?.[1];
  return major === undefined ? undefined : Number(major);
}

/** Those of `programs` that are missing; empty when all are there. */
export function missingPrograms(programs = PROGRAMS) {
  const bin = postgresBin();
  return programs.filter((program) => (program.postgres ? bin === undefined : programPath(program.name) === undefined));
}

/** What `npm test` needs beside; `missingPrograms` looks for them when asked to. */
export const TEST_PROGRAMS = [
  { name: "git", debian: "git", why: "makes the clones that tests work in", postgres: false },
  ...(asRoot
    ? [{ name: "sudo", debian: "sudo", why: "takes tests to another user, as a host does", postgres: false }]
    : []),
];

const CLUSTER_SETTINGS = "/etc/postgresql-common/createcluster.conf";
const CLUSTER_LINE = "create_main_cluster = false # while cutter installs";

/**
 * Commands that install the packages, in order, as words. Debian's server package makes and starts a cluster of its own unless the
 * settings of postgresql-common, laid first, say no; its SSH server starts a service. Neither is needed here, so neither stays.
 * `after`: runs even when an earlier command failed.
 */
export function installSteps(missing, { root = asRoot, systemd = existsSync("/run/systemd/system") } = {}) {
  const packages = [...new Set(missing.map((program) => program.debian))];
  const step = (...words) => ({ words: root ? words : ["sudo", ...words], after: false });
  const apt = (...words) => step("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get", ...words);
  const install = (...names) => apt("install", "-y", "--no-install-recommends", ...names);
  const server = packages.some((name) => /^postgresql(-\d+)?$/.test(name));
  const ssh = systemd && packages.includes("openssh-server");
  return [
    apt("update"),
    ...(server ? [install("postgresql-common"), step("sed", "-i", `$a ${CLUSTER_LINE}`, CLUSTER_SETTINGS)] : []),
    install(...packages),
    ...(server ? [{ ...step("sed", "-i", `/^${CLUSTER_LINE}$/d`, CLUSTER_SETTINGS), after: true }] : []),
    ...(ssh ? [step("systemctl", "disable", "--now", "ssh.service", "ssh.socket")] : []),
  ];
}

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);

/** The one line that installs what is missing: the commands of `installSteps` for a shell. */
export function installLine(missing, circumstances = {}) {
  return installSteps(missing, circumstances)
    .map(({ words }) => words.map(quoted).join(" "))
    .join(" && ");
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
