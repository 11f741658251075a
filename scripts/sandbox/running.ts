// Whether the embedded host can be talked to: its sshd is the one that was remembered, and it lives.
import { Stopped } from "../../runner/model/stop.ts";
import { stillRuns } from "./own-process.ts";
import type { SandboxState } from "./state-file.ts";

/**
 * The sshd of a running sandbox. STOP_COULD_NOT_LOOK, with the command that starts it, when the sandbox is down or the
 * machine was started anew.
 */
export function runningSsh({ ssh }: SandboxState): NonNullable<SandboxState["ssh"]> {
  if (ssh === null || !stillRuns(ssh.process)) {
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the sandbox host is down",
      wanted: "a running one",
      hint: "its data stays; starting it takes a few seconds",
      next: "npm run sandbox -- up",
    });
  }
  return ssh;
}
