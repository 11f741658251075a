// `precheck`: everything that must be true before a run, looked at as each role and judged all at once.
import { access, constants } from "node:fs/promises";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type { Common } from "./call-options.ts";
import type { Config } from "../model/config.ts";
import { ADOPTED_CAP, ADOPTED_FILE, parseAdopted } from "../model/adopted.ts";
import { insist, Stopped } from "../model/stop.ts";
import type { Point } from "../model/point.ts";
import { judgeInstallation, majorOf, neededPrograms } from "../rules/postgres-versions.ts";
import { judgePrechecks, precheckPoint, prechecks, type PrecheckFacts } from "../rules/precheck.ts";
import { ROLES, type RoleKey } from "../model/run.ts";
import { envLoginOf } from "../rules/env-login.ts";
import { judgeCopies, judgeOwnHost, otherwiseSaid } from "../rules/own-host.ts";
import { checklistLines, printPoints } from "../terminal/checklist.ts";
import { makeWorld } from "../wire.ts";
import { readHere } from "../adapters/pinned-host.ts";
import { insistElsewhere } from "../adapters/backup-copies.ts";
import { loadRecipient } from "../adapters/backup-key.ts";
import { declaredRights } from "../adapters/rights.ts";
import { readOrStop } from "../adapters/safe-file.ts";
import { askKnowledgeBase, knowledgeBaseOf } from "../adapters/http-reporter.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { majorVersion } from "../adapters/postgres-programs.ts";
import { envBytes } from "../adapters/env-bytes.ts";
import { insistOwnFolders } from "../adapters/own-folders.ts";
import { collectDatabaseFacts } from "../adapters/precheck-database.ts";
import { backupLines, backupSelftest } from "./backup-by-hand.ts";
import { codeOf } from "../model/error-text.ts";

/** Exit 0 when every check passed; STOP_PRECHECK_FAILED or STOP_COULD_NOT_LOOK with every failed one. */
export async function precheck(common: Common): Promise<number> {
  const { config } = await loadConfig(common.config);
  const others: Point[] = [
    await check("this machine", "the host that people sign for", () => {
      insist(judgeOwnHost(config, hostname()));
      return Promise.resolve(hostname());
    }),
    ...(await namesBeside(config)),
    ...(await folderChecks(config)),
    await check("release and approver set", "as pinned", async () => {
      await readHere(common.config);
      return "as pinned";
    }),
  ];
  others.push(
    await check("backup public key", "a key that can encrypt now", async () => {
      const recipient = await loadRecipient(
        config.backup.recipient_public_key,
        config.backup.recipient_fingerprint,
        new Date(),
      );
      return `${recipient.fingerprint}, subkey ${recipient.subkey.slice(-16)}`;
    }),
  );
  const knowledgeBase = knowledgeBaseOf(config.reports);
  if (knowledgeBase !== undefined)
    others.push(
      await check("knowledge base", "a knowledge base that answers and takes the key", () =>
        askKnowledgeBase(knowledgeBase),
      ),
    );
  const facts = await collectDatabaseFacts(config);
  others.push(...(await programChecks(config, facts.sessions)));
  // The programs and the key may each be there and a backup still not come back: only the whole way, restore included, tells.
  others.push(
    await check("backup selftest", "a backup that is taken, restored and compared", async () =>
      backupLines("selftest", await backupSelftest((await makeWorld(common.config)).vault)).join("; "),
    ),
  );
  const adopted = await adoptedEnvironment(common.config);
  const checks = prechecks({ ...facts, others, adopted, rights: declaredRights() });
  if (common.json) printPoints(checks);
  process.stderr.write(`${checklistLines(checks).join("\n")}\n`);
  insist(judgePrechecks(checks));
  return 0;
}

