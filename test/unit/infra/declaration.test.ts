import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseStackConfig } from "../../../infra/config.ts";
import { pinnedAddress, sshShellLine } from "../../../infra/ssh/connection.ts";
import { driftMarker, driftMessage, readDriftMessage } from "../../../infra/drift-text.ts";
import { factsOf } from "../../../infra/facts.ts";
import { declareHost } from "../../../infra/host-spec.ts";
import { readLooks, refusalOf } from "../../../infra/probe.ts";
import { POOLED } from "../../../infra/render/psql.ts";
import { FACTS_BEGIN, FACTS_END } from "../../../infra/render/shell-text.ts";
import { Stopped } from "../../../runner/model/stop.ts";
import { readPreview } from "../../../scripts/stack/engine-answer.ts";
import { stackPlace } from "../../../scripts/stack/stack.ts";
import { saysSandbox } from "../../../scripts/toolchain/sandbox-config.ts";
import { stackConfigText } from "../../../scripts/stack/stack-config.ts";
import { declaredStack, smallSources } from "../../support/declared-stack.ts";

const stopOf = (work: () => unknown): Stopped => {
  try {
    work();
  } catch (error) {
    if (error instanceof Stopped) return error;
    throw error;
  }
  throw new Error("no stop");
};

test("a whole configuration is taken as it is", () => {
  expect(parseStackConfig(declaredStack())).toEqual(declaredStack());
});

test("every mistake of a configuration is named at once, without any value", () => {
  const stop = stopOf(() =>
    parseStackConfig({
      ...declaredStack(),
      connection: { ...declaredStack().connection, hostKey: "ssh-rsa AAAA", password: "s3cret" },
      node: "s3cret",
    }),
  );
  expect(stop.facts.details?.join("\n")).toMatch(
    /cutter:connection.hostKey: .*no RSA key[\s\S]*unknown password[\s\S]*cutter:node/,
  );
  expect(JSON.stringify(stop.facts)).not.toContain("s3cret");
});

test("values that must agree between keys are compared", () => {
  expect(
    stopOf(() =>
      parseStackConfig({ ...declaredStack(), approvers: { ...declaredStack().approvers, sha: "b".repeat(64) } }),
    ).facts.details,
  ).toEqual(["cutter:approvers.sha: differs from what cutter:orchestrator.content says"]);
});

test("a scratch_user that the runner may not start programs as is refused with the way out, before the first backup fails", () => {
  const stack = declaredStack();
  const { content } = stack.orchestrator;
  const withUser = (user: string | null, owner: string) => ({
    ...stack,
    runtime: { ...stack.runtime, owner },
    orchestrator: { ...stack.orchestrator, content: { ...content, backup: { ...content.backup, scratch_user: user } } },
  });
  expect(stopOf(() => parseStackConfig(withUser("cutter-scratch", "cutter"))).facts.details).toEqual([
    "cutter:orchestrator.content.backup.scratch_user: the runner runs as cutter and may not start programs as cutter-scratch; write null, scratch servers then run as cutter",
  ]);
  for (const [user, owner] of [
    [null, "cutter"],
    ["cutter", "cutter"],
    ["postgres", "root"],
  ] as const)
    expect(parseStackConfig(withUser(user, owner)).runtime.owner).toBe(owner);
});

test("scratch_root is made by up for whoever owns scratch servers, closed to everybody else", async () => {
  const sources = smallSources(true);
  const stack = declaredStack();
  const stateFor = (user: string | null): string | undefined => {
    const { content } = stack.orchestrator;
    const backup = { ...content.backup, scratch_user: user };
    const config = {
      ...stack,
      runtime: { ...stack.runtime, owner: user === null ? "cutter" : "root" },
      orchestrator: { ...stack.orchestrator, content: { ...content, backup } },
    };
    return declareHost(config, sources).spec[backup.scratch_root]?.state;
  };
  expect([stateFor(null), stateFor("postgres")]).toEqual([
    "directory cutter:cutter 0700",
    "directory postgres:postgres 0700",
  ]);
});

