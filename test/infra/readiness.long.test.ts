// Readiness as an operator runs it: the built program in a clone, against a real sshd, PostgreSQL and gpg.
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { eventsIn } from "../support/operator-clone.ts";
import { copyProject } from "../support/project-copy.ts";
import { provisionedHost } from "../support/provisioned-host.ts";
import type { ProvisionedHost } from "../support/provisioned-host.ts";
import { treeDigest } from "../support/tree-digest.ts";

interface Answer {
  readonly status: number;
  readonly points: Readonly<Record<string, string>>;
  readonly saw: Readonly<Record<string, string>>;
  readonly next: unknown;
  readonly evidence: readonly Record<string, unknown>[];
  readonly output: string;
}

let host: ProvisionedHost;
let clone: string;
beforeAll(async () => {
  host = await provisionedHost();
  // Its workers take transaction numbers of their own, and readiness compares them.
  await host.sql("ALTER SYSTEM SET autovacuum = off");
  await host.sql("SELECT pg_reload_conf()");
  clone = copyProject(join(mkdtempSync(join(tmpdir(), "readiness-")), "clone"), ["package.json", "infra", "sql"]);
  cpSync(join(projectRoot(), "dist"), join(clone, "dist"), { recursive: true });
  writeFileSync(join(clone, ".gitignore"), "dist/\nnode_modules/\n");
  git("init", "-q");
  git("add", "-A");
}, 600_000);
afterAll(async () => {
  await host?.remove();
  rmSync(join(clone, ".."), { recursive: true, force: true });
});

const git = (...words: string[]): string =>
  execFileSync("git", ["-C", clone, ...words], { stdio: ["ignore", "pipe", "pipe"] }).toString();

async function readiness(): Promise<Answer> {
  const done = await execa(
    process.execPath,
    [join(clone, "dist", "scripts", "readiness.mjs"), "--json", "--stack", host.engine.configFile],
    { cwd: clone, reject: false, stdin: "ignore" },
  );
  const events = eventsIn(done.stdout);
  const of = (event: string): Record<string, unknown>[] => events.filter((one) => one["event"] === event);
  const by = (key: string): Record<string, string> =>
    Object.fromEntries(
      of("point").map((one) => [String(one["title"]).replace(/^((?:GAP-\d|P-A)).*/, "$1"), String(one[key])]),
    );
  return {
    status: done.exitCode ?? -1,
    points: by("state"),
    saw: by("saw"),
    next: of("next").map((one) => one["command"]),
    evidence: of("evidence"),
    output: `${done.stdout}${done.stderr}`,
  };
}

const GAPS = ["GAP-1", "GAP-2", "GAP-3", "GAP-4", "GAP-5", "GAP-6", "GAP-7", "GAP-8", "GAP-9", "P-A"];
const unchanged = (): unknown =>
  execFileSync("find", [
    host.folder,
    "-path",
    join(host.folder, "operator"),
    "-prune",
    "-o",
    "-printf",
    "%p %C@ %i\n",
  ]).toString();

test("a virgin host is told line by line, every gap open but the parser, and nothing on it is changed by the one connection", async () => {
  const foreign = join(host.folder, "iu-cutter");
  host.declare({ untouched: [{ path: foreign, sha256: treeDigest(foreign) }] });
  const trace = async (): Promise<unknown[]> => [
    unchanged(),
    await host.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next"),
    host.sshd.logins(),
  ];
  const [files, next, logins] = (await trace()) as [string, unknown, number];
  const answer = await readiness();
  expect(answer.output).toContain("point");
  expect(Object.fromEntries(GAPS.map((gap) => [gap, answer.points[gap]]))).toEqual({
    ...Object.fromEntries(GAPS.map((gap) => [gap, "missing"])),
    "P-A": "found",
  });
  expect(answer).toMatchObject({
    status: 4,
    points: {
      "no secret in tracked files": "found",
      hostname: "found",
      programs: "found",
      [`${foreign} present and untouched`]: "found",
      "grant matrix sha": "found",
      "rights of the administrator": "found",
      "discovery by context_pack_readonly": "found",
      "counts against the pinned baseline": "found",
      "a proven backup": "missing",
      "tests baseline": "missing",
    },
  });
  expect(answer.next).toEqual(["npm run release"]);
  expect(answer.evidence.map(({ holds }) => holds)).toEqual([true, true, true, true, true]);
  expect(await trace()).toEqual([files, next, logins + 1]);
});

