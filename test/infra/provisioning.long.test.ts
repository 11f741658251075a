// The real engine against a real sshd, PostgreSQL and gpg: up makes the host as declared, and drift names what was changed by hand.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as openpgp from "openpgp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { lookWithEngine } from "../../scripts/stack/engine-runs.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { provisionedHost, type ProvisionedHost } from "../support/provisioned-host.ts";

let host: ProvisionedHost;
beforeAll(async () => {
  host = await provisionedHost();
  // Its workers take transaction numbers of their own, and one test counts them.
  await host.sql("ALTER SYSTEM SET autovacuum = off");
  await host.sql("SELECT pg_reload_conf()");
}, 600_000);
afterAll(() => host?.remove());

const shown = (lines: readonly { path: string; have: string }[]): Record<string, string> =>
  Object.fromEntries(lines.map(({ path, have }) => [path, have.replace(/sha256:[0-9a-f]{64}/, "sha256:…")]));
const root = (): string => host.config.runtime.root;

test("a virgin host is told as drift, up lays everything, and then there is none", async () => {
  expect(await host.up()).toEqual([]);
});

test("a preview opens one connection and changes nothing: no change time, no key, no transaction", async () => {
  const trace = async (): Promise<unknown> => [
    execFileSync("find", [join(host.folder, "host"), "-printf", "%p %C@ %i\n"]).toString(),
    await host.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next"),
    host.sshd.logins(),
  ];
  const [files, next, logins] = (await trace()) as [string, unknown, number];
  expect(await host.look()).toEqual([]);
  expect(await trace()).toEqual([files, next, logins + 1]);
});

/** Something changed by hand: what, how, and every path that must then be named with what is there. */
type Change = readonly [string, () => void | Promise<unknown>, () => Record<string, string>];
// A name that would make a file wherever it reached a shell unquoted, and how it must be printed.
const MARK = `executed-${randomBytes(4).toString("hex")}`;
const HOSTILE = `a'\n$(touch ${MARK})"\\ü`;
const HARMLESS = HOSTILE.replace("\n", "\\u{A}");
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const twice: readonly Change[] = [
  [
    "a folder's mode",
    () => {
      chmodSync(join(root(), "runs"), 0o777);
    },
    () => ({ [join(root(), "runs")]: expect.stringMatching(/ 0777$/) as string }),
  ],
  [
    "a folder's removal",
    () => {
      rmSync(join(root(), "locks"), { recursive: true });
    },
    () => ({ [join(root(), "locks")]: "absent" }),
  ],
  [
    "a configuration key",
    () => {
      rewriteConfig((config) => ({ ...config, host: "elsewhere" }));
    },
    () => ({ "config host": "another value" }),
  ],
];
const again: readonly Change[] = [
  [
    "a configuration key deleted",
    () => {
      rewriteConfig(({ revert: _revert, ...config }) => config);
    },
    () => ({ "config revert.soft_status": "absent" }),
  ],
  [
    "a configuration key too many",
    () => {
      rewriteConfig((config) => ({ ...config, "x\ntouch /tmp/no\n#": "s3cret" }));
    },
    () => ({ 'config "x\\ntouch /tmp/no\\n#"': "set" }),
  ],
];
// Ownership can be given away by root only.
const asRoot: readonly Change[] =
  process.getuid?.() === 0
    ? [
        [
          "a folder's owner",
          () => {
            chownSync(join(root(), "reports"), 65_534, 65_534);
          },
          () => ({ [join(root(), "reports")]: expect.stringMatching(/^directory nobody:nogroup /) as string }),
        ],
      ]
    : [];
