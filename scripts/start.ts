// `npm start`: a host of its own, a document, a governed cut to the end, and a page that tells what happened.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { EXIT_USAGE, Stopped, isStopCode, STOPS } from "../runner/model/stop.ts";
import { cutterOnHost, type HostEvent } from "./cutter-on-host.ts";
import type { GrammarWords } from "../runner/rules/hints.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { grammarRequestOf, grammarWords, withGrammarOptions } from "./grammar-options.ts";
import { bringUpStack } from "./bring-up-stack.ts";
import { lookWithEngine } from "./look-with-engine.ts";
import { openNamedStack } from "./stack.ts";
import { runProgram } from "./print-stop.ts";
import { registerDocument } from "./register-document.ts";
import { asAdministrator } from "./sandbox/admin-connection.ts";
import { finalPage } from "./sandbox/final-page.ts";
import { projectRoot } from "./sandbox/place.ts";
import { ensureSandbox, type Sandbox } from "./sandbox/sandbox.ts";
import { signAs } from "./sandbox/throw-away-approver.ts";

withGrammarOptions(new Command("start").description("perform a governed cut on the sandbox host, end to end"))
  .argument("[file]", "document; default a sample of our own").argument("[PREFIX]", "document prefix; default SAMPLE-1, SAMPLE-2, …")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((file: string | undefined, prefix: string | undefined, options: GrammarWords) => runProgram(async () => {
    refuseForeignEnvironment();
    return start(file, prefix, options);
  }, { aboutRun: true }))
  .parse();

async function start(file: string | undefined, prefix: string | undefined, options: GrammarWords): Promise<number> {
  if (file !== undefined && prefix === undefined) throw new Stopped("STOP_REFUSED_INPUT", { saw: "a file without a prefix", wanted: "both", next: `npm start -- ${file} MY-PREFIX` });
  if (file !== undefined && !existsSync(file)) throw new Stopped("STOP_REFUSED_INPUT", { saw: `${file} does not exist`, wanted: "a file" });
  const request = await grammarRequestOf(options);
  say("1. the host");
  const sandbox = await ensureSandbox({ say: (line) => say(`   ${line}`) });
  say("2. provisioning");
  await provision();
  say("3. the document");
  const documentId = prefix ?? (await nextSample(sandbox));
  const source = file ?? join(projectRoot(), "scripts", "sandbox", "sample-ordinance.md");
  const registered = await asAdministrator(sandbox, (admin) => registerDocument(admin, sandbox.place.runtimeRoot, source, documentId, { request, versionLabel: "v1" }));
  say(`   ${documentId}: ${registered.units} units, version ${registered.source_version_id}`);

  say("4. the run, up to the first signatures");
  const cut = await onHost(sandbox, ["orchestrate", "cut", documentId, ...grammarWords(options)], 3);
  const runId = textOf(cut.find((event) => event.event === "opened"), "run_id");
  await sign(sandbox, cut, runId, { SG_1_cut_authz: "linh", EXECUTION: "minh" });
  say("6. the run, up to the enactment");
  const written = await onHost(sandbox, ["orchestrate", "resume", runId], 3);
  await sign(sandbox, written, runId, { SG_2_lifecycle_authz: "hoa" });
  say("8. the enactment");
  await onHost(sandbox, ["orchestrate", "resume", runId], 0);
  say("9. everything looked at again, by the second principal");
  await onHost(sandbox, ["orchestrate", "verify", runId], 0);
  process.stdout.write(finalPage(sandbox, runId));
  return 0;
}

/** Lays on the host what the stack declares, by the real engine, until a look at the host finds no difference. */
async function provision(): Promise<void> {
  const engine = await openNamedStack("sandbox");
  const before = await lookWithEngine(engine);
  say(`   drift: ${before.lines.length === 0 ? "none, the host is as declared" : `${before.lines.length} differences`}`);
  if (before.lines.length === 0) return;
  const { lines } = await bringUpStack(engine, (line) => say(`   ${line}`));
  if (lines.length > 0) {
    throw new Stopped("STOP_DRIFT", { saw: `${lines.length} differences are left that provisioning does not touch`, wanted: "a host as declared", next: "npm run drift", details: lines.slice(0, 10).map((line) => line.path) });
  }
  say("   drift: none, the host is as declared");
}

/** Throw-away people sign, each in a process of approve; the host admits what they signed. */
async function sign(sandbox: Sandbox, events: readonly HostEvent[], runId: string, signers: Readonly<Record<string, string>>): Promise<void> {
  say(Object.keys(signers).length === 2 ? "5. two people sign" : "7. a third person signs the enactment");
  const files: string[] = [];
  for (const [gate, id] of Object.entries(signers)) {
    const person = sandbox.persons.find((one) => one.id === id);
    const request = events.findLast((event) => event.event === "request" && event["gate"] === gate);
    if (!person || !request) throw new Error(`no person ${id} or no request ${gate}`);
    const signed = await signAs(person, textOf(request, "bundle"), join(sandbox.place.runtimeRoot, "approvals"));
    say(`   ${person.name} signed ${gate}: ${signed}`);
    files.push(signed);
  }
  await onHost(sandbox, ["gate", "admit", ...files], 0);
  say(`   admitted for ${runId}`);
}

async function onHost(sandbox: Sandbox, words: readonly string[], wanted: number): Promise<HostEvent[]> {
  const { status, events } = await cutterOnHost(sandbox.ssh, sandbox.launchers.cutter, words);
  if (status === wanted) return events;
  const ended = events.findLast((event) => event.event === "ended");
  const stop = ended?.["stop"];
  if (typeof stop === "object" && stop !== null && "code" in stop && typeof stop.code === "string" && isStopCode(stop.code)) {
    throw new Stopped(stop.code, { saw: "saw" in stop ? String(stop.saw) : "", wanted: "wanted" in stop ? String(stop.wanted) : "", hint: STOPS[stop.code].hint });
  }
  throw new Error(`cutter ${words.slice(0, 2).join(" ")} answered ${status}, wanted ${wanted}`);
}

async function nextSample(sandbox: Sandbox): Promise<string> {
  return asAdministrator(sandbox, async (admin) => {
    const result = await admin.query<{ next: number }>(
      "SELECT coalesce(max(substring(address_docprefix FROM '^SAMPLE-(\\d{1,6})$')::int), 0) + 1 AS next FROM cutter_governance.source_document_registry WHERE address_docprefix ~ '^SAMPLE-\\d{1,6}$'");
    return `SAMPLE-${result.rows[0]?.next ?? 1}`;
  });
}

function textOf(event: HostEvent | undefined, key: string): string {
  const value = event?.[key];
  if (typeof value !== "string") throw new Error(`an event without ${key}`);
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
