// The forms in which clauses and points are numbered, in the plain text of a line and in its bytes.

/**
 * A way of numbering, and what must follow its number for it to be one. Groups: quotation mark, number or letter,
 * letter or number of an insertion.
 */
export interface Style {
  readonly name: string;
  readonly form: RegExp;
  /** Whether a first and a second one must be there. */ readonly pair: boolean;
}

/**
 * Numbers of clauses: `1.`, `1)`, `1 -`, `1/`, `(1)`, `Khoản 1.`. A full stop before a digit is a date, an amount or a
 * number of two parts.
 */
export const CLAUSE_STYLES: readonly Style[] = [
  { name: ".", form: /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?)\s?(?:\[\d{1,3}\])?\.(?!\d| \d{3}[. ])/u, pair: false },
  { name: ")", form: /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?)\)/u, pair: false },
  { name: "-", form: /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?) ?[-–] /u, pair: false },
  { name: "/", form: /^(["“]\s*)?([1-9]\d{0,2})([a-zđ]?)\/ /u, pair: false },
  { name: "(", form: /^(["“]\s*)?\(([1-9]\d{0,2})([a-zđ]?)\)\s+(?=["“]?\p{Lu})/u, pair: true },
  {
    name: "khoản",
    form: /^(["“]\s*)?(?:Khoản|KHOẢN)\s+([1-9]\d{0,2})([a-zđ]?)(?:[.:)/]|\s[-–])\s*(?=["“]?\p{L}|$)/u,
    pair: true,
  },
];

/** Letters of points: `a)`, `a.`, `a/`, `(a)`, `a -`, `Điểm a)`. */
export const POINT_STYLES: readonly Style[] = [
  { name: ")", form: /^(["“]\s*)?([a-zđ])(\d?)\)/u, pair: false },
  { name: "(", form: /^(["“]\s*)?\(([a-zđ])(\d?)\)\s/u, pair: true },
  { name: ".", form: /^(["“]\s*)?([a-zđ])(\d?)\.\s+(?=["“]?\p{L})/u, pair: true },
  { name: "/", form: /^(["“]\s*)?([a-zđ])(\d?)\/\s*(?=["“]?\p{L}{2})/u, pair: true },
  { name: "-", form: /^(["“]\s*)?([a-zđ])(\d?)\s?[-–]\s+(?=["“]?\p{L})/u, pair: true },
  { name: "điểm", form: /^(["“]\s*)?(?:Điểm|ĐIỂM)\s+([a-zđ])(\d?)(?:[).:/]|\s[-–])\s*(?=["“]?\p{L}|$)/u, pair: true },
];

/** `1.19 Chỉ đạo`: clause 1 with the marker of note 19. Groups: number, letter, note. */
export const NOTED_CLAUSE = /^([1-9]\d{0,2})([a-zđ]?)\.(\d{1,3})(?= )/u;
/** `1.1. Thu bán cây`: a number of two parts, one below a clause. */
export const SUBCLAUSE = /^\d{1,3}\.\d{1,2}(?:\.\d{1,2})?[.)]?\s+["“]?\p{Lu}/u;
/** `I. QUAN ĐIỂM`: a group of clauses that an article numbers in Roman. Groups: number, name. */
export const GROUP = /^([IVX]{1,5})\s?(?:[.)/]|\s[-–])\s*(["“]?\p{Lu}.*)$/u;

/**
 * Digits, note marker and stop of a clause; letter and bracket of a point; read as Latin-1, đ is two characters and
 * Khoản and Điểm hold several.
 */
export const CLAUSE_BYTES =
  /^(?:[Kk]\S{2,9}\s+)?\(?\d{1,3}(?:[a-z]|\u00c4\u0091)?\\?(?:\[\d{1,3}\])?(?: ?[.):\/-]|\s\u00e2\u0080\u0093)?(?:\d{1,3}(?= )|\[\d{1,3}\])?/;
export const POINT_BYTES =
  /^(?:\u00c4\u0090\S{2,9}\s+)?\(?(?:[a-z]|\u00c4\u0091|\u00c3\u00b0|\u00c9\u0096)\d?\\?(?: ?[.):\/-]|\s\u00e2\u0080\u0093)?(?:\d{1,3}(?= )|\[\d{1,3}\])?/;
/** `Điều 5.` where the article has no title of its own; Đi + ề + u in either normal form. */
export const ARTICLE_BYTES =
  /^\S+\s+(?:\S+\s+)?\d+(?:-?(?:[a-zA-Z]|bis|ter|quater|\u00c4\u0091))?(?:\[\d{1,3}\])?[.:\/]/;
/** `II.` where the name of a group is a whole sentence. */
export const GROUP_BYTES = /^[IVX]{1,5} ?[.)\/-]?/;
