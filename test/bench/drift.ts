// `npm run drift` against `ansible-playbook --check --diff` over the same facts of the same host, in turn; prints times, ratios and
// connections, never judges. Before measuring, both must call the host clean, and both must tell the same planted differences.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { declareHost } from "../../infra/host-spec.ts";
import { readSources } from "../../infra/sources.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { projectRoot } from "../../infra/place.ts";
import { rounds } from "../support/bench-ground.ts";
import { writeDriftPlaybook } from "../support/drift-playbook.ts";
import { cloneOf } from "../support/host-clone.ts";
import { provisionedHost } from "../support/provisioned-host.ts";
import { treeDigest } from "../support/tree-digest.ts";

const ROUNDS = rounds(3);

interface Measure {
  readonly seconds: number;
  readonly logins: number;
  readonly differs: number;
  /** What the side printed, to be read when the two do not agree. */
  readonly told: string;
}

const playbookProgram = programPath("ansible-playbook");
if (playbookProgram === undefined) {
  console.log(
    "ansible-playbook is not there; install it with: apt-get install -y --no-install-recommends ansible-core",
  );
  process.exit(1);
}
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

// Ansible splits its ssh options at blanks.
const folder = mkdtempSync("/tmp/playbook-");
const host = await provisionedHost({ release: "built" });
try {
  const foreign = join(host.folder, "iu-cutter");
  const config = { ...host.config, untouched: [{ path: foreign, sha256: treeDigest(foreign) }] };
  host.declare({ untouched: config.untouched });
  const left = await host.up();
  if (left.length > 0) throw new Error("the host is not as declared after up");
  const sources = await readSources(config, projectRoot(), new Date());
  const looked = writeDriftPlaybook(folder, config, declareHost(config, sources), sources);
  // Nobody's own settings: an empty file.
  writeFileSync(join(folder, "ansible.cfg"), "");
  const clone = cloneOf(host);
  const ways: Readonly<Record<string, () => Promise<Measure>>> = {
    "npm run drift": () => drift(clone.folder),
    "ansible-playbook --check --diff": () => ansible(false),
    "the same with pipelining": () => ansible(true),
  };
  console.log(
    `the same facts for both: ${Object.entries(looked)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", ")}`,
  );
  await plantAndCompare(config.runtime.root, clone.folder);
  const measured = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as Measure[]]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, way] of Object.entries(ways)) measured[name]?.push(await way());
  report(measured);
} finally {
  await host?.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** Seconds, logins and told differences of one run of the whole command, npm and the check of the build included. */
async function drift(cwd: string): Promise<Measure> {
  const [start, before] = [performance.now(), host.sshd.logins()];
  const done = await execa("npm", ["run", "--silent", "drift", "--", "--json"], {
    cwd,
    reject: false,
    stdin: "ignore",
  });
  if (done.exitCode !== 0 && done.exitCode !== 7)
    throw new Error(`drift ended with ${done.exitCode ?? -1}: ${done.stderr}`);
  const { drift: lines } = JSON.parse(done.stdout) as { drift: unknown[] };
  return {
    seconds: (performance.now() - start) / 1_000,
    logins: host.sshd.logins() - before,
    differs: lines.length,
    told: done.stdout,
  };
}

/** The same of one cold run of the playbook; the master connection Ansible leaves behind is ended outside the measure. */
async function ansible(pipelining: boolean): Promise<Measure> {
  const control = join(folder, "control");
  const [start, before] = [performance.now(), host.sshd.logins()];
  const done = await execa(
    playbookProgram ?? "",
    ["-v", "--check", "--diff", "-i", join(folder, "inventory"), join(folder, "playbook.json")],
    {
      reject: false,
      stdin: "ignore",
      cwd: folder,
      env: {
        ANSIBLE_CONFIG: join(folder, "ansible.cfg"),
        ANSIBLE_LOCAL_TEMP: join(folder, "local"),
        ANSIBLE_SSH_CONTROL_PATH_DIR: control,
        ANSIBLE_SSH_CONTROL_PATH: "%(directory)s/c",
        ANSIBLE_PIPELINING: String(pipelining),
        // Ansible's own default of the first three options, then the pinned host.
        ANSIBLE_SSH_ARGS: `-C -o ControlMaster=auto -o ControlPersist=60s -F none -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${join(folder, "known_hosts")}`,
      },
    },
  );
  const seconds = (performance.now() - start) / 1_000;
  await execa("ssh", ["-O", "exit", "-o", `ControlPath=${join(control, "c")}`, host.config.connection.host], {
    reject: false,
  });
  const recap = /ok=(\d+) +changed=(\d+) +unreachable=0 +failed=0/.exec(done.stdout);
  if (done.exitCode !== 0 || recap === null)
    throw new Error(`ansible-playbook ended with ${done.exitCode ?? -1}\n${done.stdout}\n${done.stderr}`);
  return { seconds, logins: host.sshd.logins() - before, differs: Number(recap[2]), told: done.stdout };
}

/** A comparison is fair only when both sides look: both call a clean host clean, and both tell two planted differences. The playbook is one, so it is asked once. */
async function plantAndCompare(root: string, cwd: string): Promise<void> {
  let told = "";
  const toldByBoth = async (): Promise<number[]> => {
    const sides = [await drift(cwd), await ansible(true)];
    told += sides.map((side) => side.told).join("\n");
    return sides.map((side) => side.differs);
  };
  const clean = await toldByBoth();
  chmodSync(join(root, "runs"), 0o777);
  await host.sql("REVOKE SELECT ON cutter_governance.verify_result FROM cutter_exec");
  const planted = await toldByBoth();
  console.log(`differences told of a clean host: ${clean.join(", ")}; of one with two planted: ${planted.join(", ")}`);
  if (clean.some((count) => count !== 0) || planted.some((count) => count !== 2))
    throw new Error(`the sides do not look at the same facts\n${told}`);
  await host.up();
}

function report(measured: Readonly<Record<string, readonly Measure[]>>): void {
  const seconds = Object.fromEntries(
    Object.entries(measured).map(([name, all]) => [name, median(all.map((one) => one.seconds))]),
  );
  const ours = seconds["npm run drift"] ?? Number.NaN;
  for (const [name, all] of Object.entries(measured)) {
    const [took, logins] = [seconds[name] ?? Number.NaN, all.map((one) => one.logins)];
    console.log(
      `${name.padEnd(34)} ${took.toFixed(2)} s (median of ${all.length}), ${Math.min(...logins)}-${Math.max(...logins)} ssh connections${name === "npm run drift" ? "" : `; drift takes ${(ours / took).toFixed(3)} of it (1/${(took / ours).toFixed(1)})`}`,
    );
  }
}
