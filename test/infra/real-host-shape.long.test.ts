// A host shaped like the real one: declared by the example file, with users of its own, sudo, foreign files in the runtime root and passwords in env files.
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { parseStackConfig, type StackConfig } from "../../infra/config.ts";
import { ROLES } from "../../runner/model/run.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { sha256 } from "../../runner/model/canonical.ts";
import { ensureStack } from "../../scripts/stack/pulumi.ts";
import { projectRoot } from "../../infra/place.ts";
import { provisionedHost, type ProvisionedHost } from "../support/provisioned-host.ts";

/** The engine looks at a whole host and changes it. */
const LONG = 900_000;
const asRoot = process.getuid?.() === 0;
if (!asRoot) process.stdout.write("the shape of the real host is tested as root only: it makes UNIX users\n");

const tag = randomBytes(3).toString("hex");
/** The scheduler's role has an env file beside those of a run. */
const WITH_ENV_FILE = { ...ROLES, engine: "cutter_engine" };
const RUNNER_PY = "print('the backup runner that was here before')\n";
let host: ProvisionedHost;
let config: StackConfig;
const made = (name: string): string => name.replace(/^cutter/, `ct${tag}`);

/** The example with this machine's places: every path below the test's folder, every user with a name nobody has. */
function fromExample({ folder, config: ours }: ProvisionedHost): StackConfig {
  const places: readonly (readonly [RegExp, string])[] = [
    [/^\/var\/lib\/cutter-scratch/, join(folder, "scratch")],
    [/^\/var\/lib\/cutter/, join(folder, "var lib")],
    [/^\/etc\/cutter/, join(folder, "etc")],
    [/^\/opt\/incomex/, join(folder, "opt")],
    [/^\/usr\/local\/bin/, join(folder, "bin")],
    [/^\/usr\/bin\/node$/, ours.node],
    [/^cutter(-gate|-scratch)?$/, `ct${tag}$1`],
  ];
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moved(inner)]));
    return typeof value === "string" ? places.reduce((text, [from, to]) => text.replace(from, to), value) : value;
  };
  const text = readFileSync(join(projectRoot(), "Pulumi.contabo.yaml.example"), "utf8");
  const example = Object.fromEntries(
    Object.entries((parseYaml(text) as { config: Record<string, unknown> }).config).map(([key, value]) => [
      key.replace("cutter:", ""),
      moved(value),
    ]),
  ) as unknown as StackConfig;
  const { content } = example.orchestrator;
  return parseStackConfig({
    ...example,
    sandbox: true,
    connection: { ...ours.connection, sudo: true },
    orchestrator: {
      ...example.orchestrator,
      content: {
        ...content,
        uname: hostname(),
        database: ours.orchestrator.content.database,
        approvers: { ...content.approvers, sha: ours.approvers.sha },
        backup: {
          ...content.backup,
          recipient_fingerprint: ours.backupKey.fingerprint,
          postgres_bin: ours.database.psql,
        },
      },
    },
    approvers: { ...example.approvers, source: ours.approvers.source, sha: ours.approvers.sha },
    backupKey: { ...example.backupKey, source: ours.backupKey.source, fingerprint: ours.backupKey.fingerprint },
    database: {
      ...example.database,
      psql: ours.database.psql,
      host: ours.database.host,
      port: ours.database.port,
      name: ours.database.name,
      passFile: ours.database.passFile,
    },
    release: { ...example.release, source: ours.release.source },
    untouched: [{ path: join(folder, "var lib", "backup_runner.py"), sha256: sha256("not looked at yet") }],
  });
}

beforeAll(async () => {
  if (!asRoot) return;
  if (programPath("sudo") === undefined) throw new Error("missing: sudo (Debian package sudo)");
  host = await provisionedHost({ release: "built", tcp: true });
  config = fromExample(host);
  const { folder } = host;
  // What was there before anybody provisioned: foreign files, and the env files an administrator filled.
  for (const name of ["var lib", "etc", "opt", "bin"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "var lib", "backup_runner.py"), RUNNER_PY);
  for (const [role, login] of Object.entries(WITH_ENV_FILE)) {
    const name = `DOT_CUTTER_${role.toUpperCase()}_DB`;
    const text = `${name}_USER=${login}${role === "halt" ? "\r" : ""}\nexport ${name}_PASSWORD='it-s ${role}' # ours\n`;
    writeFileSync(join(folder, "etc", `${role}.env`), text, { mode: 0o600 });
  }
  execFileSync("chmod", ["0755", folder]);
  // The existing system's logins, as the host's administrator set them; those of our packages get theirs from `up`.
  for (const role of ["exec", "verify"]) await host.sql(`ALTER ROLE cutter_${role} PASSWORD 'it-s ${role}'`);
  host.declare(config);
}, 600_000);
afterAll(async () => {
  await host?.remove();
  for (const name of ["cutter", "cutter-gate", "cutter-scratch"]) spawnSync("userdel", [made(name)]);
});

