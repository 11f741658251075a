// Registers a source version on a provisioned host: over the stack's own ssh connection, by the host's psql as its database administrator.
import type { StackConfig } from "../../infra/config.ts";
import { psqlPlace } from "../../infra/host-spec.ts";
import { NOT_SO, renderRegistration } from "../../infra/render/registration.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printableLines } from "../../runner/rules/text-hygiene.ts";
import { readRegistration, type Registered, type RegistrationChoice } from "./register-document.ts";
import { runOnHost } from "../../infra/ssh/script.ts";

const LIMIT_SECONDS = 180;

/** Safe to repeat. Stops as `readRegistration`; STOP_REFUSED_INPUT when the registry holds something else; STOP_PRECHECK_FAILED when the host cannot. */
export async function registerOnHost(
  config: StackConfig,
  file: string,
  prefix: string,
  choice: RegistrationChoice,
): Promise<Registered> {
  const { bytes, made, registered } = await readRegistration(file, prefix, choice);
  const script = renderRegistration({
    title: made.source_version_id,
    apply: made.apply,
    check: made.check,
    place: psqlPlace(config),
    snapshot: {
      file: `${config.runtime.root}/artifacts/${made.source_version_id}.md`,
      owned: { owner: config.runtime.owner, group: config.runtime.group, mode: "0640" },
      sha: sha256(bytes),
      bytes,
    },
  });
  const { status, stdout, stderr } = await runOnHost(config.connection, script, LIMIT_SECONDS);
  if (status === 0 && stdout.includes("registered")) return registered;
  const wrong = stderr
    .split("\n")
    .find((line) => line.includes(NOT_SO))
    ?.split(NOT_SO)[1];
  if (wrong !== undefined) throw notSo(wrong);
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `the host's script ended with status ${status}; nothing was registered`,
    wanted: "a provisioned host and its database administrator",
    details: printableLines(stderr).trim().split("\n").slice(-6),
  });
}

const notSo = (purpose: string): Stopped =>
  new Stopped("STOP_REFUSED_INPUT", {
    saw: `not so: ${purpose}`,
    wanted: "a prefix that no other document holds, and this version the newest",
  });
