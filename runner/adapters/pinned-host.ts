// What this process is: configuration, release and approver set, each held against its digest. Loads neither database driver nor OpenPGP,
// because whoever starts or follows a run needs neither.
import { userInfo } from "node:os";
import { loadConfig } from "./configuration.ts";
import { ownRelease } from "./own-release.ts";
import { parseApprovers, type ApproverSet } from "../model/approvers.ts";
import { sha256 } from "../model/canonical.ts";
import type { Config } from "../model/config.ts";
import { Stopped } from "../model/stop.ts";
import type { World } from "../world.ts";
import { readPlain } from "./plain-file.ts";

/** `approvers` parses the pinned set when somebody needs it. */
export interface PinnedHost extends Pick<World, "config" | "here"> {
  readonly approvers: () => ApproverSet;
}

/** Configuration and identity. STOP_DRIFT when a release file or the approver set differs, STOP_COULD_NOT_LOOK when one cannot be read. */
export async function readHere(configFile: string): Promise<PinnedHost> {
  const { config, config_sha } = await loadConfig(configFile);
  const { sha: approvers_sha, set: approvers } = await pinnedApprovers(config);
  return {
    config,
    here: { host: config.host, actor: userInfo().username, release_digest: ownRelease(), config_sha, approvers_sha },
    approvers,
  };
}

/** The approver set on disk must be the pinned one; its digest is part of what people sign. Stops as {@link readHere}. */
export async function pinnedApprovers(
  config: Config,
): Promise<{ readonly sha: string; readonly set: () => ApproverSet }> {
  let bytes: Buffer;
  try {
    bytes = await readPlain(config.approvers.file);
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${config.approvers.file} cannot be read`, wanted: "the approver set of this host" },
      error,
    );
  }
  const sha = sha256(bytes);
  if (sha !== config.approvers.sha)
    throw new Stopped("STOP_DRIFT", {
      saw: `approvers.json hashes to ${sha.slice(0, 12)}`,
      wanted: `${config.approvers.sha.slice(0, 12)}, the set the configuration pins`,
    });
  return { sha, set: () => parseApprovers(bytes).set };
}
