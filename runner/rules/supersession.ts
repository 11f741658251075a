// A new version of an enacted text: what it may follow, what became of each article, and what its units name.
// Values in, values out; the decision is docs/decisions/0028-new-versions.md.
import { digestOf } from "../model/canonical.ts";
import type { PlanRow, SupersededRow } from "../model/cut-plan.ts";
import type { GrammarRequest } from "../model/grammar-request.ts";
import type { SupersededUnit, Supersedes } from "../model/registration-record.ts";
import type { Verdict } from "../model/stop.ts";

/** A unit as it stands in the database. */
export interface StandingUnit extends SupersededUnit {
  readonly lifecycle_status: string;
}

const byAddress = (one: SupersededUnit, other: SupersededUnit): number =>
  one.address < other.address ? -1 : one.address > other.address ? 1 : 0;

/** Digest of a text to compare with: sha256 of RFC 8785 [address, title_sha, content_hash] of every unit, by address. */
export const comparedSha = (units: readonly SupersededUnit[]): string =>
  digestOf([...units].sort(byAddress).map((unit) => [unit.address, unit.title_sha, unit.content_hash]));

/** What a registration records of the enacted text. */
export function supersedesOf(
  document: string,
  sourceVersion: string | null,
  units: readonly SupersededUnit[],
): Supersedes {
  const sorted = [...units]
    .sort(byAddress)
    .map(({ address, title_sha, content_hash }) => ({ address, title_sha, content_hash }));
  return { document_id: document, source_version_id: sourceVersion, compared_sha: comparedSha(sorted), units: sorted };
}

const refused = (saw: string, wanted: string, hint: string): Verdict => ({
  code: "STOP_REFUSED_INPUT",
  facts: { saw, wanted, hint },
});

/**
 * Whether `own` may be a new version of `document` as it stands. Enacted units cannot change and their addresses stay taken, so
 * the new version has a prefix of its own; a text that is not enacted is reverted and cut again instead.
 */
export function judgeSuperseded(own: string, document: string, units: readonly StandingUnit[]): Verdict {
  if (own === document)
    return refused(
      `${document} as a new version of itself`,
      "a prefix of its own for the new version",
      `its enacted units keep their addresses: register the new version under a new prefix, for example ${nextPrefix(own)}`,
    );
  if (units.length === 0)
    return refused(
      `no unit of ${document} stands in this database`,
      "a document that was cut and enacted",
      "compare with an older file instead: --against-file <file>",
    );
  const others = units.filter((unit) => unit.lifecycle_status !== "enacted");
  const words = [...new Set(others.map((unit) => unit.lifecycle_status))].sort().join(", ");
  if (others.length > 0)
    return refused(
      `${others.length} of ${units.length} units of ${document} are ${words}`,
      "every unit enacted",
      "a draft is set aside with `npm run rollback` and its document cut again under its own prefix",
    );
  return undefined;
}

/** The enacted text as it stands now against the one the registration compared with. */
export function judgeUnchanged(supersedes: Supersedes, own: string, standing: readonly StandingUnit[]): Verdict {
  const verdict = judgeSuperseded(own, supersedes.document_id, standing);
  if (verdict || comparedSha(standing) === supersedes.compared_sha) return verdict;
  return {
    code: "STOP_DRIFT",
    facts: {
      saw: `${supersedes.document_id} has other units than this version was registered against`,
      wanted: supersedes.compared_sha,
      hint: "register the version again: it is compared with the text as it stands",
    },
  };
}

/** BLDS becomes BLDS-V2, BLDS-V2 becomes BLDS-V3; at most 32 characters. */
export function nextPrefix(prefix: string): string {
  const [, stem = prefix, number] = /^(.*)-V(\d{1,4})$/.exec(prefix) ?? [];
  const tail = `-V${number === undefined ? 2 : Number(number) + 1}`;
  return `${stem.slice(0, 32 - tail.length)}${tail}`;
}

/** How an enacted text gets a new version; every hint about it is this one. */
export const newVersionHint = (document: string): string =>
  `enacted text keeps its addresses and its words; a new version is a document of its own: ` +
  `\`npm run intake -- <file> ${nextPrefix(document)} --against ${document}\``;

/** STOP_REFUSED_INPUT for a text of which units are enacted: it cannot be cut a second time. */
export function judgeNotEnacted(document: string, units: readonly Pick<StandingUnit, "lifecycle_status">[]): Verdict {
  const enacted = units.filter(({ lifecycle_status }) => lifecycle_status === "enacted").length;
  if (enacted === 0) return undefined;
  return refused(
    `${enacted} units of ${document} are enacted`,
    "a document that is not enacted; nothing was opened",
    newVersionHint(document),
  );
}

/** An address without its document. */
const within = (address: string): string => address.slice(address.indexOf("/") + 1);

/** The rows of a plan, each with the unit it takes the place of; without a superseded text they stay as they are. */
export function rowsSuperseding(rows: readonly PlanRow[], supersedes: Supersedes | undefined): readonly PlanRow[] {
  if (!supersedes) return rows;
  const before = new Map(supersedes.units.map((unit) => [within(unit.address), unit]));
  const { document_id, compared_sha } = supersedes;
  return rows.map((row) => {
    const unit = before.get(within(row.canonical_address));
    const named: SupersededRow = {
      document_id,
      compared_sha,
      address: unit?.address ?? null,
      content_hash: unit?.content_hash ?? null,
    };
    return { ...row, supersedes: named };
  });
}

