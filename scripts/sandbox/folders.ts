// Opens a sandbox's folders: finds the ones it had, or makes new ones when there are none or they are lost.
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync } from "node:fs";
import { join } from "node:path";
import { shellSync } from "../frame/shell.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { placeOf, type Place } from "./place.ts";
import { readState, writeState, type SandboxState } from "./state-file.ts";
import { privateFolder } from "./write-file.ts";

const KEPT = new Set(["lock", "earlier"]);

/** Who owns the database's folders, and the folder they are made in when there are none. */
export interface FolderChoice {
  readonly postgresUser: string | undefined;
  readonly databaseParent: string;
  readonly say: (line: string) => void;
}

/** Place and state of the sandbox in `folder`; every folder exists with its owner and mode 0700. */
export function openFolders(
  folder: string,
  { postgresUser, databaseParent, say }: FolderChoice,
): { place: Place; state: SandboxState } {
  const here = realpathSync(folder);
  const owner = postgresUser === undefined ? undefined : idsOf(postgresUser);
  const state = usableState(here, owner, say) ?? newState(owner, databaseParent);
  const place = placeOf(here, state.short);
  [place.envFolder, place.operatorFolder, place.approversFolder, place.binFolder, place.passwordFolder].forEach(
    privateFolder,
  );
  [place.dataFolder, place.socketFolder, place.scratchFolder].forEach((path) => ownedFolder(path, owner));
  writeState(place.stateFile, state);
  return { place, state };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function usableState(folder: string, owner: Owner | undefined, say: (line: string) => void): SandboxState | undefined {
  const state = readState(join(folder, "state.json"));
  if (!state) return undefined;
  const hostLost = isLost(state.short.host, undefined);
  const databaseLost = isLost(state.short.database, owner);
  return hostLost || databaseLost ? putAside(folder, say) : state;
}

// In /tmp anybody may make a folder of that name: one that is not ours must neither be used nor be taken for lost.
function isLost(path: string, owner: Owner | undefined): boolean {
  if (!existsSync(path)) return true;
  const facts = lstatSync(path);
  const uid = owner?.uid ?? process.getuid?.() ?? facts.uid;
  if (facts.isDirectory() && facts.uid === uid && (facts.mode & 0o077) === 0) return false;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `${path} is not a private folder of user ${uid}`,
    wanted: "the folder the sandbox made, mode 0700",
    hint: "find out who changed it; `npm run sandbox -- remove` forgets the sandbox",
  });
}

// Runs and reports stay readable; what they point to in the lost database does not come back.
function putAside(folder: string, say: (line: string) => void): undefined {
  const aside = join(folder, "earlier", `${new Date().toISOString().replaceAll(/[-:.]/g, "")}`);
  privateFolder(aside);
  for (const name of readdirSync(folder).filter((entry) => !KEPT.has(entry)))
    renameSync(join(folder, name), join(aside, name));
  say(
    `the folders in /tmp are gone (a restart empties /tmp): a new sandbox is made; the files of the earlier one lie in ${aside}`,
  );
  return undefined;
}

function newState(owner: Owner | undefined, databaseParent: string): SandboxState {
  return {
    schema_version: "1",
    short: { host: shortFolder("/tmp", undefined), database: shortFolder(databaseParent, owner) },
    database_loaded: false,
    roles_with_password: [],
    processes: { postgres: null },
    ssh: null,
  };
}

function shortFolder(parent: string, owner: Owner | undefined): string {
  const path = join(parent, `c-${randomBytes(4).toString("hex")}`);
  mkdirSync(path, { mode: 0o700 });
  if (owner) chownSync(path, owner.uid, owner.gid);
  return path;
}

function ownedFolder(path: string, owner: Owner | undefined): void {
  if (existsSync(path)) return;
  mkdirSync(path, { mode: 0o700 });
  if (owner) chownSync(path, owner.uid, owner.gid);
}

function idsOf(user: string): Owner {
  const id = (flag: "-u" | "-g"): number => {
    const done = shellSync()`id ${flag} ${user}`;
    if (done.exitCode !== 0)
      throw new Stopped("STOP_PRECHECK_FAILED", {
        saw: `there is no user ${user}`,
        wanted: "the user PostgreSQL runs as when the caller is root",
        hint: "install PostgreSQL's Debian package, or run as an ordinary user",
      });
    return Number(done.stdout);
  };
  return { uid: id("-u"), gid: id("-g") };
}
