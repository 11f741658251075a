// A host of one test that speaks as the test wants: a real sshd, shell and cutter, one open run on disk, no database behind it.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { stringify as stringifyYaml } from "yaml";
import { sha256 } from "../../runner/model/canonical.ts";
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
  /** An approver's profile on the operator's machine. */
  readonly profile: string;
  /** The start-up file of the shell that ssh starts. */
  startUp(text: string): void;
  /** Whatever stands in for the host's cutter; without text the real one. */
  cutter(text?: string): void;
  /** The host's cutter answers every call with these bytes in a whole frame, and says the rest to people. */
  says(answer: string, more?: { readonly status?: number; readonly toPeople?: string }): void;
  ask(name: string, ...words: string[]): Promise<ScriptAnswer>;
  /** The same, with the most memory the program held at once, MiB. */
  measure(name: string, ...words: string[]): Promise<Measured>;
  stop(): Promise<void>;
}

export interface Measured {
  readonly status: number;
  readonly stderr: string;
  readonly peak: number;
  readonly seconds: number;
}

/** Begin of the frame of a call, for a host that lies: the call's token is the second word. */
export const FRAME_BEGINS = `printf '\\n-----BEGIN CUTTER ANSWER %s-----\\n' "$2"; `;

const SAYS = `import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
const [folder, status, token] = process.argv.slice(2);
const answer = readFileSync(folder + "/answer");
const begin = "\\n-----BEGIN CUTTER ANSWER " + token + "-----\\n";
process.stderr.write(begin + readFileSync(folder + "/to-people", "utf8"));
const sha = createHash("sha256").update(answer).digest("hex");
process.stdout.write(begin);
process.stdout.write(answer);
process.stdout.write("\\n-----END CUTTER ANSWER " + token + " " + answer.length + " bytes, sha256 " + sha + ", status " + status + "-----\\n");
process.exitCode = Number(status);
`;

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
    stringifyYaml({
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
    profile: layProfile(folder),
    startUp: (text) => writeFileSync(join(home, ".bashrc"), text),
    cutter,
    says: (answer, { status = 0, toPeople = "" } = {}) => {
      writeFileSync(join(folder, "answer"), answer);
      writeFileSync(join(folder, "to-people"), toPeople);
      writeFileSync(join(folder, "says.mjs"), SAYS);
      cutter(`exec ${process.execPath} ${join(folder, "says.mjs")} ${folder} ${status} "$2"`);
    },
    ask: (name, ...words) => clone.script(name, ...words, "--stack", stackFile),
    measure: (name, ...words) => measured(folder, clone.line(name, ...words, "--stack", stackFile)),
    stop: async () => {
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function layProfile(folder: string): string {
  const approvers = join(import.meta.dirname, "..", "golden", "approvers.json");
  const profile = {
    person: "linh",
    approvers_file: approvers,
    approvers_sha: sha256(readFileSync(approvers)),
    host: "spoken-host",
    sandbox: false,
    memory_file: join(folder, "memory.json"),
  };
  writeFileSync(join(folder, "profile.json"), JSON.stringify(profile));
  return join(folder, "profile.json");
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

// Asked of the program itself as it ends: what it held at most, by the kernel's account.
async function measured(folder: string, [node, ...words]: readonly [string, ...string[]]): Promise<Measured> {
  const told = join(folder, "peak");
  const preload = join(folder, "preload.mjs");
  writeFileSync(
    preload,
    `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  const began = Date.now();
  const { exitCode, stderr } = await execa(node, ["--import", preload, ...words], { reject: false, stdin: "ignore" });
  return {
    status: exitCode ?? -1,
    stderr,
    peak: Number(readFileSync(told, "utf8")) / 1024,
    seconds: (Date.now() - began) / 1000,
  };
}
