// A batch in words: its id, what a person asks for in a manifest, and the states it goes through. Key names and states are those of the
// seeds' queue.yaml.
import * as z from "zod";
import { canonicalText, sha256 } from "./canonical.ts";
import { askedGrammar } from "./grammar-request.ts";
import { DOCUMENT_ID, SOURCE_VERSION_ID } from "./ids.ts";
import { sha } from "./sha-schema.ts";

/** `ictb-<UTC to the second>-<8 hex>`. */
export type BatchId = string & { readonly __brand: "BatchId" };
export const BATCH_ID = /^ictb-\d{8}T\d{6}Z-[0-9a-f]{8}$/;
export const isBatchId = (text: string): text is BatchId => BATCH_ID.test(text);

/** Largest manifest that is read, bytes. */
export const MANIFEST_CAP = 1024 * 1024;
/** Documents one batch may hold. */
export const MOST_DOCUMENTS = 100;

/** The states of the seeds, in the order of a batch; the last two end it. */
export const BATCH_STATES = [
  "batch_pending",
  "batch_planning",
  "batch_awaiting_cut_authz_set",
  "batch_writing",
  "batch_awaiting_lifecycle_authz_set",
  "batch_enacting",
  "batch_closeout",
  "batch_done",
  "batch_failed",
] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** Neither control characters nor halves of surrogate pairs, which no database keeps. */
const NO_CONTROLS = /^\P{C}*$/u;

const documentId = z.string().regex(DOCUMENT_ID);

/** One document. Without a version the newest of the registry is meant; `grammar` may only repeat what that is registered with. */
const itemSchema = z.strictObject({
  document_id: documentId,
  source_version_id: z.string().regex(SOURCE_VERSION_ID).nullable().default(null),
  grammar: askedGrammar.default({}),
});

/** How busy a server may be: locks that wait, connections in percent of all, seconds that the oldest transaction of others runs. */
const busySchema = z.strictObject({
  ungranted_locks: z.int().min(0).max(100_000),
  connections_percent: z.int().min(1).max(100),
  transaction_seconds: z.int().min(1).max(86_400),
});
export type Busy = z.infer<typeof busySchema>;

/** Over one number of `max` a batch pauses; over one of `critical` it asks nothing for `hibernate_seconds`. */
const throttleSchema = z
  .strictObject({ max: busySchema, critical: busySchema, hibernate_seconds: z.int().min(1).max(3_600) })
  .refine(
    ({ max, critical }) =>
      max.ungranted_locks <= critical.ungranted_locks &&
      max.connections_percent <= critical.connections_percent &&
      max.transaction_seconds <= critical.transaction_seconds,
    { message: "critical below max", path: ["critical"] },
  )
  .default({
    max: { ungranted_locks: 10, connections_percent: 80, transaction_seconds: 300 },
    critical: { ungranted_locks: 50, connections_percent: 95, transaction_seconds: 3_600 },
    hibernate_seconds: 60,
  });
export type Throttle = z.infer<typeof throttleSchema>;

/**
 * What a person asks for. `canary`: documents cut and enacted before all others, by default the first. `wave_size`: documents planned and
 * signed together. `stop`: after more than so many failures the batch is halted; `policy` stop halts at the first. `limits`: waves planned
 * at once over all batches; documents are written one after the other.
 */
export const batchManifestSchema = z.strictObject({
  schema_version: z.literal("1"),
  batch_id: z.string().regex(BATCH_ID),
  created_by: z.string().min(1).max(200).regex(NO_CONTROLS),
  created_utc: z.iso.datetime(),
  default_scope: z.literal("enacted_only").default("enacted_only"),
  items: z.array(itemSchema).min(1).max(MOST_DOCUMENTS),
  canary: z.array(documentId).max(MOST_DOCUMENTS).exactOptional(),
  wave_size: z.int().min(1).max(MOST_DOCUMENTS).default(50),
  stop: z
    .strictObject({ failures: z.int().min(0).max(MOST_DOCUMENTS), policy: z.enum(["stop", "quarantine"]) })
    .default({ failures: 3, policy: "quarantine" }),
  throttle: throttleSchema,
  limits: z.strictObject({ plan: z.int().min(1).max(8), write: z.literal(1) }).default({ plan: 1, write: 1 }),
});
export type BatchManifest = z.infer<typeof batchManifestSchema>;

/** Those items of a malformed manifest that have the form of one, at most as many as a manifest may have. */
export function itemsIn(value: unknown): BatchManifest["items"] {
  const { data } = z.object({ items: z.array(z.unknown()) }).safeParse(value);
  return (data?.items ?? []).slice(0, MOST_DOCUMENTS).flatMap((item) => {
    const parsed = itemSchema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The stored form: RFC 8785, so that the same wish has the same digest whoever wrote it down. */
export const manifestText = (manifest: BatchManifest): string => canonicalText(manifest);
export const manifestSha = (manifest: BatchManifest): string => sha256(manifestText(manifest));

/** A member of a batch with the wave it belongs to; waves count from 0, the canary's. */
export interface PlannedMember {
  readonly document_id: string;
  readonly ordinal: number;
  readonly wave: number;
}

/** The canary is wave 0; the others follow in the order of the manifest, so many at a time. */
export function wavesOf(manifest: BatchManifest): PlannedMember[] {
  const canary = new Set(manifest.canary ?? manifest.items.slice(0, 1).map((item) => item.document_id));
  const first = manifest.items.filter((item) => canary.has(item.document_id));
  const others = manifest.items.filter((item) => !canary.has(item.document_id));
  const after = first.length === 0 ? 0 : 1;
  return [
    ...first.map((item) => ({ document_id: item.document_id, wave: 0 })),
    ...others.map((item, index) => ({
      document_id: item.document_id,
      wave: after + Math.floor(index / manifest.wave_size),
    })),
  ].map((member, index) => ({ ...member, ordinal: index + 1 }));
}

/**
 * What a wave came to, a row a document in the order of work: document, run, closeout or quarantined, and the digests that the second
 * principal saw; empty for a document that was set aside.
 */
export const waveOutcome = z.array(
  z.tuple([z.string(), z.string(), z.enum(["closeout", "quarantined"]), z.string(), z.string()]),
);
export type WaveOutcome = z.infer<typeof waveOutcome>;

/** A wave that came to its end, as an EXECUTION of the next one names it; `outcome` under that digest. */
export const waveBeforeSchema = z.strictObject({
  batch_id: z.string().regex(BATCH_ID),
  wave: z.string().regex(/^\d{1,3}$/),
  outcome_digest: sha,
  outcome: waveOutcome,
});
export type WaveBefore = z.infer<typeof waveBeforeSchema>;

/** Kinds of legs: a wave is planned and closed, a document is cut and enacted. */
const LEG_KINDS = ["plan", "cut", "enact", "close"] as const;
export type LegKind = (typeof LEG_KINDS)[number];

/** What one leg is about; `what` is a wave's number or a document. */
export interface LegName {
  readonly batch_id: BatchId;
  readonly kind: LegKind;
  readonly what: string;
}

/** Everything before the number of the try. */
export const legPrefix = ({ batch_id, kind, what }: LegName): string => `${batch_id}/${kind}/${what}/`;

/** The name inside a leg's id; undefined for an id of another form. */
export function legNameOf(id: string): LegName | undefined {
  const [batch_id = "", kind = "", what = "", number = "", ...more] = id.split("/");
  const known = LEG_KINDS.find((one) => one === kind);
  if (!isBatchId(batch_id) || known === undefined || what === "" || !/^\d+$/.test(number) || more.length > 0)
    return undefined;
  return { batch_id, kind: known, what };
}
