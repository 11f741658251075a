// The environment of the engine and, through it, of language host, program and plugins.
import { dirname } from "node:path";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { ENGINE_VERSION } from "./versions.ts";

// PULUMI_OPTION_*, PULUMI_CONFIG and the like in the caller's shell would change what a command does. A token of a remote
// backend is the one setting of that name that belongs to the person and not to the command.
const KEPT = new Set(["PULUMI_ACCESS_TOKEN"]);
// A dead agent makes the official plugin fail although a key is given, and no agent may log in in place of the declared key:
// what needs an agent is lent one of its own by scripts/stack/key-agent.ts.
const REMOVED = new Set(["NODE_OPTIONS", "NODE_PATH", "SSH_AUTH_SOCK", "SSH_ASKPASS"]);
const FOREIGN = /^(?:PULUMI_|ZX_|DOT_|CUTTER_)/;

/** The caller's environment without what would steer the engine, plus PULUMI_HOME, the pinned version and no surprises from the network. */
export function engineEnvironment(home: string, caller: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = Object.entries(childEnvironment(caller)).flatMap(([name, value]): [string, string][] =>
    value === undefined || REMOVED.has(name) || (FOREIGN.test(name) && !KEPT.has(name)) ? [] : [[name, value]],
  );
  const environment = Object.fromEntries(kept);
  return {
    ...environment,
    // The language host starts `node` by name: it shall be the one this program runs on.
    PATH: [dirname(process.execPath), environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(":"),
    PULUMI_HOME: home,
    PULUMI_VERSION: ENGINE_VERSION,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    // Few dials at once: sshd drops parallel ones that have not logged in yet.
    PULUMI_PARALLEL: "4",
    ...pastTheProxy(environment),
  };
}

const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/**
 * Engine, language host, program and plugin speak with each other over loopback, and gRPC would send that through the caller's
 * proxy. Everything else (a remote backend, a download) still goes through it.
 */
function pastTheProxy(environment: Readonly<Record<string, string>>): Record<string, string> {
  const own = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    .split(",")
    .filter((name) => name.trim() !== "");
  const list = [...new Set([...own, ...LOOPBACK])].join(",");
  return { no_proxy: list, NO_PROXY: list, no_grpc_proxy: list };
}
