// Makes Pulumi.<stack>.yaml of answers: the example file with every place, name and digest replaced and its comments kept. Pure.
import { isMap, parseDocument, visit, type Document } from "yaml";
import { connectionOf, type Answers } from "./questions.ts";

/** What stands in the file beside the answers. Paths are absolute, of this machine. */
export interface DeclarationFacts {
  readonly answers: Answers;
  readonly approversFile: string;
  readonly approversSha: string;
  readonly backupFingerprint: string;
  /** Folder of the release to lay. */
  readonly release: string;
  /** What the host calls itself, where it was seen; declared when approvers know it by another name. */
  readonly machine?: string | undefined;
  readonly untouched: readonly { readonly path: string; readonly sha256: string }[];
}

type Scalars = Readonly<Record<string, string | number | boolean>>;

/** Text of the file. `example`: text of Pulumi.contabo.yaml.example, the one place that explains the keys. */
export function declarationText(example: string, facts: DeclarationFacts): string {
  const document = parseDocument(example);
  const moves = movesOf(facts.answers);
  visit(document, {
    Scalar: (key, node) => {
      if (key !== "key" && typeof node.value === "string") node.value = moved(node.value, moves);
    },
  });
  for (const [path, value] of Object.entries(valuesOf(facts))) document.setIn(["config", ...path.split("/")], value);
  declareJump(document, facts.answers);
  const untouched = document.createNode(facts.untouched);
  document.setIn(["config", "cutter:untouched"], untouched);
  // The counts of the example are those of one database; readiness takes the recorded ones when none are declared.
  document.deleteIn(["config", "cutter:baseline"]);
  document.commentBefore = [
    ` The host ${facts.answers.name}, declared. \`npm run drift\` tells every difference, \`npm run up\` makes it so.`,
    " Keep this file in the repository: it holds no secret, only names of files.",
  ].join("\n");
  return document.toString({ lineWidth: 0 });
}

function declareJump(document: Document, answers: Answers): void {
  const { jump } = connectionOf(answers);
  const connection = document.getIn(["config", "cutter:connection"]);
  if (jump === undefined || !isMap(connection)) return;
  const key = document.createNode("jump");
  key.commentBefore = " The jump host that every connection goes through, with its own pinned key.";
  connection.items.push(document.createPair(key, document.createNode(jump, { flow: true })));
}

/** Places and users of the example, each with what this host has instead; longer ones first. */
function movesOf(answers: Answers): readonly (readonly [RegExp, string])[] {
  return [
    [/^\/var\/lib\/cutter-scratch(?=\/|$)/, answers.scratch],
    [/^\/var\/lib\/cutter(?=\/|$)/, answers.root],
    [/^\/etc\/cutter(?=\/|$)/, answers.etc],
    [/^\/opt\/incomex\/dot\/cutter\/releases$/, answers.releases],
    [/^\/usr\/local\/bin\/cutter$/, answers.launcher],
    [/^cutter-gate$/, answers.gate],
    [/^cutter$/, answers.runner],
  ];
}

// One move a text: what was moved once must not be moved again by a later line.
function moved(text: string, moves: readonly (readonly [RegExp, string])[]): string {
  const move = moves.find(([from]) => from.test(text));
  return move === undefined ? text : text.replace(move[0], () => move[1]);
}

function valuesOf(facts: DeclarationFacts): Scalars {
  const { answers, approversFile, approversSha, backupFingerprint, release, machine } = facts;
  const content = "cutter:orchestrator/content";
  const otherwise = machine !== undefined && machine.toLowerCase() !== answers.name;
  return {
    ...(otherwise ? { [`${content}/uname`]: machine } : {}),
    "cutter:connection/host": answers.host,
    "cutter:connection/port": answers.port,
    "cutter:connection/user": answers.login,
    "cutter:connection/privateKeyFile": answers.key,
    "cutter:connection/hostKey": answers["host-key"],
    "cutter:connection/sudo": answers.sudo,
    "cutter:node": answers.node,
    [`${content}/host`]: answers.name,
    [`${content}/database/host`]: answers["db-host"],
    [`${content}/database/port`]: answers["db-port"],
    [`${content}/database/name`]: answers["db-name"],
    [`${content}/database/system_identifier`]: answers["db-system-identifier"],
    [`${content}/approvers/sha`]: approversSha,
    [`${content}/backup/recipient_fingerprint`]: backupFingerprint,
    [`${content}/backup/postgres_bin`]: answers["postgres-bin"],
    [`${content}/target_policy/max_units`]: answers["max-units"],
    "cutter:approvers/source": approversFile,
    "cutter:approvers/sha": approversSha,
    "cutter:backupKey/source": answers["backup-key"],
    "cutter:backupKey/fingerprint": backupFingerprint,
    "cutter:database/psql": answers.psql,
    "cutter:database/host": answers["db-host"],
    "cutter:database/port": answers["db-port"],
    "cutter:database/name": answers["db-name"],
    "cutter:database/user": answers["db-admin"],
    "cutter:database/passFile": answers["db-pass-file"],
    "cutter:release/source": release,
  };
}
