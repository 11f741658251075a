// One look at the host: one SSH connection, one script, one JSON document between two lines, checked before anybody uses it.
import { z } from "zod";
import { Stopped } from "../runner/model/stop.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { runOnHost } from "../scripts/remote.ts";
import type { Connection } from "./config.ts";
import { renderProbe } from "./render/probe.ts";
import type { ProbeRequest } from "./render/probe.ts";
import { FACTS_BEGIN, FACTS_END } from "./render/shell-text.ts";

const LIMIT_SECONDS = 60;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/).transform((text) => Buffer.from(text, "base64"));
const look = z.strictObject({ out: base64, messages: base64.transform((bytes) => bytes.toString("utf8")) });
const documentSchema = z.strictObject({
  version: z.literal("1"), paths: look, hashes: look, trees: look, tree_hashes: look, digests: look,
  users: look, node: look, config: look, keyring: look, database: look,
});

/** What each look found, in bytes as the host's programs printed them. */
export type Looks = Readonly<Record<Exclude<keyof z.infer<typeof documentSchema>, "version">, Buffer>>;

/** Looks at the host. STOP_COULD_NOT_LOOK when anything could not be read: an unreadable fact is no fact. */
export async function probeHost(connection: Connection, request: ProbeRequest): Promise<Looks> {
  const answer = await runOnHost(connection, renderProbe(request), LIMIT_SECONDS);
  if (answer.status !== 0) throw couldNotLook(`the probe ended with status ${answer.status}`, answer.stderr);
  return readLooks(answer.stdout);
}

// What find and sha256sum say about a path that is not there; everything else they say means that they could not look.
const NOT_THERE = /: No such file or directory$|: Not a directory$/;
const MAY_MISS = new Set(["paths", "hashes", "trees", "tree_hashes"]);

/** The document in a probe's output. STOP_COULD_NOT_LOOK names the looks that failed, with what the host's programs said. */
export function readLooks(stdout: string): Looks {
  const text = stdout.split(`${FACTS_BEGIN}\n`)[1]?.split(`${FACTS_END}\n`)[0];
  if (text === undefined) throw couldNotLook("the host's answer has no facts in it", "");
  const parsed = documentSchema.safeParse(parseJson(text));
  if (!parsed.success) throw couldNotLook(`the facts are not in their form (${parsed.error.issues.map((issue) => issue.path.join(".")).slice(0, 5).join(", ")})`, "");
  const looks = Object.entries(parsed.data).flatMap(([name, value]): [string, z.infer<typeof look>][] => (typeof value === "string" ? [] : [[name, value]]));
  const faults = looks.flatMap(([name, { messages }]) => faultsOf(name, messages));
  if (faults.length > 0) throw couldNotLook(`${faults.length} looks failed`, "", faults);
  return Object.fromEntries(looks.map(([name, { out }]) => [name, out])) as Looks;
}

function faultsOf(name: string, messages: string): string[] {
  const lines = messages.split("\n").filter((line) => line.trim() !== "");
  const status = /^status (\d+)$/.exec(lines.at(-1) ?? "")?.[1];
  const said = lines.slice(0, -1).filter((line) => !(MAY_MISS.has(name) && NOT_THERE.test(line)));
  const failed = status === undefined || (status !== "0" && !MAY_MISS.has(name));
  if (!failed && said.length === 0) return [];
  // gpg warns about a home it only reads; with status 0 it has listed what is there.
  if (!failed && name === "keyring") return [];
  return [printable(`${name}: ${said[0] ?? `status ${status ?? "unknown"}`}`).slice(0, 300)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function couldNotLook(saw: string, stderr: string, details: readonly string[] = []): Stopped {
  const said = printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200);
  return new Stopped("STOP_COULD_NOT_LOOK", { saw: said === "" ? saw : `${saw}: ${said}`, wanted: "every declared fact of the host", ...(details.length === 0 ? {} : { details }) });
}
