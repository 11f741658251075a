// Env files of the host as parts of the declaration: owner, mode, and that each sets the names the runner reads; never a value.
import { namedSecrets } from "../runner/model/notification-config.ts";
import { renderEnvFiles } from "./render/env-file.ts";
import { ROLES, type RoleKey } from "../runner/model/run.ts";
import {
  LOGIN_THERE,
  NAME_THERE,
  engineLoginOf,
  envLoginOf,
  kbKeyVariable,
  machinesKeyVariable,
  type EnvLogin,
  type EnvQuestion,
} from "../runner/rules/env-login.ts";
import type { StackConfig } from "./config.ts";
import type { Spec, Wanted } from "./drift.ts";
import type { Declared } from "./host-spec.ts";
import { fileState } from "./render/file-steps.ts";

/** File of a release that reads env files on the host. */
export const ENV_PROGRAM = "env-file.cjs";

const roleKeys = Object.keys(ROLES) as RoleKey[];

/** Login by database role, of those whose env file the stack declares: whose password `up` may set. */
export function declaredLogins({ orchestrator, envFiles }: StackConfig): Readonly<Record<string, EnvLogin>> {
  const declared = new Set(envFiles.map(({ file }) => file));
  return Object.fromEntries(logins(orchestrator.content).filter(([, { file }]) => declared.has(file)));
}

/** Every login of a configuration by its database role. */
function logins(content: StackConfig["orchestrator"]["content"]): (readonly [string, EnvLogin])[] {
  const engine = engineLoginOf(content);
  return [
    ...roleKeys.map((key) => [ROLES[key], envLoginOf(content, key)] as const),
    ...(engine === undefined ? [] : [["cutter_engine", engine] as const]),
  ];
}

/** Everything asked of the declared files. */
export function envQuestions(config: StackConfig): EnvQuestion[] {
  const asked = Object.entries(declaredLogins(config)).map(([role, { file, ...login }]): EnvQuestion => ({
    path: `login ${role} in ${file}: ${login.user_variable}, ${login.password_variable}`,
    file,
    role,
    login,
  }));
  const declared = new Set(config.envFiles.map(({ file }) => file));
  return [...asked, ...otherSecrets(config).filter(({ file }) => declared.has(file))];
}

/** Names besides the logins: the key of several machines, the knowledge base's key, and what channels of notifications need. */
function otherSecrets({ orchestrator: { content } }: StackConfig): (EnvQuestion & { readonly name: string })[] {
  const { machines, reports, notifications } = content;
  const key = reports.reporter === "http" ? [{ file: reports.api_key_file, names: [kbKeyVariable(reports)] }] : [];
  const shared = machines === undefined ? [] : [{ file: machines.key_file, names: [machinesKeyVariable(machines)] }];
  const told = notifications === undefined ? [] : namedSecrets(notifications);
  return [...shared, ...key, ...told].flatMap(({ file, names }) =>
    names.map((name) => ({ path: `${name} in ${file}`, file, name })),
  );
}

/** The declared files and what they set. `up` gives a file that is there its owner and mode, and writes nothing into it. */
function envSpec(config: StackConfig, component: string): Spec {
  const owned = "gives a file that is there its owner and mode; it is filled in by hand";
  const up = "nothing: set it on the host by hand; no command of ours writes into an env file";
  return Object.fromEntries([
    ...config.envFiles.map(({ file, ...by }): [string, Wanted] => [
      file,
      { component, state: fileState(by), up: owned },
    ]),
    ...envQuestions(config).map((asked): [string, Wanted] => [
      asked.path,
      { component, state: "name" in asked ? NAME_THERE : LOGIN_THERE, up, parent: asked.file },
    ]),
  ]);
}

/** Files the runner reads that the stack does not declare, so that nobody looks at them. */
export function undeclaredEnvFiles(config: StackConfig): string[] {
  const read = [
    ...logins(config.orchestrator.content).map(([, { file }]) => file),
    ...otherSecrets(config).map(({ file }) => file),
  ];
  return [...new Set(read)].filter((file) => !config.envFiles.some((one) => one.file === file));
}

/** The env files as one part of the host, with the script that sets their owners and modes. */
export const envFilesComponent = (config: StackConfig, name: string, after: readonly string[]): Declared => ({
  name,
  spec: envSpec(config, name),
  script: renderEnvFiles(config.envFiles.map(({ file, ...owned }) => [file, owned])),
  after,
});
