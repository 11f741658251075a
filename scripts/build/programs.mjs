// The programs a workstation needs that npm cannot install, and where they are. Plain node: bootstrap asks before node_modules exists.
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const asRoot = process.getuid?.() === 0;

/** Every program: name, Debian package, what it is for, whether it must lie in the PostgreSQL folder. */
export const PROGRAMS = [
  { name: "initdb", debian: "postgresql-15", why: "makes the sandbox's and the scratch databases", postgres: true },
  { name: "postgres", debian: "postgresql-15", why: "the database server itself", postgres: true },
  { name: "pg_ctl", debian: "postgresql-15", why: "starts and stops a database server", postgres: true },
  { name: "pg_dump", debian: "postgresql-15", why: "takes the backup", postgres: true },
  { name: "psql", debian: "postgresql-15", why: "restores the backup", postgres: true },
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
export function programPath(name, searchPath = process.env.PATH ?? "") {
  const folders = [...searchPath.split(delimiter), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

// Debian keeps server programs off PATH in one folder a major; others put all of them beside initdb.
function postgresFolders() {
  const debian = listFolder("/usr/lib/postgresql")
    .filter((major) => /^\d+$/.test(major) && Number(major) >= 15)
    .sort((a, b) => Number(a) - Number(b))
    .map((major) => `/usr/lib/postgresql/${major}/bin`);
  const homebrew = ["/opt/homebrew/opt/postgresql@15/bin", "/usr/local/opt/postgresql@15/bin", "/usr/pgsql-15/bin"];
  return [...debian, ...homebrew];
}

/** Folder with all PostgreSQL programs of one installation, the lowest supported major first; undefined when none is complete. */
export function postgresBin() {
  const wanted = PROGRAMS.filter((program) => program.postgres).map((program) => program.name);
  return postgresFolders().find((folder) => wanted.every((name) => isExecutable(join(folder, name))));
}

/** Programs that are missing; empty when all are there. */
export function missingPrograms() {
  const bin = postgresBin();
  return PROGRAMS.filter((program) => (program.postgres ? bin === undefined : programPath(program.name) === undefined));
}

/** The one line that installs what is missing. */
export function installLine(missing) {
  const packages = [...new Set(missing.map((program) => program.debian))].join(" ");
  const sudo = asRoot ? "" : "sudo ";
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages}`;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function listFolder(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