/** The list that an adoption laid beside the configuration. STOP_COULD_NOT_LOOK when something is there that is none. */
async function adoptedEnvironment(configFile: string): Promise<PrecheckFacts["adopted"]> {
  const file = join(dirname(configFile), ADOPTED_FILE);
  if (!existsSync(file)) return undefined;
  const wanted = "the list of adopted facts";
  return parseAdopted(await readOrStop(file, ADOPTED_CAP, { code: "STOP_COULD_NOT_LOOK", wanted }), file).environment;
}

/** Each program with its major, then all of them against the source: a wrong one is told before the dump, with the package to install. */
async function programChecks(
  { backup: { adapter, postgres_bin: bin } }: Config,
  sessions: PrecheckFacts["sessions"],
): Promise<Point[]> {
  const majors: Record<string, number> = {};
  const checks: Point[] = [];
  for (const name of neededPrograms(adapter)) {
    checks.push(
      await check(
        `program ${name}`,
        "PostgreSQL programs of one installation",
        async () => `major ${(majors[name] = await majorVersion(join(bin, name)))}`,
      ),
    );
  }
  const server = sessions.flatMap((session) =>
    "identity" in session ? [majorOf(session.identity.server_version_num)] : [],
  )[0];
  if (server === undefined || checks.some(({ state }) => state !== "found")) return checks;
  const verdict = judgeInstallation({ programs: majors, source: server, adapter });
  const title = "programs and server";
  if (verdict === undefined) {
    const saw = `programs ${majors["pg_dump"] ?? "?"}, server ${server}`;
    return [...checks, precheckPoint(title, "found", saw, `programs of PostgreSQL ${server} or later`)];
  }
  const { saw, wanted, hint } = verdict.facts;
  return [...checks, precheckPoint(title, "missing", saw, [wanted, hint].filter(Boolean).join(": "))];
}

/** What an env file of a login also says of database and recipient, as the tools before did. */
async function namesBeside(config: Config): Promise<Point[]> {
  const files = [...new Set((Object.keys(ROLES) as RoleKey[]).map((role) => envLoginOf(config, role).file))];
  const faults: string[] = [];
  for (const file of files) {
    // A file that cannot be read is told by the login it should hold.
    const bytes = await envBytes(file).catch(() => undefined);
    if (bytes !== undefined) faults.push(...otherwiseSaid(bytes, config).map((fault) => `${file} ${fault}`));
  }
  const title = "names in env files";
  const wanted = "what the configuration says of database and recipient";
  return [precheckPoint(title, faults.length === 0 ? "found" : "missing", faults.join("; ") || "nothing else", wanted)];
}

async function folderChecks(config: Config): Promise<Point[]> {
  const root = config.orchestrator.runtime_root;
  const folders = ["runs", "approvals", "artifacts", "backups", "rollback", "reports", "locks", "batches"].map((area) =>
    join(root, area),
  );
  const copies = (config.batch?.backup_copies ?? []).map((folder) =>
    check(
      `folder ${folder} for copies of backups`,
      "a folder of another machine that this user can write",
      async () => {
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
        await insistElsewhere(folder, join(root, "backups"));
        return "writable, on another file system than the backups";
      },
    ),
  );
  if (config.machines !== undefined)
    copies.push(
      check("copies of backups", "a folder that outlives each machine", () => {
        insist(judgeCopies(config));
        return Promise.resolve("declared, or no batches here");
      }),
    );
  const own = folders.map((folder) =>
    check(`folder ${folder}`, "a folder this user can write", async () => {
      insistOwnFolders(root, join(folder, "any"));
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return "writable";
    }),
  );
  return Promise.all([...own, ...copies]);
}

async function check(title: string, wanted: string, look: () => Promise<string>): Promise<Point> {
  try {
    return precheckPoint(title, "found", await look(), wanted);
  } catch (error) {
    if (error instanceof Stopped) {
      const state = error.code === "STOP_COULD_NOT_LOOK" ? "could not look" : "missing";
      const { saw, hint } = error.facts;
      return precheckPoint(title, state, saw, hint === undefined ? wanted : `${wanted}: ${hint}`);
    }
    return precheckPoint(title, "missing", codeOf(error, "failed"), wanted);
  }
}
