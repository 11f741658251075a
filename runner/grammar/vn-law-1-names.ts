// What units are called: address, eId of Akoma Ntoso, section type of the live vocabulary.
import type { Level } from "./vn-law-1-candidates.ts";

/** Words of one level. eid: abbreviation of the Akoma Ntoso naming convention. rank: depth from the outside in. */
interface LevelWords {
  readonly address: string;
  readonly eid: string;
  readonly section_type: string;
  readonly rank: number;
}

/** Names of the levels; the section types are words of the substrate's vocabulary. */
export const LEVEL_WORDS: Readonly<Record<Level, LevelWords>> = {
  part: { address: "PHAN", eid: "part", section_type: "section", rank: 1 },
  chapter: { address: "CHUONG", eid: "chp", section_type: "section", rank: 2 },
  section: { address: "MUC", eid: "sec", section_type: "section", rank: 3 },
  subsection: { address: "TIEU-MUC", eid: "subsec", section_type: "section", rank: 4 },
  article: { address: "DIEU", eid: "art", section_type: "article", rank: 5 },
  group: { address: "MUC", eid: "sec", section_type: "paragraph", rank: 6 },
  clause: { address: "KHOAN", eid: "cl", section_type: "paragraph", rank: 7 },
  point: { address: "DIEM", eid: "point", section_type: "paragraph", rank: 8 },
  annex: { address: "PHU-LUC", eid: "att", section_type: "appendix", rank: 1 },
};

/** Names of one unit. */
export interface UnitNames {
  readonly address: string;
  readonly eid: string;
}

/**
 * Names of a unit below `parent`, or below the document. Articles are numbered through the document, so neither their address nor
 * their eId repeats the chapter they stand in; sections, clauses and points are named by their path.
 */
export function namesOf(
  prefix: string,
  level: Level,
  numbered: { readonly address: string; readonly number: string },
  parent: UnitNames | undefined,
): UnitNames {
  const words = LEVEL_WORDS[level];
  const own = numbered.address === "" ? words.address : `${words.address}-${numbered.address}`;
  const eid = numbered.number === "" ? words.eid : `${words.eid}_${numbered.number}`;
  if (level === "article" || level === "annex" || parent === undefined) return { address: `${prefix}/${own}`, eid };
  return { address: `${parent.address}/${own}`, eid: `${parent.eid}__${eid}` };
}
