// Whether a batch may be opened: everything that is wrong with its manifest, all at once.
import { isProtected } from "./protected.ts";
import { batchManifestSchema, itemsIn, manifestSha, wavesOf, type BatchManifest } from "../model/batch.ts";
import { Stopped, type Verdict } from "../model/stop.ts";
import { waveMinutes } from "./times.ts";

/** What the database and this host say about the documents of a manifest. */
export interface ManifestFacts {
  /** By document: its newest version, null without one; a document that is not registered is missing. */
  readonly registered: ReadonlyMap<string, string | null>;
  /** Documents that a run of the cutter enacted. */
  readonly enacted: ReadonlySet<string>;
  /** By document: the open run or batch that holds it. */
  readonly held: ReadonlyMap<string, string>;
  readonly protectedPrefixes: readonly string[];
  /** Seconds one document needs to be planned and written, as the host's own runs measured it; null before the first. */
  readonly seconds: number | null;
  /** Minutes that a backup of this host is good for. */
  readonly maxAgeMinutes: number;
}

type ManifestIssue = NonNullable<ReturnType<typeof batchManifestSchema.safeParse>["error"]>["issues"][number];

/** A text that is no manifest: every place where it is none, and those of its items that have the form of one. Values are never quoted. */
export interface Malformed {
  readonly faults: readonly string[];
  readonly items: BatchManifest["items"];
}

/** STOP_REFUSED_INPUT when the text is no JSON. */
export function readManifest(value: unknown): BatchManifest | Malformed {
  if (value === undefined)
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "a manifest that is no JSON", wanted: "a JSON object" });
  const parsed = batchManifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "manifest"}: ${faultOf(issue)}`);
  return { faults, items: itemsIn(value) };
}

/** The stop of a text that is no manifest, with whatever speaks against the items in it that can be read; null when nobody could be asked. */
export function malformedManifest({ faults, items }: Malformed, facts: ManifestFacts | null): Stopped {
  const details = [...faults, ...(facts === null ? [] : documentFaults(items, facts))];
  return new Stopped("STOP_REFUSED_INPUT", {
    saw: `a manifest that is wrong in ${details.length === 1 ? "one place" : `${details.length} places`}`,
    wanted: "schema_version, batch_id, created_by, created_utc and items, as docs/batch.md describes them",
    details,
  });
}

function faultOf(issue: ManifestIssue): string {
  if (issue.code === "unrecognized_keys") return `unknown ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_format") return "not of its form";
  const what = "origin" in issue && issue.origin === "array" ? " of them" : "";
  if (issue.code === "too_big") return `at most ${issue.maximum}${what}`;
  if (issue.code === "too_small") return `at least ${issue.minimum}${what}`;
  return issue.code;
}

/** STOP_REFUSED_INPUT when the id is that of a batch of another manifest; asked for again with the same one nothing is opened twice. */
export function judgeBatchId(manifest: BatchManifest, known: { readonly manifest_sha: string } | undefined): Verdict {
  if (known === undefined || known.manifest_sha === manifestSha(manifest)) return undefined;
  return {
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: `batch_id: ${manifest.batch_id} is the batch of another manifest`,
      wanted: "an id of its own for each manifest",
      hint: "write a new batch_id; a batch that was opened is not changed",
      next: `cutter orchestrate batch status ${manifest.batch_id}`,
    },
  };
}

/** STOP_REFUSED_INPUT with one line for each document that cannot be in a batch now. */
export function judgeManifest(manifest: BatchManifest, facts: ManifestFacts): Verdict {
  const ids = manifest.items.map((item) => item.document_id);
  const details = [
    ...documentFaults(manifest.items, facts),
    ...(manifest.canary ?? []).filter((id) => !ids.includes(id)).map((id) => `${id}: a canary that is no item`),
    ...waveFaults(manifest, facts),
  ];
  const [first] = details;
  if (first === undefined) return undefined;
  return {
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: details.length === 1 ? first : `${details.length} reasons against this batch, the first: ${first}`,
      wanted: "registered documents that nobody works on, each once",
      details,
      hint: "correct the manifest or the registry; nothing was opened",
    },
  };
}

function documentFaults(items: BatchManifest["items"], facts: ManifestFacts): string[] {
  const ids = items.map((item) => item.document_id);
  return [
    ...items.flatMap((item) => itemFaults(item, facts)),
    ...[...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `${id}: asked for twice`),
  ];
}

function itemFaults(item: BatchManifest["items"][number], facts: ManifestFacts): string[] {
  const { document_id, source_version_id } = item;
  if (isProtected(document_id, facts.protectedPrefixes)) return [`${document_id}: protected`];
  if (!facts.registered.has(document_id)) return [`${document_id}: not in the source registry`];
  const newest = facts.registered.get(document_id) ?? null;
  const holder = facts.held.get(document_id);
  return [
    ...(newest === null ? [`${document_id}: registered without a version`] : []),
    ...(source_version_id !== null && newest !== null && source_version_id !== newest
      ? [`${document_id}: version ${source_version_id} is not the newest, which is ${newest}`]
      : []),
    ...(holder === undefined ? [] : [`${document_id}: held by ${holder}`]),
    ...(facts.enacted.has(document_id)
      ? [`${document_id}: enacted already; a new version is a document of its own`]
      : []),
  ];
}

function waveFaults(manifest: BatchManifest, { seconds, maxAgeMinutes }: ManifestFacts): string[] {
  if (seconds === null) return [];
  const sizes = new Map<number, number>();
  for (const { wave } of wavesOf(manifest)) sizes.set(wave, (sizes.get(wave) ?? 0) + 1);
  const largest = Math.max(...sizes.values());
  const minutes = (largest * seconds) / 60;
  const { work } = waveMinutes(maxAgeMinutes);
  return minutes > work
    ? [
        `wave_size: ${largest} documents at ${seconds.toFixed(1)} s take ${minutes.toFixed(0)} minutes; a backup is good for ` +
          `${maxAgeMinutes} here, of which a wave may take ${work}, so at most ${Math.floor((work * 60) / seconds)} documents`,
      ]
    : [];
}
