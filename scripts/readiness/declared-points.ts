// Points that are parts of the declared host: one point a gap, found when everything it names stands as declared.
import { EXISTING, packageComponent } from "../../infra/database-spec.ts";
import { ABSENT } from "../../infra/drift.ts";
import { COMPONENTS } from "../../infra/host-spec.ts";
import type { DeclaredLook } from "../../infra/readiness-look.ts";
import type { LookName } from "../../infra/render/probe.ts";
import { found, missing, notSeen, type Finding } from "../../runner/model/point.ts";
import type { Told } from "./told.ts";

/** A point made of declared things. `needs`: looks without which nothing is known about them. */
interface DeclaredPoint {
  readonly title: string;
  readonly needs: readonly LookName[];
  /** Components it is made of, each of which must be declared. */
  readonly components: readonly string[];
  /** Components that belong to it when they are declared. */
  readonly may?: readonly string[];
  /** Which of their things belong to it; all by default. */
  readonly only?: (path: string, component: string) => boolean;
  readonly next: string;
  /** What the declaration lacks when nothing belongs to it. */
  readonly undeclared: string;
  /** Something on this workstation that it stands on. */
  readonly source?: Told<unknown>;
}

const OWN_ROLES = /^role |to cutter_(?:exec|verify)$/;
/** The ledger's principals themselves, whose places a later package may raise. */
const PRINCIPALS = /^role cutter_(?:exec|verify)$/;

/** What the points need besides the look. */
export interface DeclaredParts {
  readonly release: Told<unknown>;
  readonly backupKey: Told<unknown>;
  /** Folder in which releases stand side by side. */
  readonly releases: string;
  readonly launcher: string;
  /** The line that installs programs on the host. */
  readonly install: string;
}

/** Programs the host must bring. */
export const programsPoint = (look: Told<DeclaredLook>, { install }: Pick<DeclaredParts, "install">): Finding =>
  judge(look, {
    title: "programs",
    needs: ["node", "postgres", "keyring", "database"],
    components: [COMPONENTS.programs],
    next: install,
    undeclared: "no program is declared",
  });

/** The env files of the runner: owner, mode, and that each sets the names it must; never a value. */
export const envFilesPoint = (look: Told<DeclaredLook>): Finding =>
  judge(look, {
    title: "env files",
    needs: ["paths", "node", "env_files"],
    components: [COMPONENTS.envFiles],
    next: "npm run drift",
    undeclared: "cutter:envFiles names none",
  });

/** The older trees that nobody may touch: one point each. */
export function treePoints(look: Told<DeclaredLook>, trees: readonly string[]): Finding[] {
  return trees.map((tree) =>
    judge(look, {
      title: `${tree} present and untouched`,
      needs: ["digests"],
      components: [COMPONENTS.untouched],
      only: (path) => path === `everything in ${tree}`,
      next: "npm run drift",
      undeclared: "not declared",
    }),
  );
}

/** GAP-1 to GAP-6 and GAP-9; GAP-7, GAP-8 and P-A are no matter of the declared host. */
export function gapPoints(
  look: Told<DeclaredLook>,
  parts: Omit<DeclaredParts, "install">,
): Record<"one" | "two" | "three" | "four" | "five" | "six" | "nine", Finding> {
  const { release: source, backupKey, releases, launcher } = parts;
  const delivery = new Set([releases, `${releases}/current`, launcher]);
  const up = { next: "npm run up", undeclared: "its package is not in cutter:database.packages" };
  const files: readonly LookName[] = ["paths", "hashes", "trees", "tree_hashes"];
  const point = (asked: Omit<DeclaredPoint, keyof typeof up>): Finding => judge(look, { ...asked, ...up });
  return {
    one: point({
      title: "GAP-1 the runner's code on the host",
      needs: files,
      components: [COMPONENTS.release],
      only: (path) => !delivery.has(path),
      source,
    }),
    two: point({
      title: "GAP-2 the deploy path",
      needs: files,
      components: [COMPONENTS.release],
      only: (path) => delivery.has(path),
      source,
    }),
    three: point({
      title: "GAP-3 the backup's public key",
      needs: ["paths", "hashes", "keyring"],
      components: [COMPONENTS.backupKey],
      source: backupKey,
    }),
    four: point({
      title: "GAP-4 principals of the ledger",
      needs: ["database"],
      components: [EXISTING, packageComponent("runtime")],
      may: [packageComponent("batch")],
      only: (path, component) =>
        component === packageComponent("runtime") || (component === EXISTING ? OWN_ROLES : PRINCIPALS).test(path),
    }),
    five: point({
      title: "GAP-5 configuration and runtime folders",
      needs: ["paths", "hashes", "config", "users"],
      components: [COMPONENTS.directories, COMPONENTS.config],
      may: [COMPONENTS.users],
    }),
    six: point({
      title: "GAP-6 a revert of one run",
      needs: ["database"],
      components: [packageComponent("revert")],
    }),
    nine: point({
      title: "GAP-9 the writing phases",
      needs: ["database"],
      components: ["read-rights", "two-grant", "runtime", "admission"].map(packageComponent),
    }),
  };
}

/** The host's copy of the approver set. */
export const approversPoint = (look: Told<DeclaredLook>, source: Told<unknown>): Finding =>
  judge(look, {
    title: "authorization: the approver set",
    needs: ["paths", "hashes"],
    components: [COMPONENTS.approvers],
    source,
    next: "npm run up",
    undeclared: "not declared",
  });

function judge(look: Told<DeclaredLook>, asked: DeclaredPoint): Finding {
  const { title, next } = asked;
  if (!("value" in look)) return { title, ...look };
  if (asked.source !== undefined && !("value" in asked.source)) return { title, next, ...asked.source };
  const { spec, facts, lines, faults } = look.value;
  const fault = asked.needs.flatMap((name) => faults[name] ?? [])[0];
  if (fault !== undefined) return notSeen(title, fault, "npm run drift");
  const holds = (path: string, component: string): boolean =>
    [...asked.components, ...(asked.may ?? [])].includes(component) && asked.only?.(path, component) !== false;
  const wanted = Object.entries(spec).filter(([path, { component }]) => holds(path, component));
  const lacking = asked.components.filter((name) => !wanted.some(([, { component }]) => component === name));
  if (lacking.length > 0) return missing(title, `${lacking.join(", ")}: ${asked.undeclared}`, "npm run drift");
  // Drift hides the parts of what is not there; here every declared thing must really have been seen.
  const shown = lines
    .filter(({ component, path }) => holds(path, component))
    .map(({ path, have }) => `${path}: ${have}`);
  const have = (path: string): string => (Object.hasOwn(facts, path) ? (facts[path]?.state ?? ABSENT) : ABSENT);
  const differing =
    shown.length > 0
      ? shown
      : wanted.filter(([path, { state }]) => have(path) !== state).map(([path]) => `${path}: ${have(path)}`);
  if (differing.length === 0)
    return found(title, `${wanted.length} ${wanted.length === 1 ? "fact" : "facts"} as declared`);
  const unopened = Object.values(facts).find(
    ({ closed, state }) => closed === true && state.startsWith("not looked into"),
  );
  if (unopened !== undefined && asked.needs.length === 1 && asked.needs[0] === "database")
    return notSeen(title, unopened.state, next);
  const more = differing.length > 1 ? `, and ${differing.length - 1} more` : "";
  return missing(title, `${differing[0] ?? ""}${more}`, next);
}