test.runIf(asRoot)(
  "a host declared like the example is virgin, then provisioned, then as declared, and what was there is untouched",
  async () => {
    await ensureStack(host.engine);
    // As the example says: the first look shows the digest of what shall stay untouched, and a person pins it.
    const first = await host.look();
    const untouched = first.find(({ path }) => path.includes("backup_runner.py"));
    const shown = /^sha256:([0-9a-f]{64})$/.exec(untouched?.have ?? "")?.[1] ?? "";
    config = { ...config, untouched: [{ path: join(host.folder, "var lib", "backup_runner.py"), sha256: shown }] };
    host.declare(config);
    const before = first.map(({ path }) => path);
    expect(before).toEqual(
      expect.arrayContaining([
        `user ${made("cutter")}`,
        `user ${made("cutter-gate")}`,
        config.orchestrator.file,
        config.release.launcher,
      ]),
    );
    expect(await host.up()).toEqual([]);
    expect(readFileSync(join(host.folder, "var lib", "backup_runner.py"), "utf8")).toBe(RUNNER_PY);
  },
  LONG,
);

test.runIf(asRoot)(
  "users cannot log in, the runner's folders are theirs, and everything that decides belongs to root",
  () => {
    const owner = (path: string): string => execFileSync("stat", ["-c", "%U:%G %a", path]).toString().trim();
    expect(execFileSync("getent", ["passwd", made("cutter")]).toString()).toMatch(/:\/usr\/sbin\/nologin\n$/);
    expect(owner(config.runtime.root)).toBe(`${made("cutter")}:${made("cutter")} 750`);
    expect(owner(config.orchestrator.file)).toBe(`root:${made("cutter")} 640`);
    expect([owner(config.release.launcher), owner(config.approvers.file)]).toEqual(["root:root 755", "root:root 644"]);
    expect(statSync(join(config.release.folder, "current", "cutter.mjs")).uid).toBe(0);
  },
);

test.runIf(asRoot)("the launcher starts the runner as its user, who cannot change it", () => {
  const asUser = (...words: string[]) =>
    spawnSync("setpriv", [`--reuid=${made("cutter")}`, `--regid=${made("cutter")}`, "--clear-groups", "--", ...words]);
  const help = asUser(config.release.launcher, "--help");
  expect([help.stderr.toString(), help.stdout.toString()]).toEqual(["", expect.stringContaining("governed cuts")]);
  expect(asUser("sh", "-c", `echo x >> '${config.release.launcher}'`).status).not.toBe(0);
  expect(asUser("cat", join(config.orchestrator.file)).status).toBe(0);
});

test.runIf(asRoot)(
  "each role of ours logs in with the password of its env file, one that got none is mended by the next up, and no text of provisioning holds it",
  async () => {
    const login = async (user: string, password: string): Promise<string> => {
      const client = new pg.Client({
        host: config.database.host,
        port: config.database.port,
        database: config.database.name,
        user,
        password,
        ssl: false,
      });
      await client.connect();
      const { rows } = await client.query<{ name: string }>("SELECT session_user AS name");
      await client.end();
      return rows[0]?.name ?? "";
    };
    // The test's cluster gave its roles passwords of its own; an up that ended between package and password leaves them without.
    for (const role of ["gate", "halt", "backup"]) await host.sql(`ALTER ROLE cutter_${role} PASSWORD NULL`);
    expect(await host.up()).toEqual([]);
    for (const role of ["gate", "halt", "backup"])
      expect(await login(`cutter_${role}`, `it-s ${role}`)).toBe(`cutter_${role}`);
    for (const role of Object.keys(WITH_ENV_FILE))
      expect(
        execFileSync("stat", ["-c", "%U:%G %a", join(host.folder, "etc", `${role}.env`)])
          .toString()
          .trim(),
      ).toBe(`root:${made("cutter")} 640`);
    expect(
      spawnSync("grep", ["-rlE", "it-s (gate|halt|backup|engine)", host.engine.place.project]).stdout.toString(),
    ).toBe("");
  },
  LONG,
);

