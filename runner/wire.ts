// Builds the World from a configuration file: the real adapters behind every port of world.ts.
import { backupVault } from "./adapters/backup-vault.ts";
import { credentialOf } from "./adapters/credentials.ts";
import { gpgvVerifier } from "./adapters/gpgv-verifier.ts";
import { folderReporter } from "./adapters/folder-reporter.ts";
import { httpReporter, knowledgeBaseOf } from "./adapters/http-reporter.ts";
import { postgresDatabase } from "./adapters/postgres.ts";
import { relevantObjects } from "./adapters/rights.ts";
import { fileEvents } from "./adapters/run-events.ts";
import { runKey } from "./adapters/run-key.ts";
import { runFiles } from "./adapters/run-files.ts";
import type { ApproverSet } from "./model/approvers.ts";
import type { Config } from "./model/config.ts";
import type { SignatureAnswer, SignatureQuestion } from "./world/signature.ts";
import { signedCounts } from "./looks/row-counts.ts";
import { environmentLooks } from "./looks/facts.ts";
import { environmentScope } from "./rules/environment-hash.ts";
import { insistChain } from "./signatures/approver-chain.ts";
import { verifyWithBoth } from "./signatures/both-verifiers.ts";
import { insistRowsSigned } from "./signatures/signed.ts";
import { everySet, insistOrdersSigned } from "./signatures/signed-orders.ts";
import { readHere } from "./adapters/pinned-host.ts";
import type { Events, World } from "./world.ts";

/** Everything a verb may reach. `runId` chooses the events file; without one, events go nowhere. STOP_DRIFT when a release file differs. */
export async function makeWorld(configFile: string, runId?: string): Promise<World> {
  const { config, here, approvers } = await readHere(configFile);
  const root = config.orchestrator.runtime_root;
  const events: Events = runId ? fileEvents(root, runId) : { emit: () => undefined };
  return {
    config,
    here,
    environment: environmentLooks(environmentScope(relevantObjects())),
    database: postgresDatabase(config, (role) => credentialOf(config, role), {
      onWaiting: (what, seconds) => events.emit({ event: "waiting", what, seconds }),
      key: () => (runId === undefined ? Promise.resolve(undefined) : runKey(config, runId)),
    }),
    files: runFiles(root, config.orchestrator.global_locks_dir),
    counts: signedCounts,
    approvals: {
      insistSigned: async (id, rows, laid) => {
        await insistChain({ set: approvers(), sha: here.approvers_sha }, laid, verifySignature);
        await insistRowsSigned(id, rows, approvers(), verifySignature);
      },
      insistOrders: ordersOnce(config.host, { sha: here.approvers_sha, set: approvers }),
    },
    vault: backupVault(
      config,
      () => credentialOf(config, "backup"),
      (what) => events.emit({ event: "progress", phase: "pre_write_backup", done: 0, of: 0, what }),
    ),
    events,
    reporter: reporterOf(config.reports),
  };
}

/** Good only if OpenPGP.js and gpgv both say so. OpenPGP.js is loaded when something is to be verified: most verbs verify nothing. */
export async function verifySignature(question: SignatureQuestion): Promise<SignatureAnswer> {
  const { openpgpVerifier } = await import("./adapters/openpgp-verifier.ts");
  return verifyWithBoth(openpgpVerifier(), gpgvVerifier(), question);
}

/** Verifies each lift and revocation once in the life of a process: their rows can be added to and not changed. */
function ordersOnce(
  host: string,
  pinned: { readonly sha: string; readonly set: () => ApproverSet },
): World["approvals"]["insistOrders"] {
  const seen = new Set<string>();
  return async (rows, laid) => {
    const anew = rows.filter((row) => !seen.has(`${row.kind} ${row.id}`));
    if (anew.length === 0) return;
    const current = pinned.set();
    await insistChain({ set: current, sha: pinned.sha }, laid, verifySignature);
    await insistOrdersSigned(anew, { host, sets: everySet(laid, current), verify: verifySignature });
    for (const row of anew) seen.add(`${row.kind} ${row.id}`);
  };
}

function reporterOf(reports: Config["reports"]): World["reporter"] {
  const http = knowledgeBaseOf(reports);
  return http === undefined ? folderReporter(reports.folder) : httpReporter(http);
}
