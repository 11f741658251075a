// The parts of a host that hold what people said of it: the approver set as the database records it, the list of adopted facts, and the
// files that provisioning never touches.
import * as z from "zod";
import { sha256 } from "../runner/model/canonical.ts";
import type { StackConfig } from "./config.ts";
import { packageComponent } from "./database-spec.ts";
import type { Spec } from "./drift.ts";
import type { Declared } from "./host-spec.ts";
import { ENVIRONMENT, adoptedPath } from "./adopted-facts.ts";
import { fileState, type Ownership } from "./render/file-steps.ts";
import type { PsqlPlace } from "./render/psql.ts";
import { RECORDED_SET_PATH, recordedSetState, renderRecordedSet } from "./render/recorded-set.ts";
import type { Sources } from "./sources.ts";

/** Component of the approver set in the database. */
export const RECORDED_SET_COMPONENT = "recorded-approver-set";

/** Component of what provisioning never touches. */
export const UNTOUCHED_COMPONENT = "untouched";

/** Recorded as the database's administrator, so that the file on the host and its pin are not all that says who may sign. */
export function recordedSetComponent(
  config: StackConfig,
  { approvers, packages }: Sources,
  place: PsqlPlace,
): Declared[] {
  if (!packages.some(({ name }) => name === "runtime")) return [];
  const { version } = z.looseObject({ version: z.string() }).parse(JSON.parse(approvers.toString("utf8")));
  const { sha } = config.approvers;
  const up =
    version === "1"
      ? "records version 1; a recorded set is never replaced"
      : "nothing: npm run approvers -- lay, with the signatures of the set before";
  const component = RECORDED_SET_COMPONENT;
  const parent = "table cutter_runtime.approver_set";
  return [
    {
      name: component,
      after: [packageComponent("runtime")],
      spec: { [RECORDED_SET_PATH]: { component, up, state: recordedSetState(version, sha), parent } },
      script: renderRecordedSet({ version, sha, bytes: approvers }, place),
    },
  ];
}

/** Who reads the adopted facts on the host: the runner's precheck. Nothing in them is secret. */
export const adoptedOwnership = ({ orchestrator: { owner, group } }: StackConfig): Ownership => ({
  owner,
  group,
  mode: "0644",
});

/** The facts themselves are compared by look.ts; here stands the list that the host's precheck reads. `script`: what `up` says of it. */
export function environmentComponent(config: StackConfig, { adopted }: Sources, script: string): Declared {
  const component = ENVIRONMENT;
  const up = "nothing: npm run drift -- --adopt lays it";
  const spec: Spec =
    adopted === undefined
      ? {}
      : { [adoptedPath(config)]: { component, up, state: fileState(adoptedOwnership(config), sha256(adopted.bytes)) } };
  return { name: component, script, after: [], spec };
}

/** Files and trees of other people: only looked at, by a digest that was pinned. `script`: what `up` says of them. */
export function untouchedComponent({ untouched }: StackConfig, script: string): Declared {
  const component = UNTOUCHED_COMPONENT;
  const up = "nothing: provisioning never touches it; find out who changed it";
  const spec = Object.fromEntries(
    untouched.map(({ path, sha256: digest }) => [
      `everything in ${path}`,
      { component, up, state: `sha256:${digest}` },
    ]),
  );
  return { name: component, script, after: [], spec };
}
