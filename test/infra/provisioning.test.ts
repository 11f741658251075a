// The real engine against a real sshd, PostgreSQL and gpg: up makes the host as declared, and drift names what was changed by hand.
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookWithEngine } from "../../scripts/look-with-engine.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { provisionedHost } from "../support/provisioned-host.ts";
import type { ProvisionedHost } from "../support/provisioned-host.ts";

let host: ProvisionedHost;
beforeAll(async () => {
  host = await provisionedHost();
  // Its workers take transaction numbers of their own, and one test counts them.
  await host.sql("ALTER SYSTEM SET autovacuum = off");
  await host.sql("SELECT pg_reload_conf()");
}, 600_000);
afterAll(async () => { await host?.remove(); });

const shown = (lines: readonly { path: string; have: string }[]): Record<string, string> => Object.fromEntries(lines.map(({ path, have }) => [path, have.replace(/sha256:[0-9a-f]{64}/, "sha256:…")]));
const root = (): string => host.config.runtime.root;

test("a virgin host is told as drift, up lays everything, and then there is none", async () => {
  expect(await host.up()).toEqual([]);
});

test("a preview opens one connection and changes nothing: no change time, no key, no transaction", async () => {
  const trace = async (): Promise<unknown> => [
    execFileSync("find", [join(host.folder, "host"), "-printf", "%p %C@ %i\n"]).toString(), await host.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next"), host.sshd.logins(),
  ];
  const [files, next, logins] = await trace() as [string, unknown, number];
  expect(await host.look()).toEqual([]);
  expect(await trace()).toEqual([files, next, logins + 1]);
});

// What is changed by hand, and the one path that must be named with what is there now. `up` mends those marked so.
const byHand: readonly [string, () => void | Promise<unknown>, () => Record<string, string>, "mended" | "left"][] = [
  ["a folder's mode", () => { chmodSync(join(root(), "runs"), 0o777); }, () => ({ [join(root(), "runs")]: expect.stringMatching(/ 0777$/) as string }), "mended"],
  ["a folder's removal", () => { rmSync(join(root(), "locks"), { recursive: true }); }, () => ({ [join(root(), "locks")]: "absent" }), "mended"],
  ["a configuration key", () => { rewriteConfig((config) => ({ ...config, host: "elsewhere" })); }, () => ({ "config host": "another value" }), "mended"],
  ["a configuration key too many", () => { rewriteConfig((config) => ({ ...config, "x\ntouch /tmp/no\n#": "s3cret" })); }, () => ({ 'config "x\\ntouch /tmp/no\\n#"': "set" }), "mended"],
  ["a truncated configuration", () => { writeFileSync(host.config.orchestrator.file, "{", { mode: 0o640 }); }, () => ({ [host.config.orchestrator.file]: expect.stringMatching(/not a JSON object$/) as string }), "mended"],
  ["another approver set", () => { appendFileSync(host.config.approvers.file, " "); }, () => ({ [host.config.approvers.file]: expect.stringMatching(/^file .* sha256:…$/) as string }), "mended"],
  ["one byte of the release", () => { appendFileSync(join(releaseFolder(), "cutter.mjs"), " "); }, () => ({ [join(releaseFolder(), "cutter.mjs")]: expect.stringMatching(/^file /) as string }), "mended"],
  ["the link to the release", () => { renameSync(join(host.config.release.folder, "current"), join(host.config.release.folder, "was")); symlinkSync("elsewhere", join(host.config.release.folder, "current")); }, () => ({ [join(host.config.release.folder, "current")]: "link to elsewhere" }), "mended"],
  ["a grant taken away", () => host.sql("REVOKE SELECT ON cutter_governance.verify_result FROM cutter_exec"), () => ({ "grant SELECT on table cutter_governance.verify_result to cutter_exec": "absent" }), "mended"],
  ["a function's body", () => host.sql("CREATE OR REPLACE FUNCTION cutter_runtime.halt_lock() RETURNS bigint LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, cutter_runtime, pg_temp AS 'SELECT 1::bigint'"), () => ({ "function cutter_runtime.halt_lock()": expect.stringContaining("body sha256:…") as string }), "mended"],
  ["a disabled trigger", () => host.sql("ALTER TABLE cutter_runtime.journal DISABLE TRIGGER append_only"), () => ({ "trigger append_only on cutter_runtime.journal": expect.stringMatching(/disabled$/) as string }), "mended"],
  ["a role's attribute", () => host.sql("ALTER ROLE cutter_halt CONNECTION LIMIT 7"), () => ({ "role cutter_halt": "login, limit 7" }), "mended"],
  ["a right of everybody", () => host.sql("GRANT SELECT ON cutter_runtime.journal TO PUBLIC"), () => ({ "grant SELECT on table cutter_runtime.journal to PUBLIC": "granted" }), "left"],
  ["a right on one column", () => host.sql("GRANT UPDATE (entry) ON cutter_runtime.journal TO cutter_exec"), () => ({ "grant UPDATE on column cutter_runtime.journal.entry to cutter_exec": "granted" }), "left"],
  ["a role's setting", () => host.sql("ALTER ROLE cutter_exec SET search_path = evil"), () => ({ "setting search_path of role cutter_exec": "set" }), "left"],
  ["a key too many", () => { importKey(); }, () => ({ [`key ${strangerKey()}`]: expect.any(String) as string }), "left"],
  ["a file in the release that nobody declared", () => { writeFileSync(join(releaseFolder(), "a'\n$(touch no)\"\\ü"), ""); }, () => ({ [`${releaseFolder()}/a'\\u{A}$(touch no)"\\ü`]: expect.stringMatching(/^file /) as string }), "left"],
];

