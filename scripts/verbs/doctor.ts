// `npm run doctor`: what this machine has and lacks, all at once, with the one line that installs it. Changes nothing.
import { statfsSync } from "node:fs";
import { availableParallelism, freemem, tmpdir } from "node:os";
import { installLine, missingPrograms, platformNote, postgresBin, programPath, PROGRAMS } from "../build/programs.mjs";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { projectRoot } from "../../infra/place.ts";
import { found, inPart, missing, type Finding, type Point } from "../../runner/model/point.ts";
import { STOPS } from "../../runner/model/stop.ts";
import { allFound, checklistLines, printPoints } from "../../runner/terminal/checklist.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { findGo } from "../toolchain/build-engine.ts";
import { defaultPulumiHome, engineFolder, engineIsPresent } from "../toolchain/pulumi-home.ts";
import { ENGINE_VERSION } from "../toolchain/versions.ts";

const MEGABYTE = 1024 * 1024;
// Measured on a fresh clone: node_modules, dist/, one cluster with the substrate, backups of a few runs.
const NEEDS = { projectMegabytes: 400, temporaryMegabytes: 300, memoryMegabytes: 700 };

function programs(): Finding[] {
  const bin = postgresBin();
  const lacking = new Set(missingPrograms().map(({ name }) => name));
  return PROGRAMS.map(({ name, debian, why, postgres }) =>
    lacking.has(name)
      ? { ...missing(name, `not there; it ${why}`), wanted: `Debian package ${debian}` }
      : found(name, (postgres ? bin : programPath(name)) ?? ""),
  );
}

/** Room in megabytes against what is needed. */
const room = (title: string, free: number, needed: number): Finding =>
  free >= needed ? found(title, `${free} MB free`) : { ...missing(title, `${free} MB free`), wanted: `${needed} MB` };

function diskRoom(folder: string, needed: number): Finding {
  const facts = statfsSync(folder);
  return room(`disk ${folder}`, Math.floor((facts.bavail * facts.bsize) / MEGABYTE), needed);
}

function machine(): Finding[] {
  const user =
    process.getuid?.() === 0
      ? "root: the runner runs as root, PostgreSQL as user postgres"
      : "ordinary user: everything runs as you";
  return [
    found(`node ${process.versions.node}`, process.execPath),
    found("user", `${user}; ${availableParallelism()} cores`),
    room("memory", Math.floor(freemem() / MEGABYTE), NEEDS.memoryMegabytes),
    diskRoom(projectRoot(), NEEDS.projectMegabytes),
    diskRoom(tmpdir(), NEEDS.temporaryMegabytes),
  ];
}

// A download is tried first, so without Go it is not sure that anything is missing.
function engine(): Finding {
  const home = defaultPulumiHome();
  const go = findGo();
  const saw = engineIsPresent(home)
    ? engineFolder(home)
    : go !== undefined
      ? `downloaded at the first start, or built by ${go} in about 5 minutes`
      : "downloaded at the first start; where that is not possible install Go 1.25 or newer (https://go.dev/dl), which builds it";
  return found(`Pulumi engine ${ENGINE_VERSION}`, saw);
}

// Measured on two cores; the engine is the one part that may take long, and only once a machine.
const duration = (): string =>
  engineIsPresent(defaultPulumiHome())
    ? "about 2 minutes"
    : "about 3 minutes the first time, 8 where the Pulumi engine has to be built";

function tell(json: boolean): Promise<number> {
  const points: Point[] = [...inPart("this machine", machine()), ...inPart("programs", [...programs(), engine()])];
  const lacking = missingPrograms();
  const install = lacking.length === 0 ? undefined : installLine(lacking);
  if (json) {
    printPoints(points);
    printJson({ event: "next", command: install ?? null });
  } else {
    const lines = [...checklistLines(points), ""];
    const note = platformNote();
    if (note !== undefined) lines.push(note);
    if (install !== undefined) lines.push(`install all of it: ${install}`);
    lines.push(allFound(points) ? `ready: npm start takes ${duration()}` : "not ready: mend the lines marked MISSING");
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return Promise.resolve(allFound(points) ? 0 : STOPS.STOP_PRECHECK_FAILED.exit);
}

programNamed("doctor", "what this machine has and lacks, with the one line that installs it; changes nothing")
  .option("--json", "NDJSON on stdout", false)
  .action(({ json }: { json: boolean }) => runProgram(() => tell(json), { aboutRun: false, anyEnvironment: true }))
  .parse();
