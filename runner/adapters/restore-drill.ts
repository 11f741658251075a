// Restores a backup outside the host: what must be known for it, and the restore itself on whatever machine this runs.
import { basename } from "node:path";
import { Readable } from "node:stream";
import { contentDigestsSchema, backupProofSchema, type ContentDigests } from "../model/backup-receipt.ts";
import type { Config } from "../model/config.ts";
import type { DrillPackage } from "../model/drill.ts";
import { insist, Stopped } from "../model/stop.ts";
import type { RowOf } from "../model/rows.ts";
import { equalContent, rightsAsOf, rightsDigest } from "../rules/backup-proof.ts";
import { judgeInstallation, majorOfText } from "../rules/postgres-versions.ts";
import { withSource, type SourceReading } from "./backup-source.ts";
import type { Credential } from "./credentials.ts";
import { placeOf } from "./postgres-connection.ts";
import { majorVersions } from "./postgres-programs.ts";
import { restore } from "./restore.ts";
import { initdbScratch } from "./scratch-initdb.ts";
import { STRUCTURE_ONLY } from "./take-backup.ts";

/** The package of a run's newest receipt; reads the source's roles and catalog as cutter_backup. Stops as `takeBackup`. */
export async function drillPackageOf(
  config: Config,
  credential: Credential,
  runId: string,
  receipt: RowOf<"read/receipts">,
): Promise<DrillPackage> {
  const { database } = config;
  const wanted = {
    tables: [...config.backup.tables, ...config.backup.context_tables],
    structure: STRUCTURE_ONLY,
    leftOutKeys: config.backup.left_out_keys ?? [],
    capSeconds: config.caps.phase_minutes * 60,
  };
  const proof = backupProofSchema.parse(receipt.proof);
  return withSource({ ...placeOf(database), database: database.name, ...credential }, wanted, (reading) =>
    Promise.resolve({
      run_id: runId,
      attempt: receipt.attempt,
      file_sha: receipt.file_sha,
      size_bytes: Number(receipt.size_bytes),
      recipient: receipt.recipient,
      content_digests: contentDigestsSchema.parse(receipt.content_digests),
      content_digests_sha: receipt.content_digests_sha,
      rights_sha: proof.rights_sha,
      source_version: proof.source_version,
      frame: frameOf(reading),
    }),
  );
}

function frameOf({
  facts,
  schemas,
  relations,
  roles,
  rights,
  checksumStatements,
  extensions,
  parameters,
}: SourceReading): DrillPackage["frame"] {
  return {
    encoding: facts.encoding,
    lc_collate: facts.lc_collate,
    lc_ctype: facts.lc_ctype,
    schemas: [...schemas],
    carried: relations.filter((relation) => relation.carried).map((relation) => relation.name),
    public_usage: rights.some(({ what, rights: held }) => what === "schema public" && held.includes("PUBLIC USAGE")),
    roles: [...roles],
    checksum_statements: [...checksumStatements],
    extensions: [...extensions],
    parameters: [...parameters],
  };
}

/** Where a drill may start a throw-away server on this machine. */
export interface DrillPlace {
  readonly binDir: string;
  readonly scratchRoot: string;
  readonly scratchUser: string | null;
  readonly capSeconds: number;
}

/**
 * Restores clear SQL from a stream into a throw-away server and holds every table and right against the receipt. STOP_BACKUP_FAILED
 * before anything is started when this machine's programs are older than the source; STOP_PROOF_FAILED names what differs.
 */
export async function restoreForDrill(
  known: DrillPackage,
  clear: AsyncIterable<Uint8Array>,
  place: DrillPlace,
): Promise<ContentDigests> {
  const source = known.source_version === undefined ? undefined : majorOfText(known.source_version);
  if (source !== undefined)
    insist(judgeInstallation({ programs: await majorVersions(place.binDir, "initdb"), source, adapter: "initdb" }));
  const scratch = await initdbScratch({
    binDir: place.binDir,
    root: place.scratchRoot,
    unixUser: place.scratchUser,
  }).start(known.size_bytes);
  try {
    const copy = await restore({
      scratch,
      binDir: place.binDir,
      reading: readingOf(known),
      clear: Readable.from(clear, { objectMode: false }),
      capSeconds: place.capSeconds,
    });
    insist(equalContent(known.content_digests, copy.tables));
    const rights = rightsDigest(source === undefined ? copy.rights : rightsAsOf(copy.rights, source));
    if (rights !== known.rights_sha)
      throw new Stopped("STOP_PROOF_FAILED", {
        saw: `owners and rights of the copy hash to ${rights.slice(0, 12)}`,
        wanted: `${known.rights_sha.slice(0, 12)}, as when the backup was proven`,
      });
    return copy.tables;
  } finally {
    await scratch.stop();
  }
}

// The restore asks only for the frame; what the dump was made from is not needed again.
function readingOf({ frame }: DrillPackage): SourceReading {
  const relations = frame.carried.map((name) => ({
    name,
    schema: name.split(".")[0] ?? "",
    relation: basename(name),
    kind: "r",
    carried: true,
  }));
  return {
    facts: {
      version_num: 0,
      version: "",
      encoding: frame.encoding,
      lc_collate: frame.lc_collate,
      lc_ctype: frame.lc_ctype,
      now: new Date(0),
    },
    snapshot: "",
    schemas: frame.schemas,
    relations,
    leftOut: [],
    setAside: [],
    extensions: frame.extensions,
    parameters: frame.parameters,
    // Before PostgreSQL 16, and in older packages, the role itself says whether it inherits.
    roles: frame.roles.map((one) => ({ inherited: one.inherit ? one.member_of : [], ...one })),
    checksumStatements: frame.checksum_statements,
    rights: frame.public_usage ? [{ what: "schema public", owner: "", rights: ["PUBLIC USAGE"] }] : [],
  };
}
