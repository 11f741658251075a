// What can be asked of a sandbox besides bringing it up: how it stands, its shell exports, its end.
import { chmodSync, existsSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Stopped } from "../../runner/model/stop.ts";
import { exclusively } from "../frame/exclusive.ts";
import { lastRun } from "./last-run.ts";
import { childrenOf, endProcess, sandboxProcesses, serverWorkers, stillRuns } from "./own-process.ts";
import { placeOf, type Place } from "./place.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { sshCommandLine } from "../../infra/ssh/line.ts";
import { sandboxStackPlace } from "../stack/stack.ts";
import { defaultPulumiHome } from "../toolchain/pulumi-home.ts";
import { sshAddress } from "./sshd.ts";
import { readState, writeState, type OwnProcess, type SandboxState } from "./state-file.ts";

/** A sandbox as its files tell; nothing is started. STOP_COULD_NOT_LOOK when there is none in `folder`. */
export function existingSandbox(folder: string): { place: Place; state: SandboxState } {
  const state = readState(join(folder, "state.json"));
  if (!state)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `no sandbox in ${folder}`,
      wanted: "one made before",
      next: "npm run sandbox -- up",
    });
  return { state, place: placeOf(realpathSync(folder), state.short) };
}

/** What the engine needs to be called by hand on the sandbox's stack: `pulumi preview --stack sandbox` in this project's folder. */
function engineVariables(): Readonly<Record<string, string>> {
  const { backendUrl, passphraseFile, stack } = sandboxStackPlace();
  return {
    PULUMI_HOME: defaultPulumiHome(),
    PULUMI_BACKEND_URL: backendUrl,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_STACK: stack,
  };
}

/** Shell exports for checks from outside; values are quoted, commands are single words. */
export const environmentLines = (place: Place): string[] =>
  Object.entries(environmentValues(place)).map(
    ([name, value]) => `export ${name}=${value === "" ? "''" : shellWord(value)}`,
  );

/** The same as values; empty where nothing is there yet. */
export function environmentValues(place: Place): Readonly<Record<string, string>> {
  const { runId, documentId } = lastRun(join(place.runtimeRoot, "runs"));
  return {
    CUTTER_ROOT: place.runtimeRoot,
    CUTTER_PSQL: join(place.binFolder, "psql-super"),
    CUTTER_PSQL_EXEC: join(place.binFolder, "psql-exec"),
    CUTTER_BIN: place.launcher,
    CUTTER_RUN_ID: runId,
    CUTTER_DOCUMENT_ID: documentId,
    CUTTER_SSH: sshCommand(place),
    ...engineVariables(),
  };
}

/** The full ssh command line of the host; its paths are short and hold no blank. Empty before the first `up`. */
function sshCommand(place: Place): string {
  const { ssh } = readState(place.stateFile) ?? { ssh: null };
  return ssh ? sshCommandLine(sshAddress(place.sshFolder, ssh.port)).join(" ") : "";
}

/** Processes of the sandbox that live now: the remembered server and whatever else runs from its folders. */
export function livingProcesses(place: Place, state: SandboxState): OwnProcess[] {
  const server = state.processes.postgres;
  const sshd = state.ssh?.process;
  const others = sandboxProcesses(place).filter(({ pid }) => pid !== server?.pid && pid !== sshd?.pid);
  const sessions = sshd && stillRuns(sshd) ? childrenOf(sshd.pid) : [];
  return [
    ...others,
    ...sessions,
    ...[sshd, server].filter((known) => known !== undefined && known !== null).filter(stillRuns),
  ];
}

/**
 * Ends every process of the sandbox, runners before the server, and returns what it ended; data stays. SIGINT is
 * PostgreSQL's fast shutdown: it ends
 * sessions and leaves a clean cluster.
 */
export async function takeDown(folder: string, serverSignal: NodeJS.Signals = "SIGINT"): Promise<OwnProcess[]> {
  const { place } = existingSandbox(folder);
  return await exclusively(folder, async () => {
    const { state } = existingSandbox(folder);
    const living = livingProcesses(place, state);
    for (const found of living) await endProcess(found, isServer(found) ? serverSignal : "SIGTERM");
    // Left by a server that was killed from outside.
    for (const worker of serverWorkers(place.dataFolder)) await endProcess(worker);
    writeState(place.stateFile, { ...state, processes: { postgres: null }, ssh: null });
    return living;
  });
}

/** Ends the sandbox and deletes its folders, the database with them. Earlier ones that were put aside stay. */
export async function removeSandbox(folder: string): Promise<string[]> {
  const { place } = existingSandbox(folder);
  // Immediate: nobody keeps what a checkpoint would write.
  await takeDown(folder, "SIGQUIT");
  const gone = [
    place.shortHost,
    place.shortDatabase,
    join(place.folder, "host"),
    place.operatorFolder,
    place.approversFolder,
  ].filter((path) => existsSync(path));
  for (const path of gone) {
    chmodSync(path, 0o700);
    rmSync(path, { recursive: true });
  }
  rmSync(place.stateFile);
  return gone;
}

function isServer({ command }: OwnProcess): boolean {
  return /(?:^|\/)postgres /.test(`${command} `);
}
