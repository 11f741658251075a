// The type of each part of a host, by the name of its component: part of the type token `cutter:host:<Type>` in the engine's state.
import { EXISTING, packageComponent } from "../database-spec.ts";
import { COMPONENTS } from "../host-spec.ts";
import { WORKER_COMPONENT } from "../worker-component.ts";

const TYPES: Readonly<Record<string, string>> = {
  [COMPONENTS.users]: "HostUsers",
  [COMPONENTS.directories]: "RuntimeDirectories",
  [COMPONENTS.config]: "OrchestratorConfig",
  [COMPONENTS.approvers]: "ApproverSet",
  [COMPONENTS.backupKey]: "BackupRecipient",
  [COMPONENTS.release]: "RunnerRelease",
  [COMPONENTS.programs]: "OnlyLookedAt",
  [COMPONENTS.untouched]: "OnlyLookedAt",
  [COMPONENTS.envFiles]: "EnvFiles",
  [WORKER_COMPONENT]: "BatchWorker",
  [EXISTING]: "OnlyLookedAt",
};

/** Type of the component of this name. */
export function typeOf(name: string): string {
  return name.startsWith(packageComponent("")) ? "DatabasePackage" : (TYPES[name] ?? "OnlyLookedAt");
}
