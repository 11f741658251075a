// Points that this workstation answers by itself: what its tracked files hold, what it would lay on the host, what its grammar can.
import * as z from "zod";
import type { Release } from "../../infra/render/release.ts";
import { takeIn, INTAKE_CAPS } from "../../runner/commands/intake.ts";
import type { ApproverSet } from "../../runner/model/approvers.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import type { Gate } from "../../runner/model/run.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { found, missing, type Finding } from "../../runner/model/point.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import type { Told } from "./told.ts";
import type { TrackedFiles } from "./tracked-files.ts";
import type { Trace } from "./tracked-secrets.ts";

/** Secrets and run ids in tracked files: where, never what. */
export function treeScanPoints(tracked: Told<TrackedFiles>): Finding[] {
  const point = (title: string, of: (files: TrackedFiles) => readonly Trace[]): Finding => {
    if (!("value" in tracked)) return { title, ...tracked, next: "git status" };
    const traces = of(tracked.value);
    const [first] = traces;
    if (first === undefined) return found(title, `${tracked.value.files} files looked through`);
    const places = [...new Set(traces.map(({ path, line, kind }) => `${path}:${line} ${kind}`))];
    const more = places.length > 10 ? `, and ${places.length - 10} more` : "";
    return missing(title, `${places.slice(0, 10).join(", ")}${more}`, `git rm --cached -- ${shellWord(first.path)}`);
  };
  return [
    point("no secret in tracked files", ({ secrets }) => secrets),
    point("no run id in the code", ({ runIds }) => runIds),
  ];
}

const testsSchema = z.object({
  tested_release: z.string(),
  tests: z.object({ suites: z.string(), tests: z.string(), passed: z.string(), not_run: z.string().default("0") }),
});

/**
 * The tests that the release to be laid has passed, as its manifest covers them. A build that is laid as it is (a sandbox) may
 * be the one that `recorded`, the last release of this checkout, says it tested.
 */
export function testsPoint(release: Told<Release>, recorded: Release | undefined): Finding {
  const [title, next] = ["tests baseline", "npm run release"];
  if (!("value" in release)) return { title, ...release, next };
  const { files, digest } = release.value;
  const open = (saw: string): Finding => missing(title, saw, next);
  const own = files["tests.json"];
  const record = own ?? recorded?.files["tests.json"];
  if (record === undefined) return open("the release to be laid was built and not released: it records no tests");
  const parsed = testsSchema.safeParse(jsonOf(textOf(record)));
  if (!parsed.success) return open("the release's record of its tests is not in its form");
  const {
    tested_release,
    tests: { suites, tests, passed, not_run },
  } = parsed.data;
  if (tested_release !== (own === undefined ? digest : digestWithoutTests(files)))
    return open("the recorded tests are those of another build");
  if (Number(passed) + Number(not_run) !== Number(tests) || Number(passed) === 0)
    return open(`${passed} of ${tests} tests passed`);
  return found(title, `${passed}/${tests} passed in ${suites} suites, for release ${digest.slice(0, 12)}`);
}

// The digest of the build before its counts were added, in the order the build lists its files.
function digestWithoutTests(files: Release["files"]): string {
  const listed = Object.entries(
    z
      .record(z.string(), z.string())
      .catch({})
      .parse(jsonOf(textOf(files["manifest.json"]))),
  );
  return sha256(JSON.stringify(Object.fromEntries(listed.filter(([path]) => path !== "tests.json"))));
}

/** Whether three signatures of the right persons can be given at all: nobody signs SG_1 and one of the other two. */
export function canAuthorize(set: ApproverSet): string | undefined {
  const may = (gate: Gate): string[] => set.persons.filter(({ gates }) => gates.includes(gate)).map(({ id }) => id);
  const [first, execution, second] = [may("SG_1_cut_authz"), may("EXECUTION"), may("SG_2_lifecycle_authz")];
  if (first.some((person) => execution.some((other) => other !== person) && second.some((other) => other !== person)))
    return undefined;
  return "no persons of the set can sign SG_1, EXECUTION and SG_2 so that SG_1's is another than both";
}

/** P-A: the generic parser of this checkout marks a text, and the units cover it byte for byte. */
export function parserPoint(): Finding {
  const title = "P-A a generic snapshot parser";
  const text = Buffer.from(
    "Preface without a heading.\n\n# One\n\nFirst body.\n\n```\n# no heading\n```\n\n## One " +
      "point one\n\nSecond body.\n\n# Two\n\nThird body.\n",
  );
  const taken = takeIn(text, "READINESS", { caps: INTAKE_CAPS });
  if (taken.refusal !== undefined) return missing(title, taken.refusal.reason, "npm run test:unit");
  const profile = taken.manifest.profile_sha.slice(0, 12);
  return found(title, `a sample of ${taken.rows.length} units is covered byte for byte, profile ${profile}`);
}

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("utf8");
