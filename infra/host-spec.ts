// The whole host as declared: every component with what it must be, the script that makes it so, and what the probe looks at.
import { dirname } from "node:path";
import { canonicalText, sha256 } from "../runner/model/canonical.ts";
import { neededPrograms } from "../runner/rules/postgres-versions.ts";
import {
  RECORDED_SET_COMPONENT,
  UNTOUCHED_COMPONENT,
  environmentComponent,
  recordedSetComponent,
  untouchedComponent,
} from "./adopted-components.ts";
import type { StackConfig } from "./config.ts";
import { EXISTING, databaseScope, packageComponent, passwordPath, undeclaredPaths } from "./database-spec.ts";
import { packageComponents } from "./declared-packages.ts";
import type { Spec, Wanted } from "./drift.ts";
import { ENVIRONMENT, surroundingsRequest } from "./adopted-facts.ts";
import { ENV_PROGRAM, declaredLogins, envQuestions, envFilesComponent } from "./env-files.ts";
import {
  AS_DECLARED,
  AS_LAID,
  PROGRAM_THERE,
  bytesPath,
  configPath,
  databasePath,
  keyPath,
  programPathOf,
  userPath,
  userState,
} from "./facts.ts";
import { keyHolds, keyStep } from "./render/backup-key.ts";
import { configLeaves, declaredLeaves } from "./render/config-leaves.ts";
import { directoryHolds, directoryState, directoryStep, fileHolds, fileState, fileStep } from "./render/file-steps.ts";
import type { Ownership } from "./render/file-steps.ts";
import { renderEngine, renderEngineLook, type EngineDatabase } from "./render/engine-database.ts";
import { renderHostScript } from "./render/host-script.ts";
import type { ProbeRequest } from "./render/probe.ts";
import type { PsqlPlace } from "./render/psql.ts";
import { renderPrograms } from "./render/programs.ts";
import { releaseFolders, releaseName, renderLauncher, renderRelease } from "./render/release.ts";
import { command } from "./render/shell-text.ts";
import { renderUsers } from "./render/users.ts";
import type { Rights } from "./rights.ts";
import type { Sources } from "./sources.ts";
import { workerComponent } from "./worker-component.ts";

/** One part of the host: what it must be and the script that makes it so. `after`: components that must stand before. */
export interface Declared {
  readonly name: string;
  readonly spec: Spec;
  readonly script: string;
  readonly after: readonly string[];
}

/** Everything of one host. */
export interface DeclaredHost {
  readonly components: readonly Declared[];
  readonly spec: Spec;
  readonly request: ProbeRequest;
  /** Answers of the probe that nobody declares. */
  readonly undeclared: ReadonlySet<string>;
  /** What the declaration says about roles and objects of the database. */
  readonly rights: Rights;
}

/** Names of the components that are no packages. */
export const COMPONENTS = {
  users: "host-users",
  directories: "runtime-directories",
  config: "orchestrator-config",
  approvers: "approver-set",
  backupKey: "backup-recipient",
  engine: "scheduler-database",
  release: "runner-release",
  untouched: UNTOUCHED_COMPONENT,
  recordedSet: RECORDED_SET_COMPONENT,
  programs: "host-programs",
  environment: ENVIRONMENT,
  envFiles: "env-files",
} as const;

/** What `up` says about things it only looks at. */
const LOOKED_AT =
  "# Only looked at: provisioning never touches these.\necho 'only looked at; provisioning does not touch it'\n";

/** Text of the program that reads env files, of the release that is declared. */
function envProgram({ release }: Sources): string | undefined {
  const bytes = release.files[ENV_PROGRAM];
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
}

