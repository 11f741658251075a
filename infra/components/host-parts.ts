// The kinds of parts a host has, by name; each is one gated command under its own type.
import type * as pulumi from "@pulumi/pulumi";
import { EXISTING } from "../database-spec.ts";
import { COMPONENTS } from "../host-spec.ts";
import { HostPart } from "./gated-command.ts";
import type { GatedArguments } from "./gated-command.ts";

/** The runtime root and its areas, with owner and mode. */
export class RuntimeDirectories extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("RuntimeDirectories", name, parts, options);
  }
}

/** orchestrator.config.json, key by key. */
export class OrchestratorConfig extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("OrchestratorConfig", name, parts, options);
  }
}

/** The backup's public key, as file and in the keyring. */
export class BackupRecipient extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("BackupRecipient", name, parts, options);
  }
}

/** approvers.json. */
export class ApproverSet extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("ApproverSet", name, parts, options);
  }
}

/** One database package. */
export class DatabasePackage extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("DatabasePackage", name, parts, options);
  }
}

/** A release of the runner with link and launcher. */
export class RunnerRelease extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("RunnerRelease", name, parts, options);
  }
}

/** UNIX users. */
export class HostUsers extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("HostUsers", name, parts, options);
  }
}

/** What provisioning only looks at. */
export class OnlyLookedAt extends HostPart {
  constructor(name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) {
    super("OnlyLookedAt", name, parts, options);
  }
}

/** The kind of the component of this name. */
export function kindOf(
  name: string,
): new (name: string, parts: GatedArguments, options: pulumi.ComponentResourceOptions) => HostPart {
  if (name.startsWith("package-")) return DatabasePackage;
  const kinds: Readonly<Record<string, typeof RuntimeDirectories>> = {
    [COMPONENTS.users]: HostUsers,
    [COMPONENTS.directories]: RuntimeDirectories,
    [COMPONENTS.config]: OrchestratorConfig,
    [COMPONENTS.approvers]: ApproverSet,
    [COMPONENTS.backupKey]: BackupRecipient,
    [COMPONENTS.release]: RunnerRelease,
    [COMPONENTS.programs]: OnlyLookedAt,
    [COMPONENTS.untouched]: OnlyLookedAt,
    [EXISTING]: OnlyLookedAt,
  };
  return kinds[name] ?? OnlyLookedAt;
}
