// Pure decisions about a backup: what is left out, whether a copy equals its source, whether an envelope is the one we made.
import { digestOf } from "../model/canonical.ts";
import {
  backupProofSchema,
  type ContentDigests,
  type DumpableRelation,
  type EnvelopePacket,
  type LeftOut,
  type ObjectRights,
  type SetAside,
} from "../model/backup-receipt.ts";
import type { Verdict } from "../model/stop.ts";

const PUBLIC_KEY_ENCRYPTED_SESSION_KEY = 1;
const INTEGRITY_PROTECTED_DATA = 18;

/** Names of wanted tables that do not exist as tables. */
export function missingTables(wanted: readonly string[], relations: readonly DumpableRelation[]): Verdict {
  const known = new Set(relations.filter((relation) => relation.carried).map((relation) => relation.name));
  const missing = wanted.filter((name) => !known.has(name));
  if (missing.length === 0) return undefined;
  return {
    code: "STOP_BACKUP_FAILED",
    facts: { saw: `no table ${missing.join(", ")}`, wanted: "every table of the backup configuration" },
  };
}

/** Patterns for pg_dump's -T: every relation not carried, quoted so that no character of a name is a wildcard. */
export function exclusionPatterns(relations: readonly DumpableRelation[]): string[] {
  return relations
    .filter((relation) => !relation.carried)
    .map(({ schema, relation }) => `${quotePattern(schema)}.${quotePattern(relation)}`);
}

/** A pattern matches exactly this name: inside double quotes pg_dump knows no wildcard, and a doubled quote is a quote. */
export function quotePattern(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Nothing that the dump carries may need something it does not carry; all problems are named before anything is dumped. */
export function closure(leftOut: readonly LeftOut[]): Verdict {
  const details = leftOut.map(({ missing, needed_by, reason }) => `${needed_by} needs ${missing} (${reason})`);
  if (details.length === 0) return undefined;
  const keys = leftOut
    .filter(({ key }) => key !== "")
    .map(({ needed_by, key }) => JSON.stringify(`${needed_by} ${key}`));
  return {
    code: "STOP_BACKUP_FAILED",
    facts: {
      saw: `a dump of these tables cannot stand alone: ${details.slice(0, 5).join("; ")}`,
      wanted: "a closed set of tables",
      hint:
        keys.length > 0
          ? "name the missing tables in backup.context_tables, or leave the key out of proof and " +
            `rehearsal: backup.left_out_keys: [${keys.join(", ")}]`
          : "name missing tables in backup.context_tables; what only a superuser can make must not hang on a table of the cut",
      details,
    },
  };
}

/** Every declared key must be one that is left out: a name that fits nothing would be believed to be kept. */
export function declaredKeys(declared: readonly string[], setAside: readonly SetAside[]): Verdict {
  const keys = new Set(setAside.map(({ what }) => what));
  const unknown = declared.filter((key) => !keys.has(`key ${key}`));
  if (unknown.length === 0) return undefined;
  return {
    code: "STOP_BACKUP_FAILED",
    facts: {
      saw: `backup.left_out_keys names ${unknown.join(", ")}`,
      wanted: "foreign keys of carried tables to tables that are not carried",
      hint: "take the name away, or write it as `schema.table constraint`",
    },
  };
}

/** What a person reads of the objects that are left out, at most ten by name. */
export function toldAside(setAside: readonly SetAside[]): string[] {
  if (setAside.length === 0) return [];
  const shown = setAside.slice(0, 10).map(({ what }) => what);
  return [
    "left out, since a restore without a superuser cannot make them or they hang on what is " +
      `not carried: ${shown.join(", ")}${setAside.length > shown.length ? ` and ${setAside.length - shown.length} more` : ""}`,
  ];
}

/** Owner of every dumped schema, of the rows of sql/read/backup/rights.sql. */
export function schemaOwners(rights: readonly ObjectRights[]): Record<string, string> {
  return Object.fromEntries(
    rights
      .filter(({ what }) => what.startsWith("schema "))
      .map(({ what, owner }) => [what.slice("schema ".length), owner]),
  );
}

/** A backup counts when it has been restored: a receipt needs a proof that hashes to its digest and is about this file and this content. */
export function judgeProof(receipt: {
  readonly attempt: number;
  readonly file_sha: string;
  readonly content_digests_sha: string;
  readonly proof: unknown;
  readonly proof_sha: string;
}): Verdict {
  const proof = backupProofSchema.safeParse(receipt.proof);
  const wrong = !proof.success
    ? "carries no proof of a restore"
    : digestOf(proof.data) !== receipt.proof_sha
      ? "names another proof than it carries"
      : proof.data.file_sha !== receipt.file_sha
        ? "carries the proof of another file"
        : digestOf(proof.data.tables) !== receipt.content_digests_sha
          ? "carries the proof of other rows"
          : undefined;
  if (wrong === undefined) return undefined;
  return {
    code: "STOP_PROOF_FAILED",
    facts: {
      saw: `the receipt of backup attempt ${receipt.attempt} ${wrong}`,
      wanted: "a backup that was restored and compared",
      hint: "find out who wrote this receipt; then void the run and cut again",
    },
  };
}

/** STOP_PROOF_FAILED names every table whose restored rows differ from the source's rows in count or content. */
export function equalContent(source: ContentDigests, restored: ContentDigests): Verdict {
  const names = [...new Set([...Object.keys(source), ...Object.keys(restored)])].sort();
  const details = names.flatMap((name) => {
    const [want, saw] = [source[name], restored[name]];
    if (want === undefined || saw === undefined) return [`${name}: only in the ${want ? "source" : "copy"}`];
    if (want.rows !== saw.rows) return [`${name}: ${saw.rows} rows restored of ${want.rows}`];
    return want.sha === saw.sha ? [] : [`${name}: ${saw.rows} rows, but other content`];
  });
  if (names.length > 0 && details.length === 0) return undefined;
  return {
    code: "STOP_PROOF_FAILED",
    facts: {
      saw: details.join("; ") || "no table at all",
      wanted: "every row of the source in the restored copy",
      details,
    },
  };
}

/** STOP_PROOF_FAILED names the first objects whose owner or rights were not restored. */
export function equalRights(source: readonly ObjectRights[], restored: readonly ObjectRights[]): Verdict {
  const copy = new Map(restored.map((object) => [object.what, object]));
  const details = source.flatMap((object) => {
    const saw = copy.get(object.what);
    copy.delete(object.what);
    if (!saw) return [`${object.what}: absent`];
    return rightsDigest([object]) === rightsDigest([saw]) ? [] : [`${object.what}: other owner or rights`];
  });
  details.push(...[...copy.keys()].map((what) => `${what}: only in the copy`));
  if (details.length === 0) return undefined;
  return {
    code: "STOP_PROOF_FAILED",
    facts: {
      saw: details.slice(0, 5).join("; "),
      wanted: "owners and rights of the source in the restored copy",
      details,
    },
  };
}

const MAINTAIN_SINCE = 17;
/** What GRANT ALL ON TABLE meant before there was MAINTAIN. */
const ALL_ON_A_TABLE = ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];

