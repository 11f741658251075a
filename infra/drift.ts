// What differs between the declared host and the found one: a pure comparison, one line a difference.
// See docs/decisions/0080-drift.md.
import { printable } from "../runner/rules/text-hygiene.ts";

/** One thing as it must be. `state` is compared; everything else is for people and for the rules of suppression. */
export interface Wanted {
  /** Resource that declares it. */
  readonly component: string;
  /** The state in words and digests, exactly as the probe words it. */
  readonly state: string;
  /** What the thing lies in: when that is not there, or cannot hold parts, its parts are not told one by one. */
  readonly parent?: string;
  /** A declared value shown in place of `state`; never a secret. */
  readonly show?: string;
  /** What `up` does about a difference. */
  readonly up: string;
  /** Told only when no sibling differs: the whole of what the siblings are the parts of. */
  readonly whole?: true;
}

/** One thing as it was found. */
export interface Found {
  readonly component: string;
  readonly state: string;
  readonly parent?: string;
  /** It cannot hold its parts (a link, a file that is not JSON), so its parts are not told. */
  readonly closed?: true;
  /** Changes with every change of the thing, also with one that is undone: change time and inode, or row versions. */
  readonly witness?: string;
}

/** By path: what the host must have. */
export type Spec = Readonly<Record<string, Wanted>>;
/** By path: what the host has. What is not there has no entry. */
export type Facts = Readonly<Record<string, Found>>;

/** One difference. Texts may come from the host: whoever prints them escapes them. */
export interface DriftLine {
  readonly component: string;
  readonly path: string;
  readonly want: string;
  readonly have: string;
  readonly up: string;
}

/** Words for what is not there. */
export const ABSENT = "absent";

/** What `up` does about something nobody declared. */
const EXTRA_UP = "nothing: remove it by hand, or adopt it by its path in cutter:known";

/**
 * Every difference, ordered by path. Empty if and only if the host is as declared. `known` names extras that were
 * adopted, each by its path as it is printed.
 */
export function drift(spec: Spec, facts: Facts, known: readonly string[] = []): DriftLine[] {
  const paths = [...new Set([...Object.keys(spec), ...Object.keys(facts)])].sort();
  const lines = paths
    .filter((path) => !known.includes(printable(path)) || own(spec, path) !== undefined)
    .flatMap((path) => compare(path, spec, facts))
    .filter(({ path }) => !isHidden(path, spec, facts));
  const differing = new Set(
    lines.filter(({ path }) => own(spec, path)?.whole !== true).map(({ path }) => parentOf(path, spec, facts)),
  );
  return lines.filter(({ path }) => own(spec, path)?.whole !== true || !differing.has(parentOf(path, spec, facts)));
}

function compare(path: string, spec: Spec, facts: Facts): DriftLine[] {
  const wanted = own(spec, path);
  const found = own(facts, path);
  if (wanted?.state === found?.state) return [];
  const component = wanted?.component ?? found?.component ?? "";
  return [
    {
      component,
      path,
      want: wanted?.show ?? wanted?.state ?? ABSENT,
      have: found?.state ?? ABSENT,
      up: wanted?.up ?? EXTRA_UP,
    },
  ];
}

// A part is told by its whole when the whole is declared and not there, or is there and holds no parts.
function isHidden(path: string, spec: Spec, facts: Facts, above = 0): boolean {
  const parent = parentOf(path, spec, facts);
  if (parent === undefined || above > DEEPEST) return false;
  const found = own(facts, parent);
  const unusable = found === undefined ? own(spec, parent) !== undefined : found.closed === true;
  return unusable || isHidden(parent, spec, facts, above + 1);
}

const DEEPEST = 16;

function parentOf(path: string, spec: Spec, facts: Facts): string | undefined {
  return own(spec, path)?.parent ?? own(facts, path)?.parent;
}

// Names come from the host: `__proto__` and `constructor` are names like any other.
function own<T>(record: Readonly<Record<string, T>>, path: string): T | undefined {
  return Object.hasOwn(record, path) ? record[path] : undefined;
}