/** Puts all components together. */
export function declareHost(config: StackConfig, sources: Sources): DeclaredHost {
  const { node } = config;
  const ground = {
    place: psqlPlace(config),
    node,
    logins: declaredLogins(config),
    envProgram: envProgram(sources),
    first: [COMPONENTS.programs],
  };
  const packages = packageComponents(ground, sources);
  const components = [
    programsComponent(config),
    usersComponent(config),
    directoriesComponent(config),
    configComponent(config),
    approversComponent(config, sources),
    backupKeyComponent(config, sources),
    ...packages.own,
    ...recordedSetComponent(config, sources, psqlPlace(config)),
    engineComponent(config, sources),
    releaseComponent(config, sources),
    envFilesComponent(config, COMPONENTS.envFiles, [COMPONENTS.users, COMPONENTS.programs]),
    ...workerComponent(config, [COMPONENTS.engine, COMPONENTS.release, COMPONENTS.envFiles]),
    { name: EXISTING, spec: packages.existing, script: LOOKED_AT, after: [] },
    untouchedComponent(config, LOOKED_AT),
    environmentComponent(config, sources, LOOKED_AT),
  ].filter(({ name, spec }) => name === ENVIRONMENT || Object.keys(spec).length > 0);
  const spec: Spec = Object.assign({}, ...components.map((one) => one.spec)) as Spec;
  const request = requestOf(config, sources, spec);
  return { components, spec, request, undeclared: undeclared(sources, spec), rights: sources.rights };
}

// A role whose env file nobody named keeps its password to itself.
function undeclared({ rights }: Sources, spec: Spec): ReadonlySet<string> {
  return new Set([
    ...undeclaredPaths(rights),
    ...rights.roles.map(({ name }) => passwordPath(name)).filter((path) => spec[path] === undefined),
  ]);
}

/** Where the stack's psql is and how it logs in. */
export function psqlPlace({ database, orchestrator }: StackConfig): PsqlPlace {
  const { psql, host, port, name, user, passFile } = database;
  const { sslmode, sslrootcert } = orchestrator.content.database;
  // Whoever provisions speaks with the same server, so with the same encryption.
  const encryption = sslmode === "disable" ? {} : { encryption: { sslmode, sslrootcert: sslrootcert ?? null } };
  return { psql: `${psql}/psql`, host, port, name, user, passFile, ...encryption };
}

function specOf(
  component: string,
  up: string,
  entries: Readonly<Record<string, Partial<Wanted> & Pick<Wanted, "state">>>,
): Spec {
  return Object.fromEntries(
    Object.entries(entries).map(([path, entry]): [string, Wanted] => [path, { component, up, ...entry }]),
  );
}

function usersComponent({ users }: StackConfig): Declared {
  const entries = Object.fromEntries(
    users.map(({ name, home, shell }) => [userPath(name), { state: userState(home, shell) }]),
  );
  return {
    name: COMPONENTS.users,
    script: renderUsers(users),
    after: [],
    spec: specOf(COMPONENTS.users, "makes the user; an existing one is not changed", entries),
  };
}

/** The folder of scratch servers, for whoever owns them; none where they are made elsewhere. */
function scratchFolders({ runtime, orchestrator }: StackConfig): (readonly [string, Ownership])[] {
  const { adapter, scratch_root: root, scratch_user: user } = orchestrator.content.backup;
  return adapter === "initdb"
    ? [[root, { owner: user ?? runtime.owner, group: user ?? runtime.group, mode: "0700" }]]
    : [];
}

function directoriesComponent(config: StackConfig): Declared {
  const { runtime, orchestrator } = config;
  const paths = [runtime.root, ...runtime.areas.map((area) => `${runtime.root}/${area}`)];
  const scratch = scratchFolders(config);
  const beside = command(dirname(orchestrator.file));
  const steps = [
    ...paths.map((path) => directoryStep(path, runtime)),
    ...scratch.map(
      ([path, owned]) =>
        `[ -d ${command(dirname(path))} ] || ${command("mkdir", "-p", "-m", "755", "--", dirname(path))}; ${directoryStep(path, owned)}`,
    ),
  ];
  return {
    name: COMPONENTS.directories,
    after: [COMPONENTS.users, COMPONENTS.programs],
    spec: specOf(
      COMPONENTS.directories,
      "makes the folder, sets owner and mode; a link or file in its place is not replaced",
      Object.fromEntries(
        paths
          .map((path) => [
            path,
            { state: directoryState(runtime), ...(path === runtime.root ? {} : { parent: runtime.root }) },
          ])
          .concat(scratch.map(([path, owned]) => [path, { state: directoryState(owned) }])),
      ),
    ),
    script: renderHostScript({
      title: "Runtime folders",
      holds: [
        ...paths.map((path) => directoryHolds(path, runtime)),
        ...scratch.map(([path, owned]) => directoryHolds(path, owned)),
      ],
      steps: [
        `[ -d ${beside} ] || mkdir -p -m 755 -- ${beside} || fail 'the folder of the configuration could not be made'`,
        ...steps,
      ],
    }),
  };
}

