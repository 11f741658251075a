// Tells people from the machine that looks at a host, by the channels its stack declares: the host itself may be what cannot be reached.
import { join } from "node:path";
import { tellDue } from "../../runner/adapters/tell.ts";
import type { Told } from "../../runner/model/notice.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { watchNotice, type Watched } from "../../runner/rules/watch-notices.ts";
import { projectRoot } from "../../infra/place.ts";
import { stackConfigOfFile, stackFileOf } from "../stack/stack-config.ts";

/** Every try; the record lies in .state. STOP_PRECHECK_FAILED when the stack declares no notifications. Env files are those of this machine. */
export async function tellFromHere(stack: string, kind: Watched["kind"], said: string): Promise<Told[]> {
  const { content } = stackConfigOfFile(stackFileOf(stack)).orchestrator;
  const { host, notifications: config } = content;
  if (config === undefined)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `stack ${stack} declares no notifications`,
      wanted: "cutter:orchestrator.content.notifications",
      hint: "docs/notifications.md has an example to copy",
    });
  const file = join(projectRoot(), ".state", `notifications-${config.stack}.ndjson`);
  return tellDue({ config, host, file }, () =>
    Promise.resolve([watchNotice({ kind, host, stack: config.stack, said, now: new Date() })]),
  );
}
