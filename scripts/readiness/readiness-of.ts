// Gathers what readiness is judged by: the checkout, the stack's file, its sources, one connection to the host; then every point in order.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StackConfig } from "../../infra/config.ts";
import { lookForReadiness, type ReadinessAnswer } from "../../infra/readiness-look.ts";
import type { Release } from "../../infra/render/release.ts";
import { readApprovers, readBackupKey, readOwnSources, readRelease } from "../../infra/sources.ts";
import { parseApprovers } from "../../runner/model/approvers.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { found, inPart, type Finding, type Point } from "../../runner/model/point.ts";
import { stackConfigOfFile } from "../stack/stack-config.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { canAuthorize, parserPoint, testsPoint, treeScanPoints } from "./checkout-points.ts";
import { RECORDED_BASELINE } from "./counts.ts";
import { approversPoint, envFilesPoint, gapPoints, programsPoint } from "./declared-points.ts";
import { answersPoint, hostnamePoint, installLine, untouchedPoints } from "./host-points.ts";
import { evidenceOf, type Evidence } from "./non-mutation.ts";
import { recordsOf } from "./record-facts.ts";
import {
  administratorPoint,
  backupPoint,
  countsPoint,
  discoveryPoint,
  foreignKeysPoint,
  grantPoint,
  hostIdsPoint,
  reexercisePoint,
  rulingPoint,
  targetPoint,
} from "./record-points.ts";
import { readTrackedFiles } from "./tracked-files.ts";
import { tell, unseen, type Told } from "./told.ts";

/** Whose readiness: `stackFile` is the stack's configuration, `project` the checkout. */
export interface Question {
  readonly stackFile: string;
  readonly sandbox: boolean;
  readonly project: string;
  readonly now: Date;
}

/** Every point, in the order to work through, and what proves that looking changed nothing. */
export interface Readiness {
  readonly points: readonly Point[];
  readonly evidence: readonly Evidence[];
}

interface LocalSources {
  readonly approvers: Told<Buffer>;
  readonly backupKey: Told<string>;
  readonly release: Told<Release>;
}

/** Looks and judges. Never dials before the stack's configuration is whole. */
export async function readinessOf({ stackFile, sandbox, project, now }: Question): Promise<Readiness> {
  const tracked = await tell(() => readTrackedFiles(project));
  const config = await readConfig(stackFile, named(stackFile, project), sandbox);
  const local = await readLocalSources(config, now);
  const released = await tell(() => readRelease(join(project, ".state", "release")));
  const look = await lookAt(config, local, project);
  const others = "value" in look ? look.value.others : undefined;
  const records = recordsOf(others?.records ?? { fault: "saw" in look ? look.saw : "" });
  const declared: Told<ReadinessAnswer["declared"]> = "value" in look ? { value: look.value.declared } : look;
  const edit = `\${EDITOR:-vi} ${shellWord(named(stackFile, project))}`;
  const whole = "value" in config ? config.value : undefined;
  const unread = unseen("not looked: the stack's configuration is not whole");
  const withConfig = (title: string, judge: (value: StackConfig) => Finding): Finding =>
    whole === undefined ? { title, ...unread } : judge(whole);
  const { folder: releases = "", launcher = "" } = whole?.release ?? {};
  const gap = gapPoints(declared, { ...local, releases, launcher });
  const points: Point[] = [
    ...inPart("this checkout", [
      ...treeScanPoints(tracked),
      configPoint(config, stackFile, edit),
      keyPoint(local.backupKey, whole, edit),
    ]),
    ...inPart("the host", [
      answersPoint(look, whole),
      hostnamePoint(look, whole, edit),
      programsPoint(declared, { install: installLine(whole) }),
      envFilesPoint(declared),
      withConfig("foreign keys to the application", (value) =>
        foreignKeysPoint(records.foreignKeys, value.orchestrator.content, edit),
      ),
      administratorPoint(records.acting, edit),
      discoveryPoint(records, whole?.database.user ?? "the administrator"),
      ...untouchedPoints(declared, whole, edit),
    ]),
    // Before the gaps, because only a tested release is to be laid; behind the host, because it takes long.
    ...inPart("the release", [testsPoint(local.release, "value" in released ? released.value : undefined)]),
    ...inPart("gaps", [
      gap.one,
      gap.two,
      gap.three,
      gap.four,
      gap.five,
      gap.six,
      withConfig("GAP-7 a ruling that authorizes one run", (value) => rulingPoint(records, value.orchestrator.content)),
      withConfig("GAP-8 a harmless target document", (value) =>
        targetPoint(records.documents, value.orchestrator.content),
      ),
      gap.nine,
      parserPoint(),
      withConfig("P-B a re-exercise of a constitution-shaped document", (value) =>
        reexercisePoint(value.orchestrator.content, edit),
      ),
    ]),
    ...inPart("immediately before a run", [
      withConfig("counts against the pinned baseline", (value) =>
        countsPoint(records, value.baseline ?? RECORDED_BASELINE, edit),
      ),
      withConfig("grant matrix sha", (value) =>
        grantPoint(records.grantMatrix, value.orchestrator.content.orchestrator.expected_grant_matrix_sha),
      ),
      hostIdsPoint(records.runs, "value" in tracked ? { value: tracked.value.mentioned } : tracked),
      withConfig("a proven backup", (value) => backupPoint(records.receipts, value.backupKey.fingerprint)),
      approversPoint(declared, judgedApprovers(local.approvers)),
    ]),
  ];
  return {
    points,
    evidence: evidenceOf(
      others && {
        files: [others.files_before, others.files_after],
        started: [others.started_before, others.started_after],
        writes: [others.writes_before, others.writes_after],
        session: records.session,
      },
    ),
  };
}