test("a stack that is no sandbox needs a backend that colleagues reach and a passphrase, before anything is dialled", () => {
  const project = mkdtempSync(join(tmpdir(), "stack-"));
  try {
    writeFileSync(join(project, "Pulumi.real.yaml"), stackConfigText(declaredStack()));
    expect(stopOf(() => stackPlace("real", {}, project)).facts.saw).toBe(
      "PULUMI_BACKEND_URL is not set; PULUMI_CONFIG_PASSPHRASE_FILE is not set",
    );
    expect(
      stopOf(() =>
        stackPlace(
          "real",
          { PULUMI_BACKEND_URL: "file:///srv/state", PULUMI_CONFIG_PASSPHRASE_FILE: "/srv/p" },
          project,
        ),
      ).facts.saw,
    ).toBe("PULUMI_BACKEND_URL is a folder of this machine");
    const other = { PULUMI_BACKEND_URL: "redis://:s3cret@cache/0", PULUMI_CONFIG_PASSPHRASE_FILE: "/srv/p" };
    expect(stopOf(() => stackPlace("real", other, project)).facts.saw).toBe(
      "PULUMI_BACKEND_URL is redis:, which the engine does not know; it knows s3://, gs://, azblob://, postgres://, https://",
    );
    expect(
      stackPlace("real", { PULUMI_BACKEND_URL: "s3://state", PULUMI_CONFIG_PASSPHRASE_FILE: "/srv/p" }, project),
    ).toMatchObject({ backendUrl: "s3://state" });
    expect(stopOf(() => stackPlace("nobody", {}, project)).facts.saw).toBe("no Pulumi.nobody.yaml");
  } finally {
    rmSync(project, { recursive: true });
  }
});

test("a written configuration is recognised as a sandbox's exactly when it says so", () => {
  expect([
    saysSandbox(stackConfigText({ ...declaredStack(), sandbox: true })),
    saysSandbox(stackConfigText(declaredStack())),
  ]).toEqual([true, false]);
});

test("ssh is called so that a user's own settings, which would run a command, do not act", () => {
  const folder = mkdtempSync(join(tmpdir(), "ssh-"));
  try {
    const own = join(folder, "config");
    writeFileSync(own, "Host *\n  ProxyCommand touch proxied\n  ForwardAgent yes\n");
    const [program = "", ...line] = sshShellLine(
      declaredStack().connection,
      pinnedAddress(declaredStack().connection, folder),
    );
    const effective = (words: readonly string[]): string => execFileSync(program, ["-G", ...words]).toString();
    expect(
      effective(line.map((word) => (word === "none" && line[line.indexOf(word) - 1] === "-F" ? own : word))),
    ).toContain("proxycommand touch proxied");
    const ours = effective(line);
    expect(ours).not.toMatch(/proxycommand|knownhostscommand/);
    for (const setting of [
      "stricthostkeychecking true",
      `userknownhostsfile ${join(folder, "known_hosts")}`,
      "globalknownhostsfile none",
      "hostkeyalgorithms ssh-ed25519",
      "forwardagent no",
      "identitiesonly yes",
      "connecttimeout 15",
    ])
      expect(ours).toContain(setting);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const looks = (change: Record<string, unknown> = {}): string => {
  const look = (out = "", messages = "\nstatus 0"): unknown => ({
    out: Buffer.from(out).toString("base64"),
    messages: Buffer.from(messages).toString("base64"),
  });
  const empty = Object.fromEntries(
    [
      "paths",
      "hashes",
      "trees",
      "tree_hashes",
      "digests",
      "users",
      "node",
      "postgres",
      "config",
      "env_files",
      "keyring",
      "engine",
      "database",
      "environment",
      "server",
      "surroundings",
    ].map((name) => [name, look()]),
  );
  return `a banner\n${FACTS_BEGIN}\n${JSON.stringify({ version: "1", ...empty, node: look("absent\n"), config: look('"no node"'), engine: look("absent\n"), database: look("no psql"), ...change })}\n${FACTS_END}\n`;
};
const encoded = (text: string): string => Buffer.from(text).toString("base64");

test("a path that is not there is a fact, one that may not be read is a stop", () => {
  expect(
    readLooks(
      looks({ paths: { out: "", messages: encoded("find: '/var/lib/cutter': No such file or directory\nstatus 1") } }),
    ).paths,
  ).toEqual(Buffer.alloc(0));
  expect(
    readLooks(
      looks({
        paths: { out: "", messages: encoded("find: '/var/lib/cutter/a': Too many levels of symbolic links\nstatus 1") },
      }),
    ).paths,
  ).toEqual(Buffer.alloc(0));
  expect(
    stopOf(() =>
      readLooks(
        looks({ paths: { out: "", messages: encoded("find: '/var/lib/cutter': Permission denied\nstatus 1") } }),
      ),
    ).facts.details,
  ).toEqual(["paths: find: '/var/lib/cutter': Permission denied"]);
  expect(
    stopOf(() =>
      readLooks(looks({ database: { out: "", messages: encoded("psql: error: connection refused\nstatus 2") } })),
    ).code,
  ).toBe("STOP_COULD_NOT_LOOK");
});

test("a look into the database that the server does not allow is told as that, and a pooler by its name with the way out", () => {
  const said = (message: string) => ({ out: "", messages: encoded(`${message}\nstatus 3`) });
  const refused = readLooks(
    looks({
      database: said("ERROR:  permission denied for table pg_authid"),
      server: said('ERROR:  must be superuser or have privileges of pg_read_all_settings to examine "x"'),
    }),
  );
  expect(refusalOf(refused.database)).toBe("permission denied for table pg_authid");
  expect(refusalOf(refused.server)).toMatch(/^must be superuser/);
  expect(refusalOf(refused.environment)).toBeUndefined();
  const host = declareHost(declaredStack(), smallSources(true));
  const { facts } = factsOf(refused, { spec: host.spec, request: host.request, undeclared: host.undeclared });
  expect(facts["database directus"]?.state).toBe(
    "not looked into: permission denied for table pg_authid; as a superuser: GRANT pg_read_all_data TO workflow_admin",
  );
  const pooled = "psql: error: connection to server failed: FATAL:  unsupported startup parameter: options";
  expect(stopOf(() => readLooks(looks({ database: said(pooled) }))).facts.details).toEqual([`database: ${POOLED}`]);
});

test("an answer that is cut off, of another form or without facts is a stop", () => {
  for (const answer of [
    "",
    looks().slice(0, -40),
    looks({ extra: 1 }),
    looks({ paths: { out: "!", messages: "" } }),
    looks({ users: { out: "", messages: "" } }),
  ]) {
    expect(stopOf(() => readLooks(answer)).code).toBe("STOP_COULD_NOT_LOOK");
  }
});

test("an answer whose last line feed the frame around it lost is whole", () => {
  expect(readLooks(looks().trimEnd())).toEqual(readLooks(looks()));
});

test("a host on which nothing is installed is told as missing things", async () => {
  const host = declareHost(declaredStack(), smallSources(true));
  const { facts } = factsOf(readLooks(looks()), {
    spec: host.spec,
    request: host.request,
    undeclared: host.undeclared,
  });
  expect(facts).toEqual({
    "database directus": { component: "existing-system", state: "not looked into: no psql", closed: true },
    "program gpg": { component: "host-programs", state: "there" },
  });
});

test("readiness and drift name every program of postgres_bin that is missing or older than the server, not only psql", async () => {
  const stack = declaredStack();
  const host = declareHost(stack, smallSources(true));
  const bin = stack.orchestrator.content.backup.postgres_bin;
  const answer = `${bin}/pg_dump\tpg_dump (PostgreSQL) 15.18\n${bin}/psql\tpsql (PostgreSQL) 16.13\nserver\t160013\n`;
  const { facts } = factsOf(readLooks(looks({ postgres: { out: encoded(answer), messages: encoded("\nstatus 0") } })), {
    spec: host.spec,
    request: host.request,
    undeclared: host.undeclared,
  });
  expect(Object.keys(host.spec).filter((path) => path.startsWith(`program ${bin}/`))).toHaveLength(5);
  expect(["pg_dump", "psql", "initdb"].map((name) => facts[`program ${bin}/${name}`]?.state)).toEqual([
    "PostgreSQL 15, for a server of PostgreSQL 16: apt-get install postgresql-16 (apt.postgresql.org has it where the distribution does not), and name /usr/lib/postgresql/16/bin in backup.postgres_bin",
    "there",
    undefined,
  ]);
});

test("a line of drift comes back from the engine as it was, with everything unprintable escaped", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (path, have) => {
      const message = driftMessage({ component: "c", path, want: "w", have, up: "u" });
      expect(message).not.toMatch(/[\n\r\u001b\u202e]/);
      expect(readDriftMessage(`warning: ${message}\n`, "c")).toMatchObject({ component: "c", want: "w", up: "u" });
    }),
  );
});