const mended: readonly Change[] = [
  ...asRoot,
  [
    "another approver set",
    () => {
      appendFileSync(host.config.approvers.file, " ");
    },
    () => ({ [host.config.approvers.file]: expect.stringMatching(/^file .* sha256:…$/) as string }),
  ],
  [
    "the public key's file",
    () => {
      rmSync(host.config.backupKey.file);
    },
    () => ({ [host.config.backupKey.file]: "absent" }),
  ],
  [
    "the public key in the keyring",
    () => {
      gpg("--yes", "--delete-keys", host.config.backupKey.fingerprint);
    },
    () => ({ [`key ${host.config.backupKey.fingerprint}`]: "absent" }),
  ],
  [
    "one byte of the release",
    () => {
      appendFileSync(join(releaseFolder(), "cutter.mjs"), " ");
    },
    () => ({ [join(releaseFolder(), "cutter.mjs")]: expect.stringMatching(/^file /) as string }),
  ],
  [
    "the link to the release",
    () => {
      renameSync(join(host.config.release.folder, "current"), join(host.config.release.folder, "was"));
      symlinkSync("elsewhere", join(host.config.release.folder, "current"));
    },
    () => ({ [join(host.config.release.folder, "current")]: "link to elsewhere" }),
  ],
  [
    "a grant taken away",
    () => host.sql("REVOKE SELECT ON cutter_governance.verify_result FROM cutter_exec"),
    () => ({ "grant SELECT on table cutter_governance.verify_result to cutter_exec": "absent" }),
  ],
  [
    "a function's body",
    () =>
      host.sql(
        "CREATE OR REPLACE FUNCTION cutter_runtime.phase_before(p_phase text) RETURNS text LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS 'SELECT p_phase'",
      ),
    () => ({ "function cutter_runtime.phase_before(text)": expect.stringContaining("body sha256:…") as string }),
  ],
  [
    "a function's attributes",
    () => host.sql("ALTER FUNCTION cutter_runtime.is_done(text, text) VOLATILE SECURITY INVOKER"),
    () => ({
      "function cutter_runtime.is_done(text, text)": expect.stringContaining(
        "security invoker, sql, volatile, search_path=",
      ) as string,
    }),
  ],
  [
    "a disabled trigger",
    () => host.sql("ALTER TABLE cutter_runtime.journal DISABLE TRIGGER append_only"),
    () => ({ "trigger append_only on cutter_runtime.journal": expect.stringMatching(/disabled$/) as string }),
  ],
  [
    "a disabled event trigger",
    () => host.sql("ALTER EVENT TRIGGER cut_refuse_ddl DISABLE"),
    () => ({ "event trigger cut_refuse_ddl": expect.stringMatching(/disabled$/) as string }),
  ],
  [
    "a role's attribute",
    () => host.sql("ALTER ROLE cutter_halt CONNECTION LIMIT 7"),
    () => ({ "role cutter_halt": "login, limit 7" }),
  ],
];
const truncated: readonly Change[] = [
  [
    "a truncated configuration",
    () => {
      writeFileSync(host.config.orchestrator.file, "{", { mode: 0o640 });
    },
    () => ({ [host.config.orchestrator.file]: expect.stringMatching(/not a JSON object$/) as string }),
  ],
];
const left: readonly Change[] = [
  [
    "a right of everybody",
    () => host.sql("GRANT SELECT ON cutter_runtime.journal TO PUBLIC"),
    () => ({ "grant SELECT on table cutter_runtime.journal to PUBLIC": "granted" }),
  ],
  [
    "a right on one column",
    () => host.sql("GRANT UPDATE (entry) ON cutter_runtime.journal TO cutter_exec"),
    () => ({ "grant UPDATE on column cutter_runtime.journal.entry to cutter_exec": "granted" }),
  ],
  [
    "a column's default",
    () => host.sql("ALTER TABLE cutter_runtime.journal ALTER at DROP DEFAULT"),
    () => ({ "column cutter_runtime.journal.at": "timestamp with time zone, not null" }),
  ],
  [
    "a column too many",
    () => host.sql("ALTER TABLE cutter_runtime.halt ADD extra text"),
    () => ({ "column cutter_runtime.halt.extra": "text" }),
  ],
  [
    "a trigger of the same name and function that fires on less",
    () =>
      host.sql(
        "DROP TRIGGER append_only ON cutter_runtime.revocation; CREATE TRIGGER append_only BEFORE TRUNCATE ON cutter_runtime.revocation FOR EACH STATEMENT EXECUTE FUNCTION cutter_runtime.refuse_change(); ALTER TABLE cutter_runtime.revocation ENABLE ALWAYS TRIGGER append_only",
      ),
    () => ({
      "definition of trigger append_only on cutter_runtime.revocation": expect.stringContaining(
        "BEFORE TRUNCATE ON",
      ) as string,
    }),
  ],
  [
    "a rule that swallows revocations",
    () => host.sql("CREATE RULE quiet AS ON INSERT TO cutter_runtime.revocation DO INSTEAD NOTHING"),
    () => ({ "rule quiet on cutter_runtime.revocation": "there" }),
  ],
  [
    "a stranger who may be the owner of the records",
    () => host.sql(`CREATE ROLE ${quoted(`${HOSTILE} owner`)}; GRANT cutter_owner TO ${quoted(`${HOSTILE} owner`)}`),
    () => ({ [`membership of ${HARMLESS} owner in cutter_owner`]: "member" }),
  ],
  [
    "a role's setting",
    () => host.sql("ALTER ROLE cutter_exec SET search_path = evil"),
    () => ({ "setting search_path of role cutter_exec": "set" }),
  ],
  [
    "keys too many, one of them with the user id of the backup's",
    () => importStrangers(),
    () => Object.fromEntries(strangers().map((one) => [`key ${one}`, "can encrypt"])),
  ],
  [
    "a file in the release that nobody declared",
    () => {
      writeFileSync(join(releaseFolder(), HOSTILE), "");
    },
    () => ({ [`${releaseFolder()}/${HARMLESS}`]: expect.stringMatching(/^file /) as string }),
  ],
  [
    "a link in the release",
    () => {
      symlinkSync(HOSTILE, join(releaseFolder(), "link"));
    },
    () => ({ [join(releaseFolder(), "link")]: `link to ${HARMLESS}` }),
  ],
  [
    "a right of a role with a strange name",
    () => host.sql(`CREATE ROLE ${quoted(HOSTILE)}; GRANT SELECT ON cutter_runtime.journal TO ${quoted(HOSTILE)}`),
    () => ({ [`grant SELECT on table cutter_runtime.journal to ${HARMLESS}`]: "granted" }),
  ],
  [
    "a function with a strange name",
    () => host.sql(`CREATE FUNCTION cutter_runtime.${quoted(HOSTILE)}() RETURNS int LANGUAGE sql AS 'SELECT 1'`),
    () => ({
      [`function cutter_runtime.${HARMLESS}()`]: expect.any(String) as string,
      [`grant EXECUTE on function cutter_runtime.${HARMLESS}() to PUBLIC`]: "granted",
    }),
  ],
];