// Commands are pasted at the project's root.
const named = (file: string, project: string): string => (dirname(file) === project ? basename(file) : file);

async function readConfig(file: string, name: string, sandbox: boolean): Promise<Told<StackConfig>> {
  if (!existsSync(file))
    return {
      state: "missing",
      saw: `no ${basename(file)}`,
      next: sandbox
        ? "npm run sandbox -- up"
        : `npm run init -- ${/^Pulumi[.](.+)[.]yaml$/.exec(name)?.[1] ?? "<stack>"}`,
    };
  return await tell(() => stackConfigOfFile(file));
}

async function readLocalSources(config: Told<StackConfig>, now: Date): Promise<LocalSources> {
  if (!("value" in config)) {
    const none = unseen("the stack's configuration does not name it");
    return { approvers: none, backupKey: none, release: none };
  }
  const { value } = config;
  return {
    approvers: await tell(() => readApprovers(value, now)),
    backupKey: await tell(() => readBackupKey(value, now)),
    release: await tell(() => readRelease(value.release.source)),
  };
}

// What is missing here is declared as nothing; the points that stand on it say so and do not ask the host.
async function lookAt(
  config: Told<StackConfig>,
  { approvers, backupKey, release }: LocalSources,
  project: string,
): Promise<Told<ReadinessAnswer>> {
  if (!("value" in config)) return unseen("not dialled: the stack's configuration is not whole");
  return await tell(
    async () =>
      await lookForReadiness(
        config.value,
        {
          ...readOwnSources(config.value, project),
          approvers: "value" in approvers ? approvers.value : Buffer.alloc(0),
          backupKey: "value" in backupKey ? backupKey.value : "",
          release: "value" in release ? release.value : { digest: "0".repeat(64), files: {} },
        },
        project,
      ),
  );
}

function configPoint(config: Told<StackConfig>, file: string, edit: string): Finding {
  const title = "the stack's configuration";
  return "value" in config ? found(title, `${basename(file)} is whole`) : { title, next: edit, ...config };
}

function keyPoint(key: Told<string>, config: StackConfig | undefined, edit: string): Finding {
  const title = "backup public key";
  return "value" in key
    ? found(title, `${config?.backupKey.fingerprint ?? ""} can encrypt`)
    : { title, next: edit, ...key };
}

function judgedApprovers(approvers: Told<Buffer>): Told<Buffer> {
  if (!("value" in approvers)) return approvers;
  try {
    const fault = canAuthorize(parseApprovers(approvers.value).set);
    return fault === undefined ? approvers : { state: "missing", saw: fault };
  } catch (error) {
    if (error instanceof Stopped) return { state: "missing", saw: error.facts.saw };
    throw error;
  }
}
