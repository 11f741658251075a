// A host of one test that speaks as the test wants: a real sshd, shell and cutter, one open run on disk, no database behind it.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { YAML } from "zx";
import { stateJson } from "../../runner/rules/run-state.ts";
import { renderConfig } from "../../scripts/sandbox/host-config.ts";
import { placeOf, RUNTIME_AREAS } from "../../scripts/sandbox/place.ts";
import { minute, recordsThrough, receipt, requests, RUN_ID, runRow } from "./recorded-run.ts";
import { startThrowAwaySshd } from "./throw-away-sshd.ts";
import type { OperatorClone, ScriptAnswer } from "./operator-clone.ts";

/** The host, and what an operator asks it. */
export interface SpokenHost {
  readonly runtimeRoot: string;
  readonly stackFile: string;
  /** The start-up file of the shell that ssh starts. */
  startUp(text: string): void;
  /** Whatever stands in for the host's cutter; without text the real one. */
  cutter(text?: string): void;
  ask(name: string, ...words: string[]): Promise<ScriptAnswer>;
  stop(): Promise<void>;
}

/** `clone` is the operator's, and lends the host its built cutter. */
export async function spokenHost(clone: OperatorClone): Promise<SpokenHost> {
  const folder = mkdtempSync(join(tmpdir(), "spoken-host-"));
  const home = join(folder, "home");
  mkdirSync(home);
  // bash reads the start-up file of the home it is told, as sshd starts it.
  const sshd = await startThrowAwaySshd([`SetEnv HOME=${home}`]);
  const place = placeOf(folder, { host: folder, database: folder });
  for (const area of RUNTIME_AREAS) mkdirSync(join(place.runtimeRoot, area), { recursive: true });
  mkdirSync(dirname(place.configFile), { recursive: true });
  writeFileSync(place.configFile, configOf(folder));
  layRun(place.runtimeRoot);
  const launcher = join(folder, "cutter");
  const cutter = (text?: string): void => {
    const real = `exec ${process.execPath} ${join(clone.folder, "dist", "runner", "cutter.mjs")} --config ${place.configFile} "$@"`;
    writeFileSync(launcher, `#!/bin/bash\n${text ?? real}\n`);
    chmodSync(launcher, 0o755);
  };
  cutter();
  writeFileSync(join(folder, "key"), sshd.privateKey, { mode: 0o600 });
  const stackFile = join(folder, "Pulumi.spoken.yaml");
  writeFileSync(
    stackFile,
    YAML.stringify({
      config: {
        "cutter:connection": {
          host: sshd.host,
          port: sshd.port,
          user: sshd.user,
          privateKeyFile: join(folder, "key"),
          hostKey: sshd.hostKey,
          sudo: false,
          dialSeconds: 5,
        },
        "cutter:runtime": { root: place.runtimeRoot, owner: sshd.user },
        "cutter:release": { launcher },
      },
    }),
  );
  return {
    runtimeRoot: place.runtimeRoot,
    stackFile,
    startUp: (text) => writeFileSync(join(home, ".bashrc"), text),
    cutter,
    ask: (name, ...words) => clone.script(name, ...words, "--stack", stackFile),
    stop: async () => {
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string): string {
  return renderConfig({
    place: placeOf(folder, { host: folder, database: folder }),
    host: "spoken-host",
    database: { host: folder, port: 5432, name: "nowhere", systemIdentifier: "7000000000000000000" },
    approversSha: "0".repeat(64),
    recipient: "0".repeat(40),
    postgresBin: "/usr/bin",
    scratchUser: null,
  });
}

function layRun(root: string): void {
  const { sg1, execution } = requests();
  const asked = [sg1, execution].map(({ gate, payload_sha, approve_by }) => ({
    gate,
    bundle: `/r/${gate}-1`,
    payload_sha,
    approve_by,
  }));
  const state = stateJson({
    revision: 6,
    run: runRow("awaiting_cut_authorization", { last_stop: "STOP_APPROVAL_REQUIRED" }),
    phases: recordsThrough("grant_probe"),
    proves: {},
    admissions: [],
    halts: [],
    receipts: [receipt(1, minute(4))],
    requests: asked,
    last_error: null,
    phase_cap_seconds: 600,
    now: minute(20),
  });
  mkdirSync(join(root, "runs", RUN_ID));
  writeFileSync(join(root, "runs", RUN_ID, "state.json"), JSON.stringify(state));
}
