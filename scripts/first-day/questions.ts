// What `npm run init` asks about a host: each question once, with its option, its form, and where its default comes from. Pure.
import * as z from "zod";
import type { Connection } from "../../infra/config.ts";

const path = z
  .string()
  .regex(/^\/[\p{L}\p{M}\p{N}_@%+=:,. /-]+$/u, "an absolute path")
  .max(400);
const user = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "a UNIX user's name");
const word = z.string().regex(/^[a-z_][a-z0-9_]*$/, "lower-case letters, digits and _");
const port = z.coerce.number().int().min(1).max(65_535);
const address = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/, "a name or address");
const hostKey = z
  .string()
  .regex(/^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,2}$/, "one line `ssh-ed25519 <base64>`");

/** Answer of whoever dials the host directly. */
const NO_JUMP = "none";

/** Everything asked, but for people: by the name of its option. */
export const answersSchema = z.strictObject({
  host: address,
  port,
  login: user,
  key: path,
  "host-key": hostKey,
  jump: address.exactOptional(),
  "jump-port": port.exactOptional(),
  "jump-login": user.exactOptional(),
  "jump-key": path.exactOptional(),
  "jump-host-key": hostKey.exactOptional(),
  sudo: z.union([z.boolean(), z.stringbool()]),
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, "lower-case letters, digits, dots and dashes"),
  node: path,
  runner: user,
  gate: user,
  root: path,
  etc: path,
  releases: path,
  launcher: path,
  scratch: path,
  "db-host": z.string().regex(/^[\w./:-]+$/, "an address or a socket folder"),
  "db-port": port,
  "db-name": word,
  "db-admin": word,
  "db-pass-file": path,
  "db-system-identifier": z.string().regex(/^\d{10,25}$/, "10 to 25 digits"),
  psql: path,
  "postgres-bin": path,
  "max-units": z.coerce.number().int().min(1).max(1000),
  "backup-key": path,
  threshold: z.coerce.number().int().min(1).max(9),
  release: path,
});
export type Answers = z.infer<typeof answersSchema>;
export type AnswerName = keyof Answers;

/** What a look at the host, or earlier answers, suggest. */
export type Suggested = Partial<Record<AnswerName, string>>;

/** One question. `fallback`: what is taken when neither the person nor the look says anything; none for what nobody else can know. */
export interface Question {
  readonly name: AnswerName;
  readonly ask: string;
  readonly fallback?: string;
}

/** Asked before the host is looked at: the way there. */
export const WAY_QUESTIONS: readonly Question[] = [
  { name: "host", ask: "name or address of the host" },
  { name: "port", ask: "port of its sshd", fallback: "22" },
  { name: "login", ask: "UNIX user that provisions (logs in with a key)", fallback: "cutter-provision" },
  { name: "key", ask: "file of that user's private key on this machine" },
  { name: "jump", ask: "name or address of the jump host in front of it", fallback: NO_JUMP },
];

/** Asked beside it of a host that is reached only through a jump host. */
export const JUMP_QUESTIONS: readonly Question[] = [
  { name: "jump-port", ask: "port of the jump host's sshd", fallback: "22" },
  { name: "jump-login", ask: "UNIX user there, which may forward connections; otherwise --login" },
  { name: "jump-key", ask: "file of that user's private key on this machine; otherwise --key" },
];

/** The jump host's key is asked for when it was shown. */
export const JUMP_KEY_QUESTION: Question = {
  name: "jump-host-key",
  ask: "the jump host's own key, one line, as its console prints it",
};

/** Asked with the keys before the person's eyes. */
export const KEY_QUESTIONS: readonly Question[] = [
  { name: "host-key", ask: "the host's own key, one line, as its console prints it" },
  { name: "sudo", ask: "whether that user works through sudo (true or false)", fallback: "true" },
];

/** Whether the host is reached through a jump host. */
export const isJumped = ({ jump }: Partial<Answers>): boolean => jump !== undefined && jump !== NO_JUMP;

/** The way to the host as ssh takes it. */
export function connectionOf(answers: Answers): Connection {
  const { host, port, login, key, sudo, jump, "host-key": hostKey } = answers;
  const { "jump-port": jumpPort, "jump-login": jumpLogin, "jump-key": jumpKey, "jump-host-key": jumpHostKey } = answers;
  const through =
    isJumped(answers) && jump !== undefined && jumpPort !== undefined && jumpHostKey !== undefined
      ? {
          jump: {
            host: jump,
            port: jumpPort,
            user: jumpLogin ?? login,
            privateKeyFile: jumpKey ?? key,
            hostKey: jumpHostKey,
          },
        }
      : {};
  return { host, port, user: login, privateKeyFile: key, hostKey, sudo, dialSeconds: 15, ...through };
}

/** Asked after it. */
export const HOST_QUESTIONS: readonly Question[] = [
  { name: "name", ask: "name of the host as approvers shall know it" },
  { name: "node", ask: "Node on the host", fallback: "/usr/bin/node" },
  { name: "runner", ask: "UNIX user the runner runs as (made by up)", fallback: "cutter" },
  { name: "gate", ask: "UNIX user of the gate (made by up)", fallback: "cutter-gate" },
  { name: "root", ask: "folder of the runs", fallback: "/var/lib/cutter" },
  { name: "etc", ask: "folder of configuration and env files", fallback: "/etc/cutter" },
  { name: "releases", ask: "folder of the runner's releases", fallback: "/opt/incomex/dot/cutter/releases" },
  { name: "launcher", ask: "the program `cutter`", fallback: "/usr/local/bin/cutter" },
  { name: "scratch", ask: "short folder for scratch servers", fallback: "/var/lib/cutter-scratch" },
  { name: "db-host", ask: "PostgreSQL as the host reaches it: address or socket folder", fallback: "127.0.0.1" },
  { name: "db-port", ask: "its port", fallback: "5432" },
  { name: "db-name", ask: "name of the database", fallback: "directus" },
  { name: "db-admin", ask: "role that lays database packages", fallback: "workflow_admin" },
  { name: "db-pass-file", ask: "password file of that role on the host", fallback: "/etc/cutter/admin.pgpass" },
  {
    name: "db-system-identifier",
    ask: "system identifier of the cluster (SELECT system_identifier FROM pg_control_system())",
  },
  { name: "psql", ask: "folder of psql on the host", fallback: "/usr/bin" },
  { name: "postgres-bin", ask: "folder of pg_dump, initdb and postgres on the host" },
  { name: "max-units", ask: "units a document may have at first", fallback: "3" },
  { name: "backup-key", ask: "file of the backup's public key on this machine (gpg --armor --export …)" },
  { name: "release", ask: "folder here of the release to lay (npm run release makes it)" },
  { name: "threshold", ask: "persons who must sign a newer approver set", fallback: "2" },
];

/** The value of one answer as the person gave it, or why it is none; the text is not quoted. */
export function answerOf(
  name: AnswerName,
  text: unknown,
): { readonly value: Answers[AnswerName] } | { readonly fault: string } {
  const parsed = answersSchema.shape[name].safeParse(text);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: issue?.code === "invalid_format" ? issue.message : "not valid" };
}
