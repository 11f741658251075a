// The worker of batches that stays up on a machine: a unit of systemd where that is the first process, else a process of its own.
import { fileHolds, fileStep, type Ownership } from "./file-steps.ts";
import { renderHostScript } from "./host-script.ts";
import { command } from "./shell-text.ts";

/** `user`: whom the runner runs as; `launcher`: its cutter; `log`: where its words go when systemd does not keep them. */
export interface KeptWorker {
  readonly unit: string;
  readonly user: string;
  readonly launcher: string;
  readonly log: string;
}

/** The unit file is root's. */
export const UNIT_OWNERSHIP: Ownership = { owner: "root", group: "root", mode: "0644" };

// A worker that is asked to end finishes the phase it is in; whatever is cut off goes on in the next one.
/** Bytes of the unit file. */
export const unitText = ({ user, launcher }: KeptWorker): string => `[Unit]
Description=cutter: worker of batches
After=network-online.target
Wants=network-online.target

[Service]
User=${user}
ExecStart=${launcher} orchestrate batch supervise --stay
Restart=always
RestartSec=2
TimeoutStopSec=660

[Install]
WantedBy=multi-user.target
`;

/** Text of the script. A worker that is up goes on with the release it began with until it is idle and begun again. */
export function renderWorker(worker: KeptWorker, sha: string): string {
  const name = worker.unit.slice(worker.unit.lastIndexOf("/") + 1);
  const asUser = `[ "$(id -un)" = ${command(worker.user)} ] && set -- || set -- ${command("runuser", "-u", worker.user, "--")}`;
  return renderHostScript({
    title: "Worker of batches",
    functions: `begin_worker() {
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload && systemctl enable --quiet --now ${command(name)}
  else
    ${asUser}
    "$@" setsid -f ${command(worker.launcher, "orchestrate", "batch", "supervise", "--stay")} < /dev/null >> ${command(worker.log)} 2>&1
  fi
}
worker_lives() {
  if [ -d /run/systemd/system ]; then systemctl is-active --quiet ${command(name)}; else pgrep -u ${command(worker.user)} -f ${command(`orchestrate batch supervise --stay`)} > /dev/null; fi
}`,
    holds: [fileHolds(worker.unit, UNIT_OWNERSHIP, sha), "worker_lives"],
    steps: [
      fileStep(worker.unit, UNIT_OWNERSHIP, sha, Buffer.from(unitText(worker))),
      "worker_lives || begin_worker || fail 'the worker of batches could not be started'",
      "for _ in 1 2 3 4 5 6 7 8 9 10; do worker_lives && break; sleep 0.5; done",
    ],
  });
}
