// A whole host for process tests: its own folder and cluster, the built runner, three throw-away people. Everything is real.
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type pg from "pg";
import { printed } from "../../runner/model/events.ts";
import { DEFAULT_REQUEST } from "../../runner/model/grammar-request.ts";
import { registerDocument } from "../../scripts/operator/register-document.ts";
import { asAdministrator } from "./admin-connection.ts";
import { ensureSandbox, type Sandbox } from "../../scripts/sandbox/sandbox.ts";
import { loadSubstrate } from "../../scripts/sandbox/substrate.ts";
import { signAs } from "../../scripts/sandbox/throw-away-approver.ts";
import { removeSandbox } from "../../scripts/sandbox/verbs.ts";
import { layHost } from "./lay-host.ts";
import { clusterParent } from "./memory-folder.ts";

export interface CutterAnswer {
  readonly status: number;
  readonly events: readonly Record<string, unknown>[];
  readonly stderr: string;
  /** Code of the stop it ended with; undefined when it ended well. */
  readonly stop: string | undefined;
}

export interface GovernedHost {
  readonly sandbox: Sandbox;
  /** The runner as an operator calls it, with --json. */
  cutter(...words: string[]): Promise<CutterAnswer>;
  /** Registers text under a prefix and answers its source version. */
  register(prefix: string, markdown: string): Promise<string>;
  /** Cuts to the first pause. */
  cut(prefix: string): Promise<string>;
  /** Signs the newest request of a gate; the answer is the signed file. */
  sign(runId: string, gate: string, person: string, ...words: string[]): Promise<string>;
  /** Signs SG_1 and EXECUTION by two people and admits them. */
  authorizeCut(runId: string): Promise<void>;
  authorizeEnactment(runId: string): Promise<void>;
  /** A registered document, cut to its first pause and signed by two people. */
  authorized(prefix: string, markdown: string): Promise<string>;
  /** Rows as the database administrator. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** The newest request bundle of a gate. */
  bundle(runId: string, gate: string): string;
  remove(): Promise<void>;
}

/** Whatever the host prints for programs is one of the forms of the contract, member for member. */
function contracted(line: Record<string, unknown>): Record<string, unknown> {
  const parsed = printed.safeParse(line);
  if (!parsed.success || Object.keys(line).some((name) => !(name in parsed.data)))
    throw new Error(`not in the contract of model/events.ts: ${JSON.stringify(line)}`);
  return line;
}

/** Calls a host's cutter by this line, with --json. */
export async function callCutter(line: readonly string[], words: readonly string[]): Promise<CutterAnswer> {
  const [program = "", ...before] = line;
  const result = await execa(program, [...before, "--json", ...words], { reject: false, stdin: "ignore" });
  const events = result.stdout
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .map((text) => contracted(JSON.parse(text) as Record<string, unknown>));
  const ended = events.findLast((event) => event["event"] === "ended")?.["stop"] as { code: string } | null | undefined;
  return { status: result.exitCode ?? -1, events, stderr: result.stderr, stop: ended?.code };
}

/** Three sections with articles; short enough to read in a failing test. */
export const LAW = "# One\n\nThe first text.\n\n## Two\n\nThe second text.\n\n## Three\n\nThe third text.\n";

// A host that fails half-way would leave its servers running for nobody.
async function laidSandbox(folder: string, postgresBin: string | undefined): Promise<Sandbox> {
  try {
    const sandbox = await ensureSandbox({
      folder: join(folder, "sandbox"),
      say: () => undefined,
      databaseParent: clusterParent(),
      ...(postgresBin === undefined ? {} : { postgresBin }),
    });
    // Another application was there before the cutter, as on every real host; the servers of other majors come without some of its extensions.
    if (postgresBin === undefined)
      await asAdministrator(sandbox, (client) => loadSubstrate(client, "substrate/application"));
    await layHost(sandbox.stack);
    return sandbox;
  } catch (error) {
    await removeSandbox(join(folder, "sandbox")).catch(() => undefined);
    throw error;
  }
}

/** `postgresBin`: the installation it runs on; by default the newest of this machine. */
export async function governedHost(postgresBin?: string): Promise<GovernedHost> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "governed host-")));
  const sandbox = await laidSandbox(folder, postgresBin);
  const { runtimeRoot } = sandbox.place;
  const cutter = (...words: string[]): Promise<CutterAnswer> => callCutter([sandbox.launchers.cutter], words);
  const bundle = (runId: string, gate: string): string => {
    let found = "";
    for (let number = 1; ; number += 1) {
      const candidate = join(runtimeRoot, "runs", runId, "requests", `${gate}-${number}`);
      try {
        readFileSync(join(candidate, "payload.json"));
        found = candidate;
      } catch {
        return found;
      }
    }
  };
  const sign = async (runId: string, gate: string, person: string, ...words: string[]): Promise<string> => {
    const who = sandbox.persons.find((one) => one.id === person);
    if (!who) throw new Error(`no person ${person}`);
    return signAs(who, bundle(runId, gate), join(runtimeRoot, "approvals"), words);
  };
  const admit = async (...files: string[]): Promise<void> => {
    const answer = await cutter("gate", "admit", ...files);
    if (answer.status !== 0) throw new Error(`not admitted: ${answer.stderr}`);
  };
  const host: GovernedHost = {
    sandbox,
    cutter,
    bundle,
    sign,
    register: async (prefix, markdown) => {
      const file = join(folder, `${prefix}.md`);
      writeFileSync(file, markdown);
      const choice = { request: DEFAULT_REQUEST, versionLabel: "v1" };
      const registered = await registerDocument(sandbox.stack, file, prefix, choice);
      return registered.source_version_id;
    },
    cut: async (prefix) => {
      const answer = await cutter("orchestrate", "cut", prefix);
      const opened = answer.events.find((event) => event["event"] === "opened");
      if (answer.status !== 3 || typeof opened?.["run_id"] !== "string")
        throw new Error(`cut answered ${answer.status}: ${answer.stderr}`);
      return opened["run_id"];
    },
    authorizeCut: async (runId) =>
      admit(await sign(runId, "SG_1_cut_authz", "linh"), await sign(runId, "EXECUTION", "minh")),
    authorizeEnactment: async (runId) => admit(await sign(runId, "SG_2_lifecycle_authz", "hoa")),
    authorized: async (prefix, markdown) => {
      await host.register(prefix, markdown);
      const runId = await host.cut(prefix);
      await host.authorizeCut(runId);
      return runId;
    },
    sql: (text, values = []) =>
      asAdministrator(sandbox, async (client) => (await client.query<never>(text, values)).rows),
    remove: async () => {
      await removeSandbox(join(folder, "sandbox"));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return host;
}
