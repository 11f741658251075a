// One look for readiness: everything drift looks at, the records of the database, and the same witnesses before and
// after, over one connection.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Stopped } from "../runner/model/stop.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { runOnHost } from "./ssh/script.ts";
import type { StackConfig } from "./config.ts";
import { drift, type DriftLine, type Facts, type Spec } from "./drift.ts";
import { factsOf } from "./facts.ts";
import { readSurroundings } from "./adopted-facts.ts";
import { declareHost, psqlPlace, type DeclaredHost } from "./host-spec.ts";
import { allLines } from "./look.ts";
import { readAnswers, type LookAnswer } from "./probe.ts";
import { LOOKS, probeLooks, renderLooks, type LookName } from "./render/probe.ts";
import { READINESS_LOOKS, readinessLooks, type ReadinessLook, type ReadinessStatements } from "./render/readiness.ts";
import type { Sources } from "./sources.ts";

const LIMIT_SECONDS = 90;

/** What the host is declared to be and what it is; `faults` names, by look, what could not be read, whose facts mean nothing. */
export interface DeclaredLook {
  readonly spec: Spec;
  readonly facts: Facts;
  readonly lines: readonly DriftLine[];
  readonly faults: Readonly<Partial<Record<LookName, string>>>;
}

/** Everything one connection told. */
export interface ReadinessAnswer {
  readonly declared: DeclaredLook;
  readonly others: Readonly<Record<ReadinessLook, LookAnswer>>;
}

// What a look that failed is read as; its facts are not used.
const NOTHING: Partial<Record<LookName, string>> = { node: "absent", config: '"no file"', database: "no psql" };

/** Dials once. STOP_COULD_NOT_LOOK when the host does not answer; a look that fails on a host that does is a fault of its own. */
export async function lookForReadiness(
  config: StackConfig,
  sources: Sources,
  project: string,
): Promise<ReadinessAnswer> {
  const host = declareHost(config, sources);
  const own = readinessLooks({
    place: psqlPlace(config),
    places: placesOf(config),
    carried: [...config.orchestrator.content.backup.tables, ...config.orchestrator.content.backup.context_tables],
    statements: readStatements(project),
  });
  const named = (names: readonly ReadinessLook[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, own[name]]));
  const script = renderLooks({
    ...named(READINESS_LOOKS.before),
    ...probeLooks(host.request),
    ...named(READINESS_LOOKS.after),
  });
  const answer = await runOnHost(config.connection, script, LIMIT_SECONDS);
  if (answer.status !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the look ended with status ${answer.status}: ${printable(answer.stderr.trim().split("\n").at(-1) ?? "").slice(0, 200)}`,
      wanted: "the host's facts",
    });
  const answers = readAnswers(answer.stdout, [...READINESS_LOOKS.before, ...LOOKS, ...READINESS_LOOKS.after]);
  const faults = Object.fromEntries(
    LOOKS.flatMap((name) => ("fault" in answers[name] ? [[name, answers[name].fault]] : [])),
  );
  const looks = Object.fromEntries(
    LOOKS.map((name) => [name, "out" in answers[name] ? answers[name].out : Buffer.from(NOTHING[name] ?? "")]),
  ) as Record<LookName, Buffer>;
  const { facts } = factsOf(looks, { spec: host.spec, request: host.request, undeclared: host.undeclared });
  return {
    declared: { spec: host.spec, facts, lines: linesOf(config, sources, { host, facts, looks, faults }), faults },
    others: answers,
  };
}

// A look that failed says nothing about what people adopted.
function linesOf(config: StackConfig, sources: Sources, { host, facts, looks, faults }: LookedAt): DriftLine[] {
  const seen = (["environment", "server", "surroundings"] as const).every((name) => faults[name] === undefined);
  const surroundings = seen ? readSurroundings(looks, sources.rights) : undefined;
  return allLines(config, sources, { declared: drift(host.spec, facts, config.known), surroundings });
}

interface LookedAt {
  readonly host: DeclaredHost;
  readonly facts: Facts;
  readonly looks: Record<LookName, Buffer>;
  readonly faults: DeclaredLook["faults"];
}

// Everything provisioning and runs write, and what nobody may touch.
function placesOf({ runtime, orchestrator, approvers, backupKey, release, untouched }: StackConfig): string[] {
  return [
    runtime.root,
    orchestrator.file,
    approvers.file,
    backupKey.file,
    backupKey.keyring,
    release.folder,
    release.launcher,
    ...untouched.map(({ path }) => path),
  ];
}

function readStatements(project: string): ReadinessStatements {
  const own = (name: string): string => readFileSync(join(project, "infra", "sql", "readiness", `${name}.sql`), "utf8");
  return {
    present: own("present"),
    counts: own("counts"),
    documents: own("documents"),
    runs: own("runs"),
    receipts: own("receipts"),
    admissions: own("admissions"),
    foreign_keys: own("foreign_keys"),
    acting: own("acting"),
    discovery: own("discovery"),
    session: own("session"),
    writes: own("writes"),
    grant_matrix: readFileSync(join(project, "sql", "read", "grant-matrix.sql"), "utf8"),
  };
}
