// THE TABLE OF VERBS: what `cutter` knows, in groups, a line each. Help, completion, docs/commands.md and the table "you want, you
// type" of README are made of it; test/unit/scripts/command-line holds the scripts of package.json against it.

/** Groups in the order of the help. */
export const GROUPS = [
  "Begin",
  "Documents",
  "Runs",
  "People who sign",
  "Backups and proofs",
  "Hosts",
  "This folder",
  "Words of the host's own program",
] as const;
export type Group = (typeof GROUPS)[number];

/**
 * `does`: one line of at most 72 characters. `wish` and `type`: what a person wants, and the words that do it, for README's table.
 * `program`: where the program lies when it is not dist/scripts/<name>.mjs, from the project's root; `host`: the words go to the host's
 * cutter; `front`: the front program answers itself. `usage`: what follows the name, where no program of ours explains itself.
 */
export interface Verb {
  readonly name: string;
  readonly group: Group;
  readonly does: string;
  readonly wish?: string;
  readonly type?: string;
  readonly program?: string;
  readonly at?: "host" | "front";
  readonly usage?: string;
}

// prettier-ignore
export const VERBS: readonly Verb[] = [
  { name: "start", group: "Begin", does: "a host of its own, a document, a governed cut to the end", wish: "see all of it, on this machine", type: "npm start" },
  { name: "doctor", group: "Begin", does: "what this machine lacks, and the line that installs it", wish: "know what is missing here", type: "npx cutter doctor" },
  { name: "init", group: "Begin", does: "declare a new host: asks, looks at it, writes its files", wish: "declare a host of mine", type: "npx cutter init <stack>" },
  { name: "readiness", group: "Begin", does: "what stands between a host and its next run", wish: "know what a first run still needs", type: "npx cutter readiness <document-id>" },

  { name: "intake", group: "Documents", does: "what a document would become; touches nothing", wish: "see what a text would become", type: "npx cutter intake law.md MY-LAW" },
  { name: "register", group: "Documents", does: "register a document and its grammar", wish: "register it", type: "npx cutter register law.md MY-LAW" },
  { name: "plan", group: "Documents", does: "what a cut would sign; opens no run", wish: "see what a cut would sign", type: "npx cutter plan MY-LAW" },

  { name: "cut", group: "Runs", does: "open a run and carry it to its first pause", wish: "cut it", type: "npx cutter cut MY-LAW" },
  { name: "status", group: "Runs", does: "where open runs stand, and the next command", wish: "know where it stands and what is next", type: "npx cutter status" },
  { name: "board", group: "Runs", does: "a live page of a stack in this machine's browser", wish: "watch it in a browser", type: "npx cutter board --open" },
  { name: "runs", group: "Runs", does: "every run of the host, open and closed", wish: "list every run, for a program", type: "npx cutter runs --json" },
  { name: "logs", group: "Runs", does: "what happened in a run, and what happens now", wish: "follow a run again", type: "npx cutter logs <run-id>" },
  { name: "resume", group: "Runs", does: "admit signed files and carry a run on", wish: "go on, with what people signed", type: "npx cutter resume <run-id> <signed files>" },
  { name: "rollback", group: "Runs", does: "undo a written, not enacted run", wish: "undo what was written", type: 'npx cutter rollback <run-id> "why"' },
  { name: "void", group: "Runs", does: "close a run that has written nothing", wish: "close a run that wrote nothing", type: 'npx cutter void <run-id> "why"' },
  { name: "halt", group: "Runs", does: "stop every writer, or one run's", wish: "stop everything now", type: 'npx cutter halt --reason "why"' },
  { name: "batch", group: "Runs", does: "many documents wave by wave, each an ordinary run", wish: "cut many documents", type: "npx cutter batch open <manifest>" },
  { name: "verify", group: "Runs", does: "look at a finished run again, read-only", wish: "look at a finished run again", type: "npx cutter verify <run-id>" },

  { name: "fetch", group: "People who sign", does: "bring the newest request of each gate here", wish: "get what has to be signed", type: "npx cutter fetch <run-id>" },
  { name: "read", group: "People who sign", does: "a request as a page for a browser", wish: "read what I sign", type: "npx cutter read <bundle> --open" },
  { name: "approve", group: "People who sign", does: "compute the plan again, read it, sign it", wish: "sign it", type: "npx cutter approve <bundle> --profile <file>" },
  { name: "admit", group: "People who sign", does: "bring signed files to the host's gate" },
  { name: "approvals", group: "People who sign", does: "who signed what, verified on this machine", wish: "prove who signed", type: "npx cutter approvals <run-id> --profile <file>" },
  { name: "revoke", group: "People who sign", does: "sign that an approval, a run or a key no longer counts" },
  { name: "unhalt", group: "People who sign", does: "sign that a halt is lifted" },
  { name: "approvers", group: "People who sign", does: "let a newer approver set follow the one before" },

  { name: "backup", group: "Backups and proofs", does: "a proven backup by hand; list, verify, prune" },
  { name: "restore-drill", group: "Backups and proofs", does: "restore the real file here and compare it row by row", wish: "prove the backup outside the host", type: "npx cutter restore-drill <run-id>" },

  { name: "drift", group: "Hosts", does: "what differs between a host and its declaration", wish: "know whether a host is as declared", type: "npx cutter drift --stack <stack>" },
  { name: "up", group: "Hosts", does: "make a host as declared", wish: "make it so", type: "npx cutter up --stack <stack>" },
  { name: "package", group: "Hosts", does: "one package of SQL: show, apply or undo it" },
  { name: "unlock", group: "Hosts", does: "take a dead lock of a stack's state away" },
  { name: "notify", group: "Hosts", does: "try how the host tells people, or let it look now", wish: "try how people are told", type: "npx cutter notify test --stack <stack>" },
  { name: "sandbox", group: "Hosts", does: "the embedded host: up, status, psql, ssh, down, remove" },

  { name: "docs", group: "This folder", does: "a stop code explained: cause, ways out, example", wish: "understand a stop", type: "npx cutter docs STOP_DRIFT", at: "front" },
  { name: "completion", group: "This folder", does: "completion for bash, zsh or fish", at: "front" },
  { name: "test", group: "This folder", does: "types, lint, rules and the main situations", program: "scripts/build/test.mjs", usage: "[--all] [files and options of Vitest]" },
  { name: "bench", group: "This folder", does: "a ratio measured beside a peer", program: "scripts/build/bench.mjs", usage: "<name> [arguments]; without a name it lists them" },
  { name: "soak", group: "This folder", does: "batches on three simulated machines that are made to fail", program: "scripts/build/soak.mjs", usage: "batch [--soaks <n>] [--documents <n>] [--seconds <n>]" },
  { name: "reference", group: "This folder", does: "write docs/commands.md from the programs' own help" },
  { name: "release", group: "This folder", does: "a release of the runner, from green tests only" },

  { name: "host", group: "Words of the host's own program", does: "any verb of the host's cutter: host <words>", at: "host" },
  { name: "orchestrate", group: "Words of the host's own program", does: "runs, as the host's own verbs", at: "host", usage: "<verb> [words...]" },
  { name: "gate", group: "Words of the host's own program", does: "admission of signed statements that lie on the host", at: "host", usage: "admit <files...>" },
  { name: "journal", group: "Words of the host's own program", does: "walk the hash chain of a run", at: "host", usage: "verify <run-id>" },
  { name: "precheck", group: "Words of the host's own program", does: "everything that must be true before a run", at: "host", usage: "[--stack <name>] [--json]" },
  { name: "names", group: "Words of the host's own program", does: "names of environment and configuration, never a value", at: "host", usage: "[--stack <name>] [--json]" },
  { name: "stops", group: "Words of the host's own program", does: "the stop table as the host has it", at: "host", usage: "[--stack <name>] [--json]" },
];

/** The verb of this name, undefined when there is none. */
export const verbNamed = (name: string): Verb | undefined => VERBS.find((verb) => verb.name === name);

/** README's table: a line of Markdown for every wish. */
export const wishTable = (): string =>
  [
    "| you want to | you type |",
    "|---|---|",
    ...VERBS.flatMap(({ wish, type }) =>
      wish === undefined || type === undefined ? [] : [`| ${wish} | \`${type}\` |`],
    ),
  ].join("\n");