test("without psql, Node or a login the lines behind them could not be looked at, and the others are still answered", async () => {
  host.declare({ node: "/no/node", database: { ...host.config.database, psql: "/no" } });
  const bare = await readiness();
  expect(bare).toMatchObject({
    status: 4,
    points: {
      programs: "missing",
      "GAP-1": "missing",
      "GAP-4": "could not look",
      "GAP-8": "could not look",
      "grant matrix sha": "could not look",
    },
  });
  host.declare({ database: { ...host.config.database, user: "nobody_here", passFile: null } });
  const refused = await readiness();
  expect(refused).toMatchObject({
    status: 4,
    points: {
      "GAP-5": "missing",
      "GAP-6": "could not look",
      "counts against the pinned baseline": "could not look",
      hostname: "found",
    },
  });
  expect(refused.evidence.find(({ what }) => what === "the transaction")).toMatchObject({ holds: null });
  host.declare({});
});

test("a secret in a tracked file is named by its path and line, and its text is quoted nowhere", async () => {
  const secret = ["hunter", "2-open-sesame"].join("");
  appendFileSync(join(clone, "infra", "config.ts"), `\nconst password = "${secret}";\n`);
  writeFileSync(join(clone, "a 'key'"), `${["-----BEGIN", "OPENSSH PRIVATE KEY-----"].join(" ")}\n`);
  git("add", "-A");
  const answer = await readiness();
  expect(answer.points["no secret in tracked files"]).toBe("missing");
  expect(answer.saw["no secret in tracked files"]).toMatch(
    /^a 'key':1 a private key, infra\/config\.ts:\d+ a secret as a value$/,
  );
  expect(answer.output).not.toContain(secret);
  expect(answer.next).toEqual([`git rm --cached -- 'a '\\''key'\\'''`]);
  rmSync(join(clone, "a 'key'"));
  cpSync(join(projectRoot(), "infra", "config.ts"), join(clone, "infra", "config.ts"));
});

test("after up the gaps of the host are closed, and what only people and a run can bring is still open", async () => {
  expect(await host.up()).toEqual([]);
  const answer = await readiness();
  expect(Object.fromEntries(GAPS.map((gap) => [gap, answer.points[gap]]))).toEqual({
    ...Object.fromEntries(GAPS.map((gap) => [gap, "found"])),
    "GAP-7": "missing",
    "GAP-8": "missing",
  });
  expect(answer).toMatchObject({
    status: 4,
    points: {
      "authorization: the approver set": "found",
      "backup public key": "found",
      "no run id of this host in tracked files": "found",
    },
  });
  const [enact] = await host.sql<{ signature: string }>(
    "SELECT oid::regprocedure::text AS signature FROM pg_proc WHERE proname = 'fn_iu_enact'",
  );
  await host.sql(`REVOKE EXECUTE ON FUNCTION ${enact?.signature ?? ""} FROM cutter_exec`);
  const changed = await readiness();
  expect(changed.points["grant matrix sha"]).toBe("missing");
  expect(changed.saw["grant matrix sha"]).toContain("cutter_exec may execute fn_iu_create and fn_iu_enact");
});

test("an open run is told as one nobody has authorized, and its id in a document is found there", async () => {
  const run = "ictr-20261120T000000Z-00000001";
  await host.sql(
    `INSERT INTO cutter_runtime.run (run_id, document_id, host, actor, release, state, opened) VALUES ('${run}', 'DOC-1', 'sandbox', 'a', 'r', 'created', now())`,
  );
  writeFileSync(join(clone, "notes.md"), `yesterday's ${run}\n`);
  git("add", "-A");
  const answer = await readiness();
  expect(answer.points["no run id in the code"]).toBe("found");
  expect(answer.saw["no run id of this host in tracked files"]).toBe("in notes.md");
  expect(answer.saw["GAP-7"]).toBe(`nothing admitted for ${run}`);
});

test("a host that is down leaves its lines unlooked at, answers those of this checkout, and says that nothing was done there", async () => {
  host.declare({ connection: { ...host.config.connection, hostKey: host.sshd.otherHostKey } });
  const stranger = await readiness();
  expect(stranger).toMatchObject({ status: 4, points: { "the host answers": "could not look" } });
  expect(stranger.saw["the host answers"]).toMatch(/host key is not the pinned one; nothing was sent/);
  host.declare({});
  await host.sshd.stop();
  const down = await readiness();
  expect(down).toMatchObject({
    status: 4,
    points: {
      "no secret in tracked files": "found",
      "backup public key": "found",
      "P-A": "found",
      "the host answers": "could not look",
    },
    evidence: [{ holds: null }],
  });
  expect(GAPS.filter((gap) => down.points[gap] === "could not look")).toEqual(GAPS.slice(0, 9));
});
