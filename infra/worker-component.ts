// The worker that stays up on every machine, as a part of the declaration; none where the stack names no unit file.
import { sha256 } from "../runner/model/canonical.ts";
import type { StackConfig } from "./config.ts";
import type { Declared } from "./host-spec.ts";
import { UNIT_OWNERSHIP, renderWorker, unitText, type KeptWorker } from "./render/batch-worker.ts";
import { fileState } from "./render/file-steps.ts";

/** Name of the component. */
export const WORKER_COMPONENT = "batch-worker";

/** Whether its process lives is told by `batch status`, from the beats in the database. */
export function workerComponent({ batchWorker, runtime, release }: StackConfig, after: readonly string[]): Declared[] {
  if (batchWorker === undefined) return [];
  const { unit } = batchWorker;
  const log = `${runtime.root}/batches/worker.log`;
  const worker: KeptWorker = { unit, user: runtime.owner, launcher: release.launcher, log };
  const sha = sha256(unitText(worker));
  const up = "writes the unit and starts the worker";
  return [
    {
      name: WORKER_COMPONENT,
      after,
      spec: { [unit]: { component: WORKER_COMPONENT, up, state: fileState(UNIT_OWNERSHIP, sha) } },
      script: renderWorker(worker, sha),
    },
  ];
}