test("the marker is hex digits only, and the same change made again has another one", () => {
  const line = { component: "c", path: "/a/b\ntouch x\n#", want: "w", have: "h", up: "u" };
  const marker = (witness: string): string =>
    driftMarker([line], { [line.path]: { component: "c", state: "h", witness } }, {});
  expect(marker("1")).toMatch(/^[0-9a-f]{64}$/);
  expect([marker("1") === marker("1"), marker("1") === marker("2")]).toEqual([true, false]);
  expect(driftMarker([line], {}, { "/a": "1" })).not.toBe(driftMarker([line], {}, { "/a": "2" }));
});

test("a change of the declaration that the host does not contradict is told as that", () => {
  const urn = "urn:pulumi:sandbox::cutter::cutter:host:ApproverSet$command:remote:Command::approver-set-script";
  const answer = { status: 7, stderr: "", stdout: JSON.stringify({ steps: [{ op: "update", urn }], diagnostics: [] }) };
  expect(readPreview(answer)).toMatchObject({
    fresh: false,
    lines: [{ path: "approver-set", have: "an earlier declaration" }],
  });
  expect(
    readPreview({ status: 0, stderr: "", stdout: JSON.stringify({ steps: [{ op: "same", urn }] }) }).lines,
  ).toEqual([]);
  expect(stopOf(() => readPreview({ status: 1, stderr: "error: x", stdout: "" })).facts.details).toEqual(["error: x"]);
});
