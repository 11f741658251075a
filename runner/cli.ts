// THE ENTRY: words in, exit status out. Verbs are loaded when they are asked for. Only a worker of batches whose scheduler broke off
// ends this process elsewhere.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Common } from "./commands/call-options.ts";
import { withGrammarOptions, withGrammarRequest } from "./terminal/grammar-options.ts";
import type { DrillOptions } from "./commands/backup-drill.ts";
import type { NotifyOptions } from "./commands/orchestrate-notify.ts";
import type { AskOnce, RunVerb } from "./commands/orchestrate-run.ts";
import { FRAME_OPTION } from "./model/answer-frame.ts";
import { stackOf } from "./model/error-text.ts";
import { EXIT_BUG, EXIT_USAGE } from "./model/stop.ts";
import { stopOfError } from "./model/system-fault.ts";
import type { GrammarWords } from "./rules/hints.ts";
import { frameOutput, frameToken } from "./commands/framed-output.ts";

const DEFAULT_CONFIG = "/var/lib/cutter/orchestrator.config.json";

function whole(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError("a whole number");
  return Number(value);
}

function program(answer: (status: number) => void): Command {
  const root = new Command("cutter")
    .description("governed cuts of law texts into PostgreSQL")
    .option("--config <file>", "orchestrator.config.json of this host", DEFAULT_CONFIG)
    .option("--json", "NDJSON on stdout", false)
    .option(
      `${FRAME_OPTION} <token>`,
      "lines before and behind everything printed, as the operator's programs ask for it",
    );
  const common = (): Common => root.opts<Common>();
  const run = (work: () => Promise<number>) => work().then(answer);

  const orchestrate = root
    .command("orchestrate")
    .description(
      "runs: plan, cut, resume, follow, status, watch, requests, approvals, units, revert, void, halt, unhalt, verify, notify, batch",
    );
  addRunVerbs(orchestrate, { common, run });
  addLookVerbs(orchestrate, { common, run });
  addBatchVerbs(orchestrate.command("batch").description("many documents, wave by wave"), { common, run });
  addBackupVerbs(root.command("backup").description("backups of the mutation tables"), { common, run });
  addOtherVerbs(root, { common, run });
  return root;
}

/** The options of the call, and how a verb's status becomes the program's. */
interface Running {
  readonly common: () => Common;
  readonly run: (work: () => Promise<number>) => Promise<void>;
}

function addRunVerbs(orchestrate: Command, { common, run }: Running): void {
  withGrammarRequest(orchestrate.command("cut <document-id>").description("open a run and carry it to its first pause"))
    .option("--run-id <id>", "name the run; asked for again, it is followed and no second run begins")
    .action((id: string, options: Partial<GrammarWords> & { request?: string; runId?: string }) =>
      run(async () => (await import("./commands/orchestrate-run.ts")).startCut(common(), id, options)),
    );
  const verb = (kind: RunVerb, words: string, description: string): Command =>
    orchestrate
      .command(`${kind} ${words}`)
      .description(description)
      .option("--ask <token>", "8 hex digits; asked again with the same token, the first process is followed")
      .action(function (this: Command) {
        const { args } = this;
        return run(async () =>
          (await import("./commands/orchestrate-run.ts")).startVerb(common(), kind, args, this.opts<AskOnce>()),
        );
      });
  verb("resume", "<run-id>", "carry an open run on");
  verb("revert", "<run-id> <reason>", "undo a written, not enacted run");
  verb("void", "<run-id> <reason>", "close a run that has written nothing");
}

