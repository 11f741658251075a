// An Ansible playbook that looks at the same facts of a host as drift does, made from the same declaration, in the forms that are quickest for Ansible.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "../../infra/config.ts";
import { adoptedPath } from "../../infra/adopted-facts.ts";
import { configBytes, psqlPlace } from "../../infra/host-spec.ts";
import type { DeclaredHost } from "../../infra/host-spec.ts";
import { psqlCommand, psqlVariable } from "../../infra/render/psql.ts";
import { RECORDED_SET_PATH } from "../../infra/render/recorded-set.ts";
import type { EnvQuestion } from "../../runner/rules/env-login.ts";
import { releaseName, renderLauncher } from "../../infra/render/release.ts";
import { command, hereDocument } from "../../infra/render/shell-text.ts";
import type { Sources } from "../../infra/sources.ts";

type Task = Readonly<Record<string, unknown>>;
interface Entry {
  readonly path: string;
  readonly state: string;
}

/**
 * Writes playbook and inventory into `folder`; answers how many entries of the declaration the tasks look at, by kind.
 * Folders, files and the link go through Ansible's own modules, as people write it. For everything else people write commands:
 * here one command asks everything of its kind at once, because a task an entry (230 release files alone) would take minutes.
 * A command ends with another status than 0 when something differs, and that is told as "changed".
 */
export function writeDriftPlaybook(
  folder: string,
  config: StackConfig,
  host: DeclaredHost,
  sources: Sources,
): Readonly<Record<string, number>> {
  const root = `${config.release.folder}/${releaseName(sources.release.digest)}`;
  const entries = Object.entries(host.spec).map(([path, { state }]): Entry => ({ path, state }));
  const inTree = ({ path }: Entry): boolean => path === root || path.startsWith(`${root}/`);
  const alone = entries.filter((entry) => entry.path.startsWith("/") && !inTree(entry));
  const directories = alone.filter(({ state }) => state.startsWith("directory "));
  const files = alone.filter(({ state }) => state.startsWith("file "));
  const tree = entries.filter(inTree);
  const secrets = host.request.envFiles.questions;
  // Named are the kinds that lie outside the database, so that a new kind of database fact is looked at by both sides.
  const inDatabase = entries.filter(
    ({ path }) =>
      !secrets.some((asked) => asked.path === path) &&
      !/^(?:\/|bytes of |everything in |config |key |user |program |database |package |environment)/.test(path),
  );
  const from = writeSources(folder, config, sources);
  // A file that people fill in is declared with owner and mode alone.
  const filled = files.filter(({ path, state }) => from[path] === undefined && !state.includes("sha256:"));
  const copied = files.filter((entry) => !filled.includes(entry));
  const unknown = copied.filter(({ path }) => from[path] === undefined);
  if (unknown.length > 0) throw new Error(`no source for ${unknown.map(({ path }) => path).join(", ")}`);
  const { keyring, fingerprint } = config.backupKey;
  const gpg = command(
    "gpg",
    "--homedir",
    keyring,
    "--no-options",
    "--batch",
    "--no-autostart",
    "--no-permission-warning",
    "--with-colons",
    "--list-keys",
  );
  const tasks: Task[] = [
    {
      name: "folders",
      file: {
        path: "{{ item.path }}",
        state: "directory",
        owner: "{{ item.owner }}",
        group: "{{ item.group }}",
        mode: "{{ item.mode }}",
      },
      loop: directories.map(owned),
    },
    {
      name: "files",
      copy: {
        src: "{{ item.src }}",
        dest: "{{ item.path }}",
        owner: "{{ item.owner }}",
        group: "{{ item.group }}",
        mode: "{{ item.mode }}",
      },
      loop: copied.map((entry) => ({ ...owned(entry), src: from[entry.path] })),
    },
    {
      name: "files that people fill in",
      file: {
        path: "{{ item.path }}",
        state: "file",
        owner: "{{ item.owner }}",
        group: "{{ item.group }}",
        mode: "{{ item.mode }}",
      },
      loop: filled.map(owned),
    },
    looking("names in env files", secrets.flatMap(namesSet).join(" && ") || "true"),
    {
      name: "link",
      file: { src: releaseName(sources.release.digest), path: `${config.release.folder}/current`, state: "link" },
    },
    looking("release", treeScript(root, tree)),
    looking("keyring", `[ "$(${gpg} | grep -A1 ^pub: | grep ^fpr: | cut -d: -f10)" = ${fingerprint} ]`),
    looking(
      "programs",
      `${command(config.node, "--version")} && [ -x ${command(psqlPlace(config).psql)} ] && command -v gpg`,
    ),
    ...config.untouched.map(({ path, sha256 }) =>
      looking(
        "foreign tree",
        `{ find -P ${command(path)} -printf '%y %u %g %m %l %P\\0' && find -P ${command(path)} -type f -print0 | xargs -0 -r sha256sum -z --; } | LC_ALL=C sort -z | sha256sum | grep -q ${sha256}`,
      ),
    ),
    looking("database", databaseScript(config, host, sources, inDatabase)),
  ];
  writeFileSync(join(folder, "playbook.json"), JSON.stringify([{ hosts: "all", gather_facts: false, tasks }], null, 1));
  writeInventory(folder, config);
  const count = (test: RegExp): number => entries.filter(({ path }) => test.test(path)).length;
  return {
    folders: directories.length,
    files: files.length,
    "configuration keys": count(/^config /),
    "release entries": tree.length,
    "database facts": inDatabase.length,
    "questions about env files": secrets.length,
    programs: count(/^program /),
    "foreign trees": config.untouched.length,
    keys: count(/^key /),
    links: 1,
  };
}

