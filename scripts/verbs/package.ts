// `npm run package -- show|apply|undo <name>`: one database package by hand. `show` prints the exact SQL that is acknowledged. `undo` takes
// the scheduler's database back as well, which `up` lays with package batch.
import { join } from "node:path";
import { Argument } from "commander";
import type { StackConfig } from "../../infra/config.ts";
import { packageComponent } from "../../infra/database-spec.ts";
import { declareHost, engineOf, psqlPlace } from "../../infra/host-spec.ts";
import { renderEngineUndo } from "../../infra/render/engine-database.ts";
import { renderUndo } from "../../infra/render/package.ts";
import { readSources } from "../../infra/sources.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printableLines } from "../../runner/rules/text-hygiene.ts";
import { PACKAGES, readPackage, type PackageName } from "../../infra/packages.ts";
import { readStackConfig } from "../stack/stack-config.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { runOnHost } from "../../infra/ssh/script.ts";
import { projectRoot } from "../../infra/place.ts";
import { openNamedStack, stackOption } from "../stack/stack.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

const LIMIT_SECONDS = 300;
/** What `undo` calls the scheduler's database. */
const ENGINE = "engine";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

function show(name: PackageName, json: boolean): Promise<number> {
  const { sql } = readPackage(name, join(projectRoot(), "sql", "packages"));
  if (json) printJson({ package: name, sha256: sha256(sql), sql });
  else process.stdout.write(sql);
  // On stderr, so that `show … | sha256sum` gives the same digest.
  process.stderr.write(
    `sha256 ${sha256(sql)}\nto acknowledge it: set cutter:database.ack.${name} to this digest in Pulumi.<stack>.yaml\n`,
  );
  return Promise.resolve(0);
}

async function onStack(
  { stack, json }: Options,
  name: PackageName | typeof ENGINE,
  scriptFor: (config: StackConfig) => Promise<string>,
): Promise<number> {
  const config = await readStackConfig(await openNamedStack(stack));
  const answer = await runOnHost(config.connection, await scriptFor(config), LIMIT_SECONDS);
  const said = printableLines(`${answer.stdout}${answer.stderr}`).trim();
  const open = /^STOP_RUN_OPEN (\S+)/m.exec(answer.stderr)?.[1];
  if (open !== undefined)
    throw new Stopped("STOP_RUN_OPEN", {
      saw: `run ${open} is open on the host`,
      wanted: "no open run while a package changes",
      next: "npm run status",
    });
  if (answer.status !== 0)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `package ${name}: the host's script ended with status ${answer.status}`,
      wanted: "a package that holds",
      details: said.split("\n").slice(-8),
    });
  if (json) printJson({ package: name, stack, said: said.split("\n") });
  else process.stdout.write(`${said}\n`);
  return 0;
}

async function applyScript(config: StackConfig, name: PackageName): Promise<string> {
  const sources = await readSources(config, projectRoot(), new Date());
  const declared = declareHost(config, sources).components.find((one) => one.name === packageComponent(name));
  if (declared === undefined)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `package ${name} is not in cutter:database.packages`,
      wanted: "a package this stack shall have",
    });
  if (sources.packages.find((one) => one.name === name)?.allowed !== true)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `the SQL of package ${name} is not acknowledged`,
      wanted: `cutter:database.ack.${name}`,
      next: `npm run package -- show ${name}`,
    });
  return declared.script;
}

async function undoScript(config: StackConfig, name: PackageName): Promise<string> {
  const sources = await readSources(
    { ...config, database: { ...config.database, packages: [name] } },
    projectRoot(),
    new Date(),
  );
  const declared = sources.packages[0];
  if (declared === undefined)
    throw new Stopped("STOP_PRECHECK_FAILED", { saw: `no package ${name}`, wanted: PACKAGES.join(", ") });
  return renderUndo(declared, psqlPlace(config));
}

async function engineUndoScript(config: StackConfig): Promise<string> {
  const engine = engineOf(config, await readSources(config, projectRoot(), new Date()));
  if (engine !== null) return renderEngineUndo(engine);
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: "cutter:orchestrator.content.batch is not set",
    wanted: "the stack of a host that does batches",
  });
}

const program = programNamed("package", "one database package by hand");
const verb = <Name extends string>(
  [word, names]: readonly [string, readonly Name[]],
  description: string,
  work: (options: Options, name: Name) => Promise<number>,
): void => {
  program
    .command(word)
    .description(description)
    .addArgument(new Argument("<name>", "package").choices(names))
    .addOption(stackOption())
    .option("--json", "one object on stdout", false)
    .action((name: Name, options: Options) => runProgram(() => work(options, name)));
};
verb(["show", PACKAGES], "print the SQL exactly as it is applied, and its sha256", ({ json }, name) =>
  show(name, json),
);
verb(["apply", PACKAGES], "lay one acknowledged package, or repair it", (options, name) =>
  onStack(options, name, (config) => applyScript(config, name)),
);
verb(
  ["undo", [...PACKAGES, ENGINE] as const],
  "take one package back by its own undo, or the scheduler's database, `engine`",
  (options, name) =>
    onStack(options, name, (config) => (name === ENGINE ? engineUndoScript(config) : undoScript(config, name))),
);
await program.parseAsync();