function configComponent(config: StackConfig): Declared {
  const { orchestrator } = config;
  const bytes = configBytes(config);
  const leaves = Object.fromEntries(
    Object.entries(configLeaves(orchestrator.content)).map(([key, { text }]) => [
      configPath(key),
      { state: AS_DECLARED, show: text, parent: orchestrator.file },
    ]),
  );
  return {
    name: COMPONENTS.config,
    after: [COMPONENTS.directories],
    spec: specOf(COMPONENTS.config, "writes the file whole, unless a run is open", {
      [orchestrator.file]: { state: fileState(orchestrator) },
      ...leaves,
      [bytesPath(orchestrator.file)]: { state: `sha256:${sha256(bytes)}`, parent: orchestrator.file, whole: true },
    }),
    script: renderHostScript({
      title: "Configuration of the runner",
      guardedBy: psqlPlace(config),
      holds: [fileHolds(orchestrator.file, orchestrator, sha256(bytes))],
      steps: [fileStep(orchestrator.file, orchestrator, sha256(bytes), bytes)],
    }),
  };
}

/**
 * Bytes of orchestrator.config.json; the same configuration gives the same bytes, because config_sha is signed. The engine
 * hands keys over in any order, so they are put into RFC 8785's.
 */
export const configBytes = ({ orchestrator }: StackConfig): Buffer =>
  Buffer.from(`${JSON.stringify(JSON.parse(canonicalText(orchestrator.content)), null, 2)}\n`);

function approversComponent(config: StackConfig, { approvers }: Sources): Declared {
  const { file, sha } = config.approvers;
  return {
    name: COMPONENTS.approvers,
    after: [COMPONENTS.directories],
    spec: specOf(COMPONENTS.approvers, "writes the file, unless a run is open", {
      [file]: { state: fileState(config.approvers, sha) },
    }),
    script: renderHostScript({
      title: "Approver set",
      guardedBy: psqlPlace(config),
      holds: [fileHolds(file, config.approvers, sha)],
      steps: [fileStep(file, config.approvers, sha, approvers)],
    }),
  };
}

function backupKeyComponent(config: StackConfig, { backupKey: armored }: Sources): Declared {
  const { backupKey: key } = config;
  const bytes = Buffer.from(armored);
  const owned = { owner: key.owner, group: key.group, mode: "0700" };
  const held = directoryStep(key.keyring, owned);
  return {
    name: COMPONENTS.backupKey,
    after: [COMPONENTS.directories],
    spec: specOf(COMPONENTS.backupKey, "writes the key and imports it; other keys stay", {
      [key.file]: { state: fileState(key, sha256(bytes)) },
      [key.keyring]: { state: directoryState(owned) },
      [keyPath(key.fingerprint)]: { state: "can encrypt", parent: key.keyring },
    }),
    script: renderHostScript({
      title: `Backup recipient ${key.fingerprint}`,
      holds: [
        fileHolds(key.file, key, sha256(bytes)),
        directoryHolds(key.keyring, owned),
        keyHolds(key.keyring, key.fingerprint),
      ],
      steps: [fileStep(key.file, key, sha256(bytes), bytes), held, keyStep(key.keyring, armored)],
    }),
  };
}

/** The scheduler's own database; none on a host whose configuration names none. */
export function engineOf(config: StackConfig, { engine }: Pick<Sources, "engine">): EngineDatabase | null {
  const { batch } = config.orchestrator.content;
  return batch === undefined ? null : { database: batch.engine_database, place: psqlPlace(config), ...engine };
}

function engineLook(config: StackConfig, sources: Sources): ProbeRequest["engine"] {
  const engine = engineOf(config, sources);
  return engine === null ? null : { database: engine.database, look: renderEngineLook(engine) };
}