/** Commands that succeed when the file sets what is asked. */
function namesSet(asked: EnvQuestion): string[] {
  const names = "name" in asked ? [asked.name] : [asked.login.user_variable, asked.login.password_variable];
  return names.map((name) => command("grep", "-q", `^${name}=`, asked.file));
}

function owned({ path, state }: Entry): { path: string; owner: string; group: string; mode: string } {
  const [, owner = "", group = "", mode = ""] = /^(?:directory|file) (\S+):(\S+) (\d{4})/.exec(state) ?? [];
  return { path, owner, group, mode };
}

function looking(name: string, script: string): Task {
  // Without check_mode: false Ansible skips a command in check mode and says nothing about it.
  return {
    name,
    shell: { cmd: script, executable: "/bin/sh" },
    check_mode: false,
    register: "looked",
    changed_when: "looked.rc != 0",
    failed_when: false,
  };
}

/** Files on this machine by the path they have on the host. */
function writeSources(folder: string, config: StackConfig, { adopted }: Sources): Readonly<Record<string, string>> {
  const { orchestrator, approvers, backupKey, release } = config;
  const own = {
    config: join(folder, "config.json"),
    launcher: join(folder, "launcher"),
    adopted: join(folder, "adopted"),
  };
  writeFileSync(own.config, configBytes(config));
  writeFileSync(own.adopted, adopted?.bytes ?? "");
  writeFileSync(
    own.launcher,
    renderLauncher({ node: config.node, folder: release.folder, config: orchestrator.file, home: release.home }),
  );
  return {
    [orchestrator.file]: own.config,
    [release.launcher]: own.launcher,
    [approvers.file]: approvers.source,
    [backupKey.file]: backupKey.source,
    [adoptedPath(config)]: own.adopted,
  };
}

function writeInventory(
  folder: string,
  { connection: { host, port, user, hostKey, privateKeyFile } }: StackConfig,
): void {
  writeFileSync(join(folder, "known_hosts"), `[${host}]:${port} ${hostKey}\n`);
  // The interpreter is named, so that Ansible does not spend a connection on looking for one.
  writeFileSync(
    join(folder, "inventory"),
    `${host} ansible_port=${port} ansible_user=${user} ansible_ssh_private_key_file="${privateKeyFile}" ansible_python_interpreter=/usr/bin/python3\n`,
  );
}

// Owner, mode and bytes of every entry, and nothing beside them.
function treeScript(root: string, tree: readonly Entry[]): string {
  const lines = tree.map(({ path, state }) => {
    const [, type = "", owner = "", group = "", mode = ""] = /^(.)\S* (\S+?):(\S+) 0*(\d+)/.exec(state) ?? [];
    return `${type} ${owner}:${group} ${mode} ${path}`;
  });
  const hashes = tree.flatMap(({ path, state }) => {
    const sha = /sha256:(\S+)/.exec(state)?.[1];
    return sha === undefined ? [] : [`${sha}  ${path}`];
  });
  return `wanted=$(LC_ALL=C sort ${hereDocument(lines.join("\n"))}\n)
[ "$(find -P ${command(root)} -printf '%y %u:%g %m %p\\n' | LC_ALL=C sort)" = "$wanted" ] && sha256sum --quiet -c - ${hereDocument(hashes.join("\n"))}`;
}

// The same facts statement as the probe's, compared with the same entries; a right, function or setting nobody declared differs too.
function databaseScript(
  config: StackConfig,
  host: DeclaredHost,
  { statement }: Sources,
  entries: readonly Entry[],
): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  // The recorded approver set is asked for beside the catalogs. A trigger of the existing system that fires always is the safer form of
  // the one that fires ordinarily: drift takes both.
  const sql = `${psqlVariable("scope", JSON.stringify(host.request.database.scope))}SET search_path = pg_catalog;
WITH facts AS (\n${statement.trim().replace(/;$/, "")}\n), found AS (SELECT path, state FROM facts UNION ALL
  SELECT ${text(RECORDED_SET_PATH)}, (SELECT 'version ' || version || ' sha256:' || sha FROM cutter_runtime.approver_set ORDER BY version DESC LIMIT 1)
), wanted(path, state) AS (VALUES\n${entries.map(({ path, state }) => `(${text(path)}, ${text(state)})`).join(",\n")})
SELECT path, found.state, wanted.state FROM found FULL JOIN wanted USING (path) WHERE found.state IS DISTINCT FROM wanted.state
  AND NOT (path LIKE 'trigger %' AND found.state = regexp_replace(wanted.state, 'ordinarily$', 'always'))
  AND path NOT IN (${["", ...host.undeclared].map(text).join(", ")});\n`;
  return `differing=$(${psqlCommand(psqlPlace(config), "-c default_transaction_read_only=on")} ${hereDocument(sql)}\n) && echo "$differing" && [ -z "$differing" ]`;
}