function rewriteConfig(change: (config: Record<string, unknown>) => Record<string, unknown>): void {
  const { file } = host.config.orchestrator;
  writeFileSync(file, `${JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>), null, 2)}\n`);
}
function releaseFolder(): string {
  const { folder } = host.config.release;
  return join(folder, readdirSync(folder).find((name) => /^[0-9a-f]{16}$/.test(name)) ?? "");
}
const gpg = (...words: string[]): string => execFileSync("gpg", ["--homedir", host.config.backupKey.keyring, "--no-options", "--batch", "--no-autostart", "--no-permission-warning", ...words], { stdio: ["ignore", "pipe", "ignore"] }).toString();
const fingerprints = (): string[] => [...gpg("--with-colons", "--list-keys").matchAll(/^pub:.*\n(?:fpr:+)([0-9A-F]{40}):/gm)].map(([, fingerprint = ""]) => fingerprint);
const strangerKey = (): string => fingerprints().find((one) => one !== host.config.backupKey.fingerprint) ?? "none";
function importKey(): void {
  const person = JSON.parse(readFileSync(host.config.approvers.source, "utf8")) as { persons: { keys: { public_key_armored: string }[] }[] };
  const file = join(host.folder, "stranger.asc");
  writeFileSync(file, person.persons[0]?.keys[0]?.public_key_armored ?? "");
  gpg("--import", file);
}

test("everything changed by hand is named by exactly its path and what is there now, up mends what it may, and the rest stays named", async () => {
  for (const [, change] of byHand.slice(0, 3)) await change();
  const wanted = Object.assign({}, ...byHand.slice(0, 3).map(([, , paths]) => paths())) as Record<string, string>;
  expect(shown(await host.look())).toEqual(wanted);
  expect(await host.up()).toEqual([]);
  // The same again: the repair must not have made the difference invisible.
  for (const [, change] of byHand.slice(0, 3)) await change();
  expect(shown(await host.look())).toEqual(wanted);
  expect(await host.up()).toEqual([]);
});

for (const [from, to] of [[3, 4], [4, 12], [12, 17]] as const) {
  test(`by hand: ${byHand.slice(from, to).map(([name]) => name).join(", ")}`, async () => {
    const group = byHand.slice(from, to);
    for (const [, change] of group) await change();
    expect(shown(await host.look())).toEqual(Object.assign({}, ...group.map(([, , paths]) => paths())));
    const left = Object.assign({}, ...group.filter(([, , , fate]) => fate === "left").map(([, , paths]) => paths())) as Record<string, string>;
    const lines = await host.up();
    expect(shown(lines)).toEqual(left);
    expect(lines.every(({ up }) => up.startsWith("nothing:"))).toBe(true);
    host.declare({ known: Object.keys(left).length === 0 ? [] : lines.map(({ path }) => path) });
  });
}

test("a folder replaced by a link is refused in words and not followed", async () => {
  host.declare({ known: [] });
  const [path, elsewhere] = [join(root(), "batches"), join(host.folder, "elsewhere")];
  rmSync(path, { recursive: true });
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, path);
  await expect(host.up()).rejects.toThrow(/batches is a link; provisioning does not replace it/);
  rmSync(path);
  mkdirSync(path, { mode: 0o750 });
  chownSync(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  chmodSync(path, 0o750);
});

test("another host key, or no host, ends in could-not-look and never in clean", async () => {
  host.declare({ connection: { ...host.config.connection, hostKey: host.sshd.otherHostKey } });
  const stop = await lookWithEngine(host.engine).then(() => undefined, (error: unknown) => error);
  expect(stop).toBeInstanceOf(Stopped);
  expect((stop as Stopped).exit).toBe(1);
  expect((stop as Stopped).facts.details?.join("\n")).toMatch(/host key is not the pinned one; nothing was sent/);
});
