// Env files as the declaration sees them: every file the runner reads is declared, its names are facts, its bytes leave the host in no form.
import { expect, test } from "vitest";
import { parseStackConfig, type StackConfig } from "../../../infra/config.ts";
import { declaredLogins } from "../../../infra/env-files.ts";
import { declareHost } from "../../../infra/host-spec.ts";
import { Stopped } from "../../../runner/model/stop.ts";
import { declaredSources, declaredStack } from "../../support/declared-stack.ts";

const faultsOf = (config: unknown): readonly string[] => {
  try {
    parseStackConfig(config as Record<string, unknown>);
  } catch (error) {
    if (error instanceof Stopped) return error.facts.details ?? [];
    throw error;
  }
  return [];
};

/** The user's host: two files that were there before the cutter, under names of their own. */
function asOnTheHost(): StackConfig {
  const stack = declaredStack();
  const { content } = stack.orchestrator;
  const [docker, secrets] = ["/opt/incomex/docker/.env", "/opt/incomex/secrets/.env.production"];
  return parseStackConfig({
    ...stack,
    orchestrator: {
      ...stack.orchestrator,
      content: {
        ...content,
        credentials: {
          ...content.credentials,
          exec: docker,
          verify: { file: secrets, user_variable: "PG_READONLY_USER", password_variable: "PG_READONLY_PASSWORD" },
        },
        reports: {
          reporter: "http",
          folder: "/var/lib/cutter/reports",
          base_url: "http://127.0.0.1:8000",
          api_key_file: docker,
          api_key_variable: "AGENT_DATA_API_KEY",
        },
      },
    },
    envFiles: [
      ...stack.envFiles.filter(({ file }) => !/exec|verify/.test(file)),
      { file: docker, owner: "root", group: "root", mode: "0600" },
      { file: secrets, owner: "root", group: "cutter", mode: "0640" },
    ],
  });
}

test("the two files a host already has are read as they are, each name mapped in the stack", () => {
  const config = asOnTheHost();
  expect(declaredLogins(config)["cutter_exec"]).toEqual({
    file: "/opt/incomex/docker/.env",
    user_variable: "DOT_CUTTER_EXEC_DB_USER",
    password_variable: "DOT_CUTTER_EXEC_DB_PASSWORD",
  });
  const { spec, request } = declareHost(config, declaredSources(true));
  expect(spec["/opt/incomex/docker/.env"]?.state).toBe("file root:root 0600");
  expect(
    Object.entries(spec).flatMap(([path, { parent, state }]) =>
      parent?.startsWith("/opt/incomex/") === true ? [[path, state]] : [],
    ),
  ).toEqual([
    [
      "login cutter_exec in /opt/incomex/docker/.env: DOT_CUTTER_EXEC_DB_USER, DOT_CUTTER_EXEC_DB_PASSWORD",
      "user and password are there",
    ],
    [
      "login cutter_verify in /opt/incomex/secrets/.env.production: PG_READONLY_USER, PG_READONLY_PASSWORD",
      "user and password are there",
    ],
    ["AGENT_DATA_API_KEY in /opt/incomex/docker/.env", "is there"],
  ]);
  expect(request.paths).toContain("/opt/incomex/docker/.env");
  expect(request.hashed.filter((path) => path.includes("env"))).toEqual([]);
});

test("a real host that leaves out a file the runner reads is refused by the file's name", () => {
  const stack = declaredStack();
  expect(faultsOf({ ...stack, envFiles: stack.envFiles.filter(({ file }) => !file.includes("halt")) })).toEqual([
    "cutter:envFiles: /etc/cutter/halt.env, which the runner reads, is not in it",
  ]);
});

test("the key of version 0.7 is refused with the key that took its place", () => {
  const stack = declaredStack();
  expect(faultsOf({ ...stack, database: { ...stack.database, credentials: {} } })).toEqual([
    "cutter:database.credentials: is no key any more: the files stand in cutter:envFiles",
  ]);
});

test("what the channels of notifications need is declared, looked at by name and never by value", () => {
  const stack = declaredStack();
  const file = "/etc/cutter/notify.env";
  const notifications = {
    stack: "real",
    channels: [
      {
        kind: "smtp",
        name: "mail",
        host: "mail.example.org",
        port: 587,
        security: "starttls",
        login: { file, user_variable: "MAIL_USER", password_variable: "MAIL_PASSWORD" },
        from: "cutter@example.org",
        to: ["ops@example.org"],
      },
      { kind: "webhook", name: "hook", url: "https://hooks.example.org/x", secret: { file, variable: "HOOK_KEY" } },
    ],
  };
  const orchestrator = { ...stack.orchestrator, content: { ...stack.orchestrator.content, notifications } };
  expect(faultsOf({ ...stack, sandbox: false, orchestrator })).toContain(
    `cutter:envFiles: ${file}, which the runner reads, is not in it`,
  );
  const envFiles = [...stack.envFiles, { file, owner: "root", group: "cutter", mode: "0640" }];
  const config = parseStackConfig({ ...stack, orchestrator, envFiles });
  const { spec, components } = declareHost(config, declaredSources(true));
  for (const name of ["MAIL_USER", "MAIL_PASSWORD", "HOOK_KEY"])
    expect(spec[`${name} in ${file}`]?.state).toBe("is there");
  const [script] = components.filter(({ name }) => name === "orchestrator-config").map((one) => one.script);
  expect(script).toBeDefined();
  expect(config.orchestrator.content.notifications?.backup_days).toBe(7);
});