/** The same as columns of a planned unit; none for a row that supersedes nothing. */
export const supersededColumns = (named: SupersededRow | undefined): Readonly<Record<string, string | null>> =>
  named === undefined
    ? {}
    : {
        against_document: named.document_id,
        compared_sha: named.compared_sha,
        supersedes_address: named.address,
        supersedes_hash: named.content_hash,
      };

/** What became of an article. */
export type Fate = "same" | "changed" | "new" | "gone";
/** One article, or heading above articles; `was`: where the same text stands in the other version. */
export interface ComparedArticle {
  readonly place: string;
  readonly fate: Fate;
  readonly was?: string;
}
/** Every article once, in the order of the new text, those that are gone behind. */
export interface Comparison extends Readonly<Record<Fate, number>> {
  readonly articles: readonly ComparedArticle[];
}

/** Fates in the order in which they are told. */
export const FATES: readonly Fate[] = ["same", "changed", "new", "gone"];

/** An article with everything below it is one place; every other heading is one of its own. */
function placeOf(address: string): string {
  const steps = within(address).split("/");
  const article = steps.findIndex((step) => step.startsWith("DIEU-"));
  return (article === -1 ? steps : steps.slice(0, article + 1)).join("/");
}

/** What stands at one place: all of it, and its bodies alone, which keep when only the number moves. */
interface Standing {
  readonly all: string;
  readonly bodies: string;
}

function standingByPlace(units: readonly SupersededUnit[]): Map<string, Standing> {
  const places = new Map<string, { all: string[]; bodies: string[] }>();
  for (const unit of [...units].sort(byAddress)) {
    const place = placeOf(unit.address);
    const below = within(unit.address).slice(place.length);
    const facts = places.get(place) ?? { all: [], bodies: [] };
    facts.all.push(`${below} ${unit.title_sha} ${unit.content_hash}`);
    facts.bodies.push(`${below} ${unit.content_hash}`);
    places.set(place, facts);
  }
  return new Map(
    [...places].map(([place, { all, bodies }]) => [place, { all: all.join("\n"), bodies: bodies.join("\n") }]),
  );
}

/** The one place of `there` that has these bodies and has changed itself; undefined where none or several have. */
function elsewhere(bodies: string, there: Map<string, Standing>, same: ReadonlySet<string>): string | undefined {
  const [place, ...more] = [...there].filter(([where, one]) => one.bodies === bodies && !same.has(where));
  return more.length === 0 ? place?.[0] : undefined;
}

/** Compares two cut texts by article: the same place with the same titles and bodies is the same. `now` in document order. */
export function compareVersions(before: readonly SupersededUnit[], now: readonly SupersededUnit[]): Comparison {
  const [old, fresh] = [standingByPlace(before), standingByPlace(now)];
  const order = [...new Set(now.map((unit) => placeOf(unit.address)))];
  const same = new Set(order.filter((place) => old.get(place)?.all === fresh.get(place)?.all));
  const told = (
    place: string,
    fate: Fate,
    one: Standing | undefined,
    there: Map<string, Standing>,
  ): ComparedArticle => {
    const was = one === undefined || fate === "same" ? undefined : elsewhere(one.bodies, there, same);
    return was === undefined || was === place ? { place, fate } : { place, fate, was };
  };
  const articles = [
    ...order.map((place) =>
      told(place, same.has(place) ? "same" : old.has(place) ? "changed" : "new", fresh.get(place), old),
    ),
    ...[...old.keys()].filter((place) => !fresh.has(place)).map((place) => told(place, "gone", old.get(place), fresh)),
  ];
  const count = (fate: Fate): number => articles.filter((article) => article.fate === fate).length;
  return { same: count("same"), changed: count("changed"), new: count("new"), gone: count("gone"), articles };
}

/** `same 10, changed 2, new 1, gone 0`. */
export const countsLine = (counts: Readonly<Record<Fate, number>>): string =>
  FATES.map((fate) => `${fate} ${counts[fate]}`).join(", ");

/** A line for each article that is not the same; `was` tells a number that only moved. */
export const changedLines = (comparison: Comparison): string[] =>
  comparison.articles
    .filter((article) => article.fate !== "same")
    .map(({ place, fate, was }) => {
      const moved =
        was === undefined ? "" : fate === "gone" ? `, its text is ${was} now` : `, the text of ${was} before`;
      return `${fate.padEnd(7)} ${place}${moved}`;
    });

/** The units of planned rows, as texts are compared. */
export const unitsOfRows = (rows: readonly PlanRow[]): SupersededUnit[] =>
  rows.map(({ canonical_address, title_sha, content_hash }) => ({
    address: canonical_address,
    title_sha,
    content_hash,
  }));

/** The innermost level of units that a cut law holds. */
const depthOf = (units: readonly SupersededUnit[]): GrammarRequest["depth"] =>
  units.some((unit) => unit.address.includes("/DIEM-"))
    ? "diem"
    : units.some((unit) => unit.address.includes("/KHOAN-"))
      ? "khoan"
      : "dieu";

/** Texts that were cut at different depths have no article in common; such a comparison would call everything changed. */
export function judgeComparable(before: readonly SupersededUnit[], now: readonly SupersededUnit[]): Verdict {
  const isLaw = (units: readonly SupersededUnit[]): boolean => units.some((unit) => unit.address.includes("/DIEU-"));
  const [was, is] = [depthOf(before), depthOf(now)];
  if (was === is || !isLaw(before) || !isLaw(now)) return undefined;
  return refused(
    `the enacted text is cut at ${was}, this file at ${is}`,
    "both texts at one depth",
    `take the new version in with --depth ${was}`,
  );
}