function engineComponent(config: StackConfig, sources: Sources): Declared {
  const engine = engineOf(config, sources);
  return {
    name: COMPONENTS.engine,
    after: sources.packages.some(({ name }) => name === "batch") ? [packageComponent("batch")] : [],
    script: engine === null ? LOOKED_AT : renderEngine(engine),
    spec:
      engine === null
        ? {}
        : specOf(COMPONENTS.engine, "makes the database and lays its tables", {
            [databasePath(engine.database)]: { state: AS_LAID },
          }),
  };
}

function releaseComponent(config: StackConfig, { release }: Sources): Declared {
  const { folder, launcher, owner, group, home } = config.release;
  const root = `${folder}/${releaseName(release.digest)}`;
  const text = renderLauncher({ node: config.node, folder, config: config.orchestrator.file, home });
  const directory = directoryState({ owner, group, mode: "0755" });
  const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
  return {
    name: COMPONENTS.release,
    after: [COMPONENTS.directories],
    spec: specOf(COMPONENTS.release, "lays the release's files and turns the link, unless a run is open", {
      [folder]: { state: directory },
      [root]: { state: directory, parent: folder },
      ...Object.fromEntries(
        releaseFolders(release).map((path) => [
          `${root}/${path}`,
          { state: directory, parent: parentOf(`${root}/${path}`) },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(release.files).map(([path, bytes]) => [
          `${root}/${path}`,
          { state: fileState({ owner, group, mode: "0644" }, sha256(bytes)), parent: parentOf(`${root}/${path}`) },
        ]),
      ),
      [`${folder}/current`]: { state: `link to ${releaseName(release.digest)}`, parent: folder },
      [launcher]: { state: fileState({ owner, group, mode: "0755" }, sha256(text)) },
    }),
    script: renderRelease(release, { folder, launcher, owned: { owner, group } }, text, psqlPlace(config)),
  };
}

/** PostgreSQL's programs that a backup needs on the host. */
function postgresPrograms({ orchestrator }: StackConfig): string[] {
  const { adapter, postgres_bin: bin } = orchestrator.content.backup;
  return neededPrograms(adapter).map((name) => `${bin}/${name}`);
}

function programsComponent(config: StackConfig): Declared {
  const entries = Object.fromEntries(
    [config.node, psqlPlace(config).psql, "gpg", ...postgresPrograms(config)].map((file) => [
      programPathOf(file),
      { state: PROGRAM_THERE },
    ]),
  );
  return {
    name: COMPONENTS.programs,
    script: renderPrograms(
      postgresPrograms(config),
      psqlPlace(config),
      config.orchestrator.content.backup.adapter === "initdb" ? "server" : "client",
    ),
    after: [],
    spec: specOf(COMPONENTS.programs, "nothing: install the program on the host", entries),
  };
}

function requestOf(config: StackConfig, sources: Sources, spec: Spec): ProbeRequest {
  const root = `${config.release.folder}/${releaseName(sources.release.digest)}`;
  const paths = Object.keys(spec).filter(
    (path) => path.startsWith("/") && !path.startsWith(`${root}/`) && path !== root,
  );
  const secret = new Set(config.envFiles.map(({ file }) => file));
  // Where a declared thing was removed, the folder it lay in shows that something changed.
  const around = [...new Set([...paths, root].map(dirname))].filter((path) => !paths.includes(path));
  return {
    paths: [...paths, ...around],
    // Never a digest of passwords: whoever guesses could hold his guess against it.
    hashed: paths.filter((path) => spec[path]?.state.startsWith("file ") === true && !secret.has(path)),
    trees: [root],
    digests: config.untouched.map(({ path }) => path),
    users: config.users.map(({ name }) => name),
    node: config.node,
    envFiles: { program: envProgram(sources), questions: envQuestions(config) },
    postgres: postgresPrograms(config),
    surroundings: surroundingsRequest(config, sources.rights, sources.environment, postgresPrograms(config)),
    keyring: config.backupKey.keyring,
    config: {
      file: config.orchestrator.file,
      declared: declaredLeaves(config.orchestrator.content),
    },
    engine: engineLook(config, sources),
    database: { ...psqlPlace(config), scope: databaseScope(sources.rights), statement: sources.statement },
  };
}