function addLookVerbs(orchestrate: Command, { common, run }: Running): void {
  withGrammarRequest(
    orchestrate.command("plan <document-id>").description("what a cut would sign: phases 1 to 3, read-only, no run"),
  ).action((id: string, options: Partial<GrammarWords> & { request?: string }) =>
    run(async () => (await import("./commands/orchestrate-plan.ts")).showPlan(common(), id, options)),
  );
  orchestrate
    .command("units <document-id>")
    .description("the units of a document as they stand, by their digests; what a new version is compared with")
    .action((id: string) => run(async () => (await import("./commands/orchestrate-units.ts")).showUnits(common(), id)));
  orchestrate
    .command("approvals <run-id>")
    .description("every admitted statement of a run, with its signature")
    .action((id: string) =>
      run(async () => (await import("./commands/orchestrate-approvals.ts")).showApprovals(common(), id)),
    );
  orchestrate
    .command("requests <run-id...>")
    .description("the newest request bundle of each gate")
    .action((ids: string[]) =>
      run(async () => (await import("./commands/orchestrate-requests.ts")).showRequests(common(), ids)),
    );
  orchestrate
    .command("follow <run-id>")
    .description("follow a run that works now")
    .option("--from <position>", "go on behind the event of this position", whole, 0)
    .option("--process <pid>", "only this process, to its last word", whole)
    .action((id: string, options: { from: number; process?: number }) =>
      run(async () => (await import("./commands/orchestrate-run.ts")).startFollow(common(), id, options)),
    );
  orchestrate
    .command("status [run-id]")
    .description("where runs stand; reads files only")
    .action((id?: string) =>
      run(async () => (await import("./commands/orchestrate-status.ts")).showStatus(common(), id)),
    );
  orchestrate
    .command("watch")
    .description("runs, halts, backups and events as they change, as NDJSON, until the reader goes; reads files only")
    .action(() => run(async () => (await import("./commands/orchestrate-watch.ts")).watch(common())));
  orchestrate
    .command("halt [run-id]")
    .description("stop every writer, or one run's")
    .requiredOption("--reason <text>", "why")
    .action((id: string | undefined, options: { reason: string }) =>
      run(async () => (await import("./commands/orchestrate-halt.ts")).halt(common(), id, options.reason)),
    );
  orchestrate
    .command("unhalt <signed-file>")
    .description("admit a signed UNHALT and take this host's halt file away")
    .action((file: string) =>
      run(async () => (await import("./commands/orchestrate-unhalt.ts")).unhalt(common(), file)),
    );
  orchestrate
    .command("verify <run-id>")
    .description("look at a finished run again, read-only")
    .action((id: string) =>
      run(async () => (await import("./commands/orchestrate-verify.ts")).verifyRun(common(), id)),
    );
  orchestrate
    .command("notify")
    .description("look at runs, halts, backups and keys, and tell people what they were not told yet; reads files only")
    .option("--test", "send a test message to every receiver instead", false)
    .option("--channel <name>", "with --test: only this channel")
    .action((options: NotifyOptions) =>
      run(async () => (await import("./commands/orchestrate-notify.ts")).notify(common(), options)),
    );
}

function addBatchVerbs(batch: Command, { common, run }: Running): void {
  const verbs = () => import("./commands/orchestrate-batch.ts");
  batch
    .command("open <manifest>")
    .description("open the batch of a manifest; its canary is planned at once")
    .option("--again", "only put the legs of an open batch into the queue anew", false)
    .action((file: string, { again }: { again: boolean }) =>
      run(async () => (await verbs()).openBatch(common(), file, again)),
    );
  batch
    .command("status [batch-id]")
    .description("where batches stand; asks the database that is cut, never the scheduler")
    .action((id?: string) => run(async () => (await verbs()).batchStatus(common(), id)));
  batch
    .command("resume <batch-id> [files...]")
    .description("admit signed files and let every document go on that may")
    .action((id: string, files: string[]) => run(async () => (await verbs()).resumeBatch(common(), id, files)));
  batch
    .command("follow <batch-id>")
    .description("wait until the batch needs signatures, stands still or is closed")
    .action((id: string) => run(async () => (await verbs()).followBatch(common(), id)));
  batch
    .command("void <batch-id> <reason>")
    .description("give the batch up and void every run of it that wrote nothing")
    .option("--revert", "undo the runs that wrote and are not enacted too", false)
    .action((id: string, reason: string, { revert }: { revert: boolean }) =>
      run(async () => (await import("./commands/batch-void.ts")).voidBatch(common(), id, { reason, revert })),
    );
  batch
    .command("set-aside <batch-id> <document-id> <reason>")
    .description("leave one document that wrote nothing out of the batch")
    .action((id: string, document: string, reason: string) =>
      run(async () =>
        (await import("./commands/batch-set-aside.ts")).setAsideDocument(common(), id, { document, reason }),
      ),
    );
  batch
    .command("halt <batch-id>")
    .description("stop every open run of the batch")
    .requiredOption("--reason <text>", "why")
    .action((id: string, { reason }: { reason: string }) =>
      run(async () => (await verbs()).haltOneBatch(common(), id, reason)),
    );
  batch
    .command("verify <batch-id>")
    .description("look at every enacted document again, read-only")
    .action((id: string) => run(async () => (await verbs()).verifyBatch(common(), id)));
  batch
    .command("page <batch-id>")
    .description("print the page of a closed batch")
    .action((id: string) => run(async () => (await import("./commands/batch-page.ts")).showBatchPage(common(), id)));
  batch
    .command("worker", { hidden: true })
    .description("do legs until none is left; started by supervise")
    .option("--stay", "wait for more", false)
    .action(({ stay }: { stay: boolean }) =>
      run(async () => (await import("./commands/batch-worker.ts")).batchWorker(common(), stay)),
    );
  batch
    .command("supervise")
    .description("keep one worker alive on this host until no leg is left; open and resume start it by themselves")
    .option("--stay", "keep it when no leg is left too, as the unit of systemd does", false)
    .action(({ stay }: { stay: boolean }) =>
      run(async () => (await import("./commands/batch-worker.ts")).superviseWorker(common(), stay)),
    );
}