function rewriteConfig(change: (config: Record<string, unknown>) => Record<string, unknown>): void {
  const { file } = host.config.orchestrator;
  writeFileSync(
    file,
    `${JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>), null, 2)}\n`,
  );
}
function releaseFolder(): string {
  const { folder } = host.config.release;
  return join(folder, readdirSync(folder).find((name) => /^[0-9a-f]{16}$/.test(name)) ?? "");
}
const gpg = (...words: string[]): string =>
  execFileSync(
    "gpg",
    [
      "--homedir",
      host.config.backupKey.keyring,
      "--no-options",
      "--batch",
      "--no-autostart",
      "--no-permission-warning",
      ...words,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  ).toString();
const fingerprints = (): string[] =>
  [...gpg("--with-colons", "--list-keys").matchAll(/^pub:.*\n(?:fpr:+)([0-9A-F]{40}):/gm)].map(
    ([, fingerprint = ""]) => fingerprint,
  );
const strangers = (): string[] => fingerprints().filter((one) => one !== host.config.backupKey.fingerprint);
async function importStrangers(): Promise<void> {
  const [, name = "", email = ""] =
    /^uid:(?:[^:]*:){8}([^:<]*) <([^:>]+)>/m.exec(gpg("--with-colons", "--list-keys")) ?? [];
  for (const user of [
    { name, email },
    { name: HOSTILE, email: "nobody@example.org" },
  ]) {
    const { publicKey } = await openpgp.generateKey({
      type: "ecc",
      curve: "ed25519Legacy",
      userIDs: [user],
      format: "armored",
    });
    const file = join(host.folder, "stranger.asc");
    writeFileSync(file, publicKey);
    gpg("--import", file);
  }
}
const paths = (changes: readonly Change[]): Record<string, string> =>
  Object.assign({}, ...changes.map(([, , named]) => named())) as Record<string, string>;
const make = async (changes: readonly Change[]): Promise<void> => {
  for (const [, change] of changes) await change();
};

const names = (changes: readonly Change[]): string => changes.map(([name]) => name).join(", ");
const namedAndMended = async (changes: readonly Change[]): Promise<void> => {
  await make(changes);
  expect(shown(await host.look())).toEqual(paths(changes));
  expect(await host.up()).toEqual([]);
};

// A run of the engine costs seconds: what can stand beside something else is changed in the same round.
test(`everything changed by hand is named by exactly its path and what is there now, and mended by up: ${names([...twice, ...mended])}`, () =>
  namedAndMended([...twice, ...mended]));
test(`the same change made again is named again, beside ${names(again)}`, () => namedAndMended([...twice, ...again]));

test(`named, escaped, and left by up, which says so and mends ${names(truncated)} meanwhile: ${names(left)}`, async () => {
  await make([...left, ...truncated]);
  expect(strangers().length).toBe(2);
  expect(shown(await host.look())).toEqual(paths([...left, ...truncated]));
  const lines = await host.up();
  expect(shown(lines)).toEqual(paths(left));
  expect(lines.every(({ up }) => up.startsWith("nothing:"))).toBe(true);
  // What is declared cannot be adopted; it is put back by hand.
  await host.sql(
    "ALTER TABLE cutter_runtime.journal ALTER at SET DEFAULT clock_timestamp(); DROP TRIGGER append_only ON cutter_runtime.revocation; CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cutter_runtime.revocation FOR EACH STATEMENT EXECUTE FUNCTION cutter_runtime.refuse_change(); ALTER TABLE cutter_runtime.revocation ENABLE ALWAYS TRIGGER append_only",
  );
  // Adopted by the very texts that drift shows, they are told no more.
  host.declare({ known: lines.map(({ path }) => path) });
  expect(await host.look()).toEqual([]);
  const places = [homedir(), host.folder, releaseFolder(), host.engine.place.project, projectRoot(), "/tmp", "/"];
  expect(places.filter((place) => existsSync(join(place, MARK)))).toEqual([]);
});

test("a folder replaced by a link is refused in words and not followed", async () => {
  const [path, elsewhere] = [join(root(), "batches"), join(host.folder, "elsewhere")];
  rmSync(path, { recursive: true });
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, path);
  expect(shown(await host.look())).toEqual({ [path]: `link to ${elsewhere}` });
  await expect(host.up()).rejects.toThrow(/batches is a link; provisioning does not replace it/);
  rmSync(path);
  mkdirSync(path, { mode: 0o750 });
  chownSync(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  chmodSync(path, 0o750);
});

const stopOf = (look: Promise<unknown>): Promise<unknown> =>
  look.then(() => undefined).catch((error: unknown) => error);

test("another host key, or no host, ends in could-not-look and never in clean", async () => {
  host.declare({ connection: { ...host.config.connection, hostKey: host.sshd.otherHostKey } });
  const stop = await stopOf(lookWithEngine(host.engine));
  expect(stop).toMatchObject({ exit: 1 });
  expect((stop as Stopped).facts.details?.join("\n")).toMatch(/host key is not the pinned one; nothing was sent/);
});

test("a fact that cannot be read ends in could-not-look and names the look, never in absent or clean", async () => {
  host.declare({});
  const seen = async (file: string): Promise<string> => {
    const was = readFileSync(file);
    writeFileSync(file, "not what it was\n");
    const stop = await stopOf(lookWithEngine(host.engine));
    writeFileSync(file, was);
    return stop instanceof Stopped && stop.exit === 1 ? `${stop.facts.details?.join("\n")}` : "no stop";
  };
  expect(await seen(host.config.database.passFile ?? "")).toMatch(/database: psql: error/);
  expect(await seen(join(host.config.backupKey.keyring, "pubring.kbx"))).toMatch(/keyring: gpg: /);
});
