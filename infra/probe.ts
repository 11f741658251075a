// One look at the host: one SSH connection, one script, one JSON document between two lines, checked before anybody uses it.
import * as z from "zod";
import { jsonOf } from "../runner/model/json-text.ts";
import { Stopped } from "../runner/model/stop.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { runOnHost } from "./ssh/script.ts";
import type { Connection } from "./config.ts";
import { withPoolerNamed } from "./render/psql.ts";
import { LOOKS, renderProbe, type LookName, type ProbeRequest } from "./render/probe.ts";
import { FACTS_BEGIN, FACTS_END } from "./render/shell-text.ts";

const LIMIT_SECONDS = 60;

const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .transform((text) => Buffer.from(text, "base64"));
const look = z.strictObject({ out: base64, messages: base64.transform((bytes) => bytes.toString("utf8")) });

/**
 * What each look found, in bytes as the host's programs printed them; a look into the database that the server did not let its login
 * take is `{@link REFUSED}` and the server's words.
 */
export type Looks = Readonly<Record<LookName, Buffer>>;

const REFUSED = "refused: ";
/** Looks that an administrator who is no superuser may not be allowed to take. */
const REFUSABLE: ReadonlySet<LookName> = new Set(["engine", "database", "environment", "server"]);
const NOT_ALLOWED = /permission denied|must be superuser/;

/** The words of a server that did not let the login take a look; undefined when it was taken. */
export function refusalOf(look: Buffer): string | undefined {
  const text = look.subarray(0, 400).toString("utf8");
  return text.startsWith(REFUSED) ? text.slice(REFUSED.length) : undefined;
}

/** One look: what it printed, or why it could not be taken. */
export type LookAnswer = { readonly out: Buffer } | { readonly fault: string };

/** Looks at the host. STOP_COULD_NOT_LOOK when anything could not be read: an unreadable fact is no fact. */
export async function probeHost(connection: Connection, request: ProbeRequest): Promise<Looks> {
  const answer = await runOnHost(connection, renderProbe(request), LIMIT_SECONDS);
  if (answer.status !== 0) throw couldNotLook(`the probe ended with status ${answer.status}`, answer.stderr);
  return readLooks(answer.stdout);
}

// What find and sha256sum say about a path that is not there; everything else they say means that they could not look.
const NOT_THERE = /: No such file or directory$|: Not a directory$|: Too many levels of symbolic links$/;
const MAY_MISS = new Set(["paths", "hashes", "trees", "tree_hashes", "files_before", "files_after"]);

/** The document in a probe's output. STOP_COULD_NOT_LOOK names the looks that failed, with what the host's programs said. */
export function readLooks(stdout: string): Looks {
  const answers = readAnswers(stdout, LOOKS);
  const looks = LOOKS.map((name) => [name, bytesOf(name, answers[name])] as const);
  const faults = looks.flatMap(([name, told]) => (typeof told === "string" ? [`${name}: ${told}`] : []));
  if (faults.length > 0) throw couldNotLook(`${faults.length} looks failed`, "", faults);
  return Object.fromEntries(looks) as Looks;
}

/** What a look is read as, or why it failed. */
function bytesOf(name: LookName, answer: LookAnswer): Buffer | string {
  if ("out" in answer) return answer.out;
  const said = answer.fault.replace(/^.*?(?:ERROR|FATAL): +/, "");
  return REFUSABLE.has(name) && NOT_ALLOWED.test(said) ? Buffer.from(`${REFUSED}${said}`) : answer.fault;
}

/** Every look of a document by its name. STOP_COULD_NOT_LOOK when the output holds no document of exactly these looks. */
export function readAnswers<Name extends string>(stdout: string, names: readonly Name[]): Record<Name, LookAnswer> {
  // An answer in a frame has lost the line feeds at its end; the last mark stands there.
  const text = stdout.split(`${FACTS_BEGIN}\n`)[1]?.split(`\n${FACTS_END}`)[0];
  if (text === undefined) throw couldNotLook("the host's answer has no facts in it", "");
  const schema = z.strictObject({ version: z.literal("1"), looks: z.record(z.string(), look) });
  const { version, ...looks } = z.record(z.string(), z.unknown()).catch({}).parse(jsonOf(text));
  const parsed = schema.safeParse({ version, looks });
  const wrong = parsed.success
    ? [
        ...names.filter((name) => !Object.hasOwn(looks, name)),
        ...Object.keys(looks).filter((name) => !(names as readonly string[]).includes(name)),
      ]
    : parsed.error.issues.map((issue) => issue.path.join("."));
  if (!parsed.success || wrong.length > 0)
    throw couldNotLook(`the facts are not in their form (${printable(wrong.slice(0, 5).join(", "))})`, "");
  return Object.fromEntries(
    Object.entries(parsed.data.looks).map(([name, { out, messages }]): [string, LookAnswer] => {
      const [fault] = faultsOf(name, messages);
      return [name, fault === undefined ? { out } : { fault }];
    }),
  ) as Record<Name, LookAnswer>;
}

// gpg warns about a home it only reads, and psql repeats what the answer names as a fault; with status 0 both have answered.
const TELLS_ITSELF = new Set(["keyring", "records"]);

function faultsOf(name: string, messages: string): string[] {
  const lines = messages.split("\n").filter((line) => line.trim() !== "");
  const status = /^status (\d+)$/.exec(lines.at(-1) ?? "")?.[1];
  const said = lines.slice(0, -1).filter((line) => !(MAY_MISS.has(name) && NOT_THERE.test(line)));
  const failed = status === undefined || (status !== "0" && !MAY_MISS.has(name));
  if (!failed && said.length === 0) return [];
  if (!failed && TELLS_ITSELF.has(name)) return [];
  return [printable(withPoolerNamed(said[0] ?? `status ${status ?? "unknown"}`)).slice(0, 300)];
}

function couldNotLook(saw: string, stderr: string, details: readonly string[] = []): Stopped {
  const said = printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200);
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: said === "" ? saw : `${saw}: ${said}`,
    wanted: "every declared fact of the host",
    ...(details.length === 0 ? {} : { details }),
  });
}