/**
 * Rights of a copy as a server of the source's major says them. Since 17 every owner has MAINTAIN from the start, and ALL, as an older
 * pg_dump says it for whoever holds every right, means it too. It is taken out there and nowhere else: an owner can give himself any
 * right, and the others must hold every right of before alike.
 */
export function rightsAsOf(rights: readonly ObjectRights[], major: number): ObjectRights[] {
  if (major >= MAINTAIN_SINCE) return [...rights];
  return rights.map((object) => ({
    ...object,
    rights: object.rights.filter((line) => !isImpliedMaintain(line, object)),
  }));
}

function isImpliedMaintain(line: string, { what, owner, rights }: ObjectRights): boolean {
  const [, grantee, option] = /^(.*) MAINTAIN( with grant option)?$/.exec(line) ?? [];
  if (grantee === undefined || !what.startsWith("relation ")) return false;
  return (
    (grantee === owner && option === undefined) ||
    ALL_ON_A_TABLE.every((right) => rights.includes(`${grantee} ${right}${option ?? ""}`))
  );
}

/** Digest of owners and rights; equal in source and copy. */
export function rightsDigest(objects: readonly ObjectRights[]): string {
  return digestOf(objects.map(({ what, owner, rights }) => ({ what, owner, rights: [...rights] })));
}

/**
 * Exactly one session key packet (version 3, for the pinned encryption subkey), then exactly one integrity-protected packet (version 1).
 * A second recipient could read every backup; a stranger's packet would make it unreadable for us.
 */
export function envelope(packets: readonly EnvelopePacket[], encryptionKeyId: string): Verdict {
  const [recipient, body, ...more] = packets;
  const good =
    recipient?.tag === PUBLIC_KEY_ENCRYPTED_SESSION_KEY &&
    recipient.version === 3 &&
    recipient.key_id === encryptionKeyId &&
    body?.tag === INTEGRITY_PROTECTED_DATA &&
    body.version === 1 &&
    more.length === 0;
  if (good) return undefined;
  const saw = packets
    .slice(0, 6)
    .map(
      ({ tag, version, key_id }) =>
        `packet ${tag}${version === null ? "" : ` v${version}`}${key_id ? ` for ${key_id}` : ""}`,
    )
    .join(", ");
  return {
    code: "STOP_BACKUP_FAILED",
    facts: { saw: saw || "no packet", wanted: `one packet 1 v3 for ${encryptionKeyId}, then one packet 18 v1` },
  };
}
