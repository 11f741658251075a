// `npm run doctor`: what this machine has and lacks, all at once, with the one line that installs it. Changes nothing.
import { statfsSync } from "node:fs";
import { availableParallelism, freemem, tmpdir } from "node:os";
import { installLine, missingPrograms, postgresBin, programPath, PROGRAMS } from "../build/programs.mjs";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { projectRoot } from "../../infra/place.ts";
import { STOPS } from "../../runner/model/stop.ts";
import { findGo } from "../toolchain/build-engine.ts";
import { defaultPulumiHome, engineFolder, engineIsPresent } from "../toolchain/pulumi-home.ts";
import { ENGINE_VERSION } from "../toolchain/versions.ts";

const MEGABYTE = 1024 * 1024;
// Measured on a fresh clone: node_modules, dist/, one cluster with the substrate, backups of a few runs.
const NEEDS = { projectMegabytes: 400, temporaryMegabytes: 300, memoryMegabytes: 700 };

interface Finding {
  readonly ok: boolean;
  readonly line: string;
}

function programs(): Finding[] {
  const bin = postgresBin();
  const missing = new Set(missingPrograms().map(({ name }) => name));
  return PROGRAMS.map(({ name, debian, why, postgres }) => {
    if (missing.has(name)) return { ok: false, line: `${name} is missing: it ${why} (Debian package ${debian})` };
    return { ok: true, line: `${name} ${postgres ? (bin ?? "") : (programPath(name) ?? "")}` };
  });
}

function space(name: string, folder: string, wanted: number): Finding {
  const facts = statfsSync(folder);
  const free = Math.floor((facts.bavail * facts.bsize) / MEGABYTE);
  return { ok: free >= wanted, line: `${name} ${folder}: ${free} MB free, ${wanted} MB needed` };
}

function machine(): Finding[] {
  const memory = Math.floor(freemem() / MEGABYTE);
  return [
    { ok: true, line: `node ${process.versions.node} ${process.execPath}` },
    {
      ok: true,
      line: `${process.getuid?.() === 0 ? "root: the runner runs as root, PostgreSQL as user postgres" : "ordinary user: everything runs as you"}; ${availableParallelism()} cores`,
    },
    { ok: memory >= NEEDS.memoryMegabytes, line: `memory: ${memory} MB free, ${NEEDS.memoryMegabytes} MB needed` },
    space("disk", projectRoot(), NEEDS.projectMegabytes),
    space("disk", tmpdir(), NEEDS.temporaryMegabytes),
  ];
}

// A download is tried first, so without Go it is not sure that anything is missing.
function engine(): Finding {
  const home = defaultPulumiHome();
  if (engineIsPresent(home)) return { ok: true, line: `Pulumi engine ${ENGINE_VERSION} ${engineFolder(home)}` };
  const go = findGo();
  if (go !== undefined)
    return {
      ok: true,
      line: `Pulumi engine ${ENGINE_VERSION}: downloaded at the first start, or built by ${go} in about 5 minutes`,
    };
  return {
    ok: true,
    line: `Pulumi engine ${ENGINE_VERSION}: downloaded at the first start; where that is not possible install Go 1.25 or newer (https://go.dev/dl), which builds it`,
  };
}

// Measured on two cores; the engine is the one part that may take long, and only once a machine.
const duration = (): string =>
  engineIsPresent(defaultPulumiHome())
    ? "about 2 minutes"
    : "about 3 minutes the first time, 8 where the Pulumi engine has to be built";

function tell(json: boolean): Promise<number> {
  const findings = [...machine(), ...programs(), engine()];
  const missing = missingPrograms();
  const ready = findings.every(({ ok }) => ok);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ ready, findings, install: missing.length === 0 ? null : installLine(missing) })}\n`,
    );
  else tellPeople(findings, ready);
  return Promise.resolve(ready ? 0 : STOPS.STOP_PRECHECK_FAILED.exit);
}

function tellPeople(findings: readonly Finding[], ready: boolean): void {
  const lines = findings.map(({ ok, line }) => `${ok ? "ok      " : "MISSING "}${line}`);
  if (process.platform === "darwin")
    lines.push("macOS   plan, approve, unit tests and preview of a Linux host work here; the sandbox host needs Linux");
  const missing = missingPrograms();
  if (missing.length > 0) lines.push(`install all of it: ${installLine(missing)}`);
  lines.push(ready ? `ready: npm start takes ${duration()}` : "not ready: mend the lines marked MISSING");
  process.stdout.write(`${lines.join("\n")}\n`);
}

programNamed("doctor", "what this machine has and lacks, with the one line that installs it; changes nothing")
  .option("--json", "one object on stdout", false)
  .action(({ json }: { json: boolean }) => runProgram(() => tell(json), { aboutRun: false, anyEnvironment: true }))
  .parse();
