// `precheck`: everything that must be true before a run, looked at as each role and judged all at once.
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import type { Common } from "../cli.ts";
import type { Config } from "../model/config.ts";
import { insist, Stopped } from "../model/stop.ts";
import type { Check } from "../model/events.ts";
import { judgeInstallation, majorOf, neededPrograms } from "../rules/postgres-versions.ts";
import { judgePrechecks, prechecks, type PrecheckFacts } from "../rules/precheck.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import { readHere } from "../wire-here.ts";
import { host } from "../wire-host.ts";
import { looks } from "../wire-precheck.ts";
import { backupLines, backupSelftest } from "./backup-by-hand.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 when every check passed; STOP_PRECHECK_FAILED or STOP_COULD_NOT_LOOK with every failed one. */
export async function precheck(common: Common): Promise<number> {
  const { config } = await host.loadConfig(common.config);
  const others: Check[] = [
    ...(await folderChecks(config)),
    await check("release and approver set", "as pinned", async () => {
      await readHere(common.config);
      return "as pinned";
    }),
  ];
  others.push(
    await check("backup public key", "a key that can encrypt now", async () => {
      const recipient = await looks.loadRecipient(
        config.backup.recipient_public_key,
        config.backup.recipient_fingerprint,
        new Date(),
      );
      return `${recipient.fingerprint}, subkey ${recipient.subkey.slice(-16)}`;
    }),
  );
  const facts = await looks.collectDatabaseFacts(config);
  others.push(...(await programChecks(config, facts.sessions)));
  // The programs and the key may each be there and a backup still not come back: only the whole way, restore included, tells.
  others.push(
    await check("backup selftest", "a backup that is taken, restored and compared", async () =>
      backupLines("selftest", await backupSelftest((await makeWorld(common.config)).vault)).join("; "),
    ),
  );
  const checks = prechecks({ ...facts, others });
  for (const item of checks) {
    if (common.json) printJson({ event: "check", ...item });
    const mark = item.outcome === "passed" ? "ok    " : item.outcome === "failed" ? "FAILED" : "?     ";
    process.stderr.write(`${mark}  ${printable(`${item.name}: ${item.saw}`)}\n`);
  }
  insist(judgePrechecks(checks));
  return 0;
}

/** Each program with its major, then all of them against the source: a wrong one is told before the dump, with the package to install. */
async function programChecks(
  { backup: { adapter, postgres_bin: bin } }: Config,
  sessions: PrecheckFacts["sessions"],
): Promise<Check[]> {
  const majors: Record<string, number> = {};
  const checks: Check[] = [];
  for (const name of neededPrograms(adapter)) {
    checks.push(
      await check(
        `program ${name}`,
        "PostgreSQL programs of one installation",
        async () => `major ${(majors[name] = await looks.majorVersion(join(bin, name)))}`,
      ),
    );
  }
  const server = sessions.flatMap((session) =>
    "identity" in session ? [majorOf(session.identity.server_version_num)] : [],
  )[0];
  if (server === undefined || checks.some(({ outcome }) => outcome !== "passed")) return checks;
  const verdict = judgeInstallation({ programs: majors, source: server, adapter });
  const [name, wanted] = ["programs and server", `programs of PostgreSQL ${server} or later`];
  return [
    ...checks,
    verdict === undefined
      ? { name, wanted, outcome: "passed", saw: `programs ${majors["pg_dump"] ?? "?"}, server ${server}` }
      : {
          name,
          outcome: "failed",
          saw: verdict.facts.saw,
          wanted: [verdict.facts.wanted, verdict.facts.hint].filter(Boolean).join(": "),
        },
  ];
}

async function folderChecks(config: Config): Promise<Check[]> {
  const root = config.orchestrator.runtime_root;
  const folders = ["runs", "approvals", "artifacts", "backups", "rollback", "reports", "locks", "batches"].map((area) =>
    join(root, area),
  );
  return Promise.all(
    folders.map((folder) =>
      check(`folder ${folder}`, "a folder this user can write", async () => {
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
        return "writable";
      }),
    ),
  );
}

async function check(name: string, wanted: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, wanted, outcome: "passed", saw: await look() };
  } catch (error) {
    if (error instanceof Stopped)
      return {
        name,
        wanted,
        outcome: error.code === "STOP_COULD_NOT_LOOK" ? "could_not_look" : "failed",
        saw: error.facts.saw,
      };
    const code = error instanceof Error && "code" in error ? String(error.code) : "failed";
    return { name, wanted, outcome: "failed", saw: code };
  }
}
