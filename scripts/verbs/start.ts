// `npm start`: a host of its own, a document, a governed cut to the end, and a page that tells what happened.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { requestWord, type GrammarRequest } from "../../runner/model/grammar-request.ts";
import { newRunId } from "../../runner/model/ids.ts";
import { Stopped, STOPS } from "../../runner/model/stop.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { bringUpStack, lookWithEngine } from "../stack/engine-runs.ts";
import { withGrammarOptions } from "../../runner/terminal/grammar-options.ts";
import { grammarRequestOf } from "../../runner/terminal/grammar-request-of.ts";
import { admitSigned } from "../operator/admit-signed.ts";
import { followRun, onceOnly } from "../operator/follow-run.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { passThrough } from "../operator/pass-through.ts";
import { targetOf, type Target } from "../operator/target.ts";
import { insistFreePrefix, nextSample, readRegistration, registerDocument } from "../operator/register-document.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { finalPage, stateOf } from "../sandbox/final-page.ts";
import { projectRoot } from "../../infra/place.ts";
import { ensureSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import { cutBatch } from "../sandbox/start-batch.ts";
import { signAs } from "../sandbox/throw-away-approver.ts";
import { openNamedStack } from "../stack/stack.ts";

const SAMPLE = join(projectRoot(), "scripts", "sandbox", "sample-ordinance.md");
const WAITS = STOPS.STOP_APPROVAL_REQUIRED.exit;
// A line a person may read before the run exists must not speak of one; afterwards it must not say that there is none.
const kind = { aboutRun: false };

withGrammarOptions(programNamed("start", "perform a governed cut on the sandbox host, end to end"))
  .option("--batch", "three sample laws in a batch instead of one document", false)
  .option("--json", "the run's events and, last, its state as NDJSON on stdout", false)
  .option("--no-install", "refuse where a program of the distribution is missing, instead of installing it")
  .argument("[file]", "document; default a sample of our own")
  .argument("[PREFIX]", "document prefix; default SAMPLE-1, SAMPLE-2, …")
  .action((file: string | undefined, prefix: string | undefined, options: StartOptions) =>
    runProgram(() => start(file, prefix, options), kind),
  )
  .parse();

type StartOptions = GrammarWords & { readonly json: boolean; readonly batch: boolean };

async function start(file: string | undefined, prefix: string | undefined, options: StartOptions): Promise<number> {
  if (file !== undefined && prefix === undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "a file without a prefix",
      wanted: "both",
      hint: "the prefix begins every address of the document",
      next: `npm start -- ${shellWord(file)} MY-PREFIX`,
    });
  const choice = { request: await grammarRequestOf(options, readSafely), versionLabel: "v1" };
  // A minute of provisioning is not spent on a document that cannot be cut.
  if (file !== undefined && prefix !== undefined) await readRegistration(file, prefix, choice);
  say("1. the host");
  const sandbox = await ensureSandbox({ say: (line) => say(`   ${line}`) });
  say("2. provisioning");
  await provision();
  say(options.batch ? "3. three documents" : "3. the document");
  if (options.batch) return cutBatch(sandbox, choice.request, { json: options.json, say });
  const documentId = prefix ?? (await nextSample(sandbox.stack));
  await insistFreePrefix(sandbox.stack, documentId);
  const registered = await registerDocument(sandbox.stack, file ?? SAMPLE, documentId, choice);
  say(`   ${documentId}: ${registered.units} units, version ${registered.source_version_id}`);
  return cutAndEnact(sandbox, documentId, choice.request, options.json);
}

/** The run in its three stretches. What the host refuses it has said itself; the answer is its exit status. */
async function cutAndEnact(
  sandbox: Sandbox,
  documentId: string,
  request: GrammarRequest,
  json: boolean,
): Promise<number> {
  const runId = newRunId(new Date(), randomBytes(4).toString("hex"));
  const target = targetOf(SANDBOX_STACK);
  const requests = new Map<string, string>();
  const follow = (verb: readonly string[]): Promise<number> =>
    followRun({
      target,
      runId,
      json,
      words: ["orchestrate", ...verb],
      awaited: "STOP_APPROVAL_REQUIRED",
      onEvent: (event) => {
        if (event.event === "request") requests.set(event.gate, event.bundle);
      },
    });
  kind.aboutRun = true;
  const signed = (signers: Readonly<Record<string, string>>): Promise<void> =>
    tellingWhatWaits(runId, () => sign(sandbox, target, requests, signers));
  say("4. the run, up to the first signatures");
  const cut = await follow(["cut", documentId, "--run-id", runId, "--request", requestWord(request)]);
  if (cut !== WAITS) return cut;
  say("5. two people sign");
  await signed({ SG_1_cut_authz: "linh", EXECUTION: "minh" });
  say("6. the run, up to the enactment");
  const written = await follow(["resume", runId, ...onceOnly()]);
  if (written !== WAITS) return written;
  say("7. a person who did not sign SG_1 signs the enactment");
  await signed({ SG_2_lifecycle_authz: "hoa" });
  say("8. the enactment");
  const enacted = await follow(["resume", runId, ...onceOnly()]);
  if (enacted !== 0) return enacted;
  say("9. everything looked at again, by the second principal");
  const verified = await passThrough(target, ["orchestrate", "verify", runId], json);
  if (verified === 0) {
    if (json) printJson({ event: "state", ...stateOf(sandbox, runId) });
    else process.stdout.write(finalPage(sandbox, runId));
  }
  return verified;
}

/** Lays on the host what the stack declares, by the real engine, until a look at the host finds no difference. */
async function provision(): Promise<void> {
  const engine = await openNamedStack(SANDBOX_STACK);
  const before = await lookWithEngine(engine);
  say(
    `   drift: ${before.lines.length === 0 ? "none, the host is as declared" : `${before.lines.length} differences`}`,
  );
  if (before.lines.length === 0) return;
  const { lines } = await bringUpStack(engine, (line) => say(`   ${line}`));
  if (lines.length > 0) {
    throw new Stopped("STOP_DRIFT", {
      saw: `${lines.length} differences are left that provisioning does not touch`,
      wanted: "a host as declared",
      next: "npm run drift",
      details: lines.slice(0, 10).map((line) => line.path),
    });
  }
  say("   drift: none, the host is as declared");
}

/** Throw-away people sign, each in a process of approve; the host admits what they signed. */
async function sign(
  sandbox: Sandbox,
  target: Target,
  requests: ReadonlyMap<string, string>,
  signers: Readonly<Record<string, string>>,
): Promise<void> {
  const files: string[] = [];
  for (const [gate, id] of Object.entries(signers)) {
    const person = sandbox.persons.find((one) => one.id === id);
    const bundle = requests.get(gate);
    if (person === undefined || bundle === undefined) throw new Error(`no person ${id} or no request ${gate}`);
    files.push(await signAs(person, bundle, join(sandbox.place.operatorFolder, "signed")));
    say(`   ${person.name} signed ${gate}`);
  }
  await admitSigned(target, files, (line) => say(`   ${line}`));
}

/** Ctrl-C between two stretches leaves a run that waits for signatures; whoever pressed it is told. */
async function tellingWhatWaits(runId: string, work: () => Promise<void>): Promise<void> {
  const interrupted = (): never => {
    say(`interrupted; the run waits for its signatures: npm run status -- ${runId}`);
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  await work().finally(() => process.off("SIGINT", interrupted));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
