// The drill's own adapters, put together: the host's side reads with cutter_backup, the operator's side needs no database at all.
import { loadConfig } from "./adapters/configuration.ts";
import { credentialOf } from "./adapters/credentials.ts";
import { drillPackageOf, restoreForDrill } from "./adapters/restore-drill.ts";
import type { DrillPackage } from "./model/drill.ts";
import type { RowOf } from "./model/rows.ts";

/** `packageOf` on the host, `restore` anywhere. Stops as the adapters. */
export const drill = {
  packageOf: async (configFile: string, runId: string, receipt: RowOf<"read/receipts">): Promise<DrillPackage> => {
    const { config } = await loadConfig(configFile);
    return drillPackageOf(config, await credentialOf(config, "backup"), runId, receipt);
  },
  restore: restoreForDrill,
} as const;