function addBackupVerbs(backup: Command, { common, run }: Running): void {
  backup
    .command("run")
    .description("take and prove a backup by hand")
    .action(() => run(async () => (await import("./commands/backup-by-hand.ts")).showBackupRun(common())));
  backup
    .command("selftest")
    .description("dump, encrypt, decrypt, restore, compare; keeps nothing")
    .action(() => run(async () => (await import("./commands/backup-by-hand.ts")).showBackupSelftest(common())));
  backup
    .command("receipt <run-id>")
    .description("what a restore outside this host needs")
    .action((id: string) => run(async () => (await import("./commands/backup-drill.ts")).showReceipt(common(), id)));
  backup
    .command("drill")
    .description("restore clear SQL from standard input and compare it with a receipt; needs no host")
    .requiredOption("--package <file>", "what `backup receipt` printed")
    .requiredOption("--postgres-bin <folder>", "PostgreSQL's programs")
    .requiredOption("--scratch-root <folder>", "short folder for the throw-away server")
    .option("--scratch-user <name>", "UNIX user of the server; needed as root")
    .action((options: DrillOptions) =>
      run(async () => (await import("./commands/backup-drill.ts")).restoreDrill(common(), options)),
    );
  backup
    .command("drills")
    .description("restore drills that were recorded")
    .action(() => run(async () => (await import("./commands/backup-drill.ts")).showDrills(common())));
  backup
    .command("list")
    .description("what lies in the backups folder")
    .action(() => run(async () => (await import("./commands/backup-upkeep.ts")).listBackups(common())));
  backup
    .command("verify [id...]")
    .description("hold backups against their receipts; all of them without an id")
    .action((ids: string[]) =>
      run(async () => (await import("./commands/backup-upkeep.ts")).verifyBackups(common(), ids)),
    );
  backup
    .command("prune <id...>")
    .description("delete backups by id; never the one an open run rests on")
    .action((ids: string[]) =>
      run(async () => (await import("./commands/backup-upkeep.ts")).pruneBackups(common(), ids)),
    );
}

function addOtherVerbs(root: Command, { common, run }: Running): void {
  root
    .command("gate")
    .description("admission of signed statements")
    .command("admit <files...>")
    .description("verify signed statements and admit them")
    .action((files: string[]) => run(async () => (await import("./commands/gate-admit.ts")).admit(common(), files)));
  root
    .command("journal")
    .description("the hash chain of a run")
    .command("verify <run-id>")
    .description("walk the chain in the database and in the file")
    .action((id: string) =>
      run(async () => (await import("./commands/journal-verify.ts")).verifyJournal(common(), id)),
    );
  withGrammarOptions(
    root.command("intake <file> <prefix>").description("what a document would become; touches nothing"),
  ).action((file: string, prefix: string, options: GrammarWords) =>
    run(async () => (await import("./commands/intake-verb.ts")).showIntake(common(), file, prefix, options)),
  );
  root
    .command("names")
    .description("names of environment and configuration, and who may sign what; never a value")
    .action(() => run(async () => (await import("./commands/host-names.ts")).showNames(common())));
  root
    .command("precheck")
    .description("everything that must be true before a run, all at once")
    .action(() => run(async () => (await import("./commands/precheck.ts")).precheck(common())));
  root
    .command("deliver <subject> <name>")
    .description("hand a document that was laid in reports/handed-over to this host's reporter")
    .action((subject: string, name: string) =>
      run(async () => (await import("./commands/deliver-document.ts")).deliverDocument(common(), subject, name)),
    );
  root
    .command("stops")
    .description("the stop table")
    .action(() => run(async () => (await import("./commands/stops.ts")).showStops(common())));
  root
    .command("work <kind> <run-id> [words...]", { hidden: true })
    .description("the detached process of a run; started by orchestrate")
    .action((kind: string, id: string, words: string[]) =>
      run(async () => (await import("./commands/work.ts")).work(common(), kind, id, words)),
    );
}

async function main(): Promise<number> {
  let status = 0;
  const root = program((answered) => {
    status = answered;
  });
  root.exitOverride().configureHelp({ showGlobalOptions: true });
  for (const command of allCommands(root)) command.exitOverride();
  try {
    await root.parseAsync(process.argv);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const stopped = stopOfError(error);
    if (stopped)
      return (await import("./terminal/print-stopped.ts")).printStopped(stopped, process.argv.includes("--json"));
    process.stderr.write(`${stackOf(error)}\nThis is a bug. Send this text and the run's runner.log.\n`);
    return EXIT_BUG;
  }
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

// A reader that went away (head, a closed line) ends what we print, never the run, which is a process of its own.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") process.exit(process.exitCode ?? 0);
    // A log on a full disk loses lines. It ends nobody: the process that keeps a machine's worker alive ended with its own line.
    if (stream === process.stderr) return;
    process.stderr.write(`what is answered cannot be written: ${code ?? "unknown"}\n`);
    process.exit(1);
  });
}

// Node 21 says what it is by itself; on Node 20 the database driver asks for a browser's Response instead, which loads
// an HTTP client (0.1 s).
if (!("navigator" in globalThis))
  Object.assign(globalThis, { navigator: { userAgent: `Node.js/${process.versions.node.split(".")[0] ?? ""}` } });

const endFrame = frameOutput(frameToken(process.argv));
process.exitCode = await main();
endFrame(process.exitCode);