test.runIf(asRoot)(
  "the runner's user, who owns nothing but the runtime root, passes precheck and carries a cut to its first pause",
  async () => {
    // Signed for the release as it was laid: the config file is what the launcher names.
    const asRunner = (...words: string[]) =>
      spawnSync(
        "setpriv",
        [
          `--reuid=${made("cutter")}`,
          `--regid=${made("cutter")}`,
          "--clear-groups",
          "--",
          config.release.launcher,
          ...words,
        ],
        { encoding: "utf8", cwd: "/root" },
      );
    const file = join(host.folder, "first law.md");
    writeFileSync(file, "# One\n\nThe first text.\n\n# Two\n\nThe second text.\n");
    const stack = join(host.engine.place.project, "Pulumi.sandbox.yaml");
    const registered = spawnSync(
      process.execPath,
      [join(projectRoot(), "dist", "scripts", "register.mjs"), file, "FIRST-1", "--stack", stack],
      { encoding: "utf8" },
    );
    expect([registered.stderr, registered.status]).toEqual(["", 0]);
    const looked = asRunner("precheck");
    expect([looked.status, looked.stderr]).toEqual([0, expect.stringContaining("backup selftest")]);
    const cut = asRunner("orchestrate", "cut", "FIRST-1");
    expect([cut.status, cut.stderr]).toEqual([3, expect.stringContaining("STOP_APPROVAL_REQUIRED")]);
    const [run] = await host.sql<{ run_id: string; state: string }>("SELECT run_id, state FROM cutter_runtime.run");
    expect(run?.state).toBe("awaiting_cut_authorization");
    const voided = asRunner("orchestrate", "void", run?.run_id ?? "", "only tried");
    expect([voided.status, voided.stderr]).toEqual([0, expect.anything()]);
    expect(await host.look()).toEqual([]);
  },
  LONG,
);

test.runIf(asRoot)(
  "the survey and the first-run package are delivered as documents and as pages by the host's own reporter, as the runner's user",
  () => {
    const stack = join(host.engine.place.project, "Pulumi.sandbox.yaml");
    const program = join(projectRoot(), "dist", "scripts", "readiness.mjs");
    for (const [words, kind, subject] of [
      [[], "prerequisite-survey", "host"],
      [["FIRST-1"], "first-run-package", "first-1"],
    ] as const) {
      const done = spawnSync(process.execPath, [program, ...words, "--deliver", "--stack", stack], {
        encoding: "utf8",
      });
      const [file = done.stderr, page = "none"] = [...done.stdout.matchAll(/^delivered: (.+)$/gm)].map(
        ([, one]) => one,
      );
      expect(file).toMatch(new RegExp(`^knowledge/dev/laws/${subject}/readiness/${kind}-[0-9-]+[.]md$`));
      const delivered = join(host.folder, "var lib", "reports", file);
      expect(readFileSync(delivered, "utf8")).toMatch(/^# (?:Prerequisite survey|First-run package)/);
      expect(page).toBe(file.replace(/md$/, "html"));
      expect(readFileSync(join(host.folder, "var lib", "reports", page), "utf8")).toMatch(/^<!doctype html>/);
      expect(execFileSync("stat", ["-c", "%U", delivered]).toString().trim()).toBe(made("cutter"));
      // Looking does not write: the copy that was handed over is gone.
      expect(readdirSync(join(host.folder, "var lib", "reports", "handed-over"))).toEqual([]);
    }
  },
);

test.runIf(asRoot)(
  "a document is registered over the stack's connection by the administrator, again without a change, and a prefix of another document is left alone",
  async () => {
    const file = join(host.folder, "law.md");
    writeFileSync(file, "# One\n\nThe first text.\n");
    const stack = join(host.engine.place.project, "Pulumi.sandbox.yaml");
    const register = (...words: string[]) =>
      spawnSync(process.execPath, [
        join(projectRoot(), "dist", "scripts", "register.mjs"),
        file,
        ...words,
        "--stack",
        stack,
      ]);
    const rows = () =>
      host.sql<{ version: string; label: string }>(
        "SELECT v.source_version_id AS version, v.version_label AS label FROM cutter_governance.source_document_version_registry v JOIN cutter_governance.source_document_registry d USING (source_document_id) WHERE d.address_docprefix = 'REAL-1'",
      );
    for (const time of [1, 2]) {
      const told = register("REAL-1", "--version-label", "the people's \\ copy");
      expect([time, told.stderr.toString(), told.status, told.stdout.toString()]).toEqual([
        time,
        "",
        0,
        expect.stringContaining(`npm run cut -- REAL-1 --stack ${stack}`),
      ]);
      expect(await rows()).toEqual([{ version: expect.stringMatching(/^real-1-/), label: "the people's \\ copy" }]);
    }
    const snapshot = join(config.runtime.root, "artifacts", `${(await rows())[0]?.version ?? ""}.md`);
    expect(readFileSync(snapshot, "utf8")).toBe("# One\n\nThe first text.\n");
    expect(execFileSync("stat", ["-c", "%U:%G %a", snapshot]).toString().trim()).toBe(
      `${made("cutter")}:${made("cutter")} 640`,
    );
    await host.sql(
      "UPDATE cutter_governance.source_document_registry SET source_document_ref = 'somebody else''s' WHERE address_docprefix = 'REAL-1'",
    );
    const refused = register("REAL-1");
    expect([refused.status, refused.stderr.toString()]).toEqual([
      4,
      expect.stringContaining("not so: the document stands as registered"),
    ]);
  },
);
