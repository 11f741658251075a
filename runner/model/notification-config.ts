// Who is told of what: channels, addresses and terms, as the stack and the host's configuration declare them. Secrets by name only.
import * as z from "zod";
import { isGuardedUrl, isThisMachine, path, variable } from "./config-values.ts";
import { PERSON_ID } from "./statement.ts";

/** Everything people may be told of; docs/notifications.md says when. */
export const NOTICES = [
  "signature_wanted",
  "signature_expiring",
  "run_stopped",
  "halted",
  "batch_closed",
  "drift_found",
  "could_not_look",
  "backup_old",
  "drill_old",
  "key_expiring",
] as const;
export type NoticeKind = (typeof NOTICES)[number];

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "lower-case letters, digits and dashes");
// A mail address becomes a header and an SMTP command: nothing but the plain form is taken.
const address = z.email("a mail address").max(254);
const shared = {
  name,
  /** Only these; without it everything. */
  notices: z.array(z.enum(NOTICES)).min(1).exactOptional(),
};

const mail = z
  .strictObject({
    kind: z.literal("smtp"),
    ...shared,
    host: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/, "the name or address of a mail server"),
    port: z.int().min(1).max(65_535),
    /** tls: encrypted from the first byte; starttls: before anything is said; none: to this machine only. */
    security: z.enum(["tls", "starttls", "none"]),
    /** Certificates of the authorities the server's must come from; without it those of Node. */
    ca_file: path.exactOptional(),
    /** Login in an env file, by the names of its two variables. */
    login: z.strictObject({ file: path, user_variable: variable, password_variable: variable }).exactOptional(),
    from: address,
    /** Operators: they get everything of this channel. */
    to: z.array(address).min(1).max(50),
  })
  .refine(({ security, host }) => security !== "none" || isThisMachine(host), {
    path: ["security"],
    message: "none is for a mail server of this machine; write tls or starttls",
  });

const webhook = z.strictObject({
  kind: z.literal("webhook"),
  ...shared,
  url: z.string().max(400).refine(isGuardedUrl, "https, or http to this machine, without user, query and fragment"),
  /** The key of the HMAC, in an env file by the name of its variable. */
  secret: z.strictObject({ file: path, variable }),
});

const command = z.strictObject({
  kind: z.literal("command"),
  ...shared,
  program: path,
  arguments: z.array(z.string().max(400)).max(20).default([]),
});

/** Days after which the newest backup is called old where nothing else is declared. */
export const BACKUP_DAYS = 7;

/** The part `notifications` of a configuration. Mail addresses of persons stand by their id in the approver set. */
export const notificationsSchema = z.strictObject({
  /** Name colleagues call this host's stack by: it stands in the commands that a message gives. */
  stack: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, "the name of a stack"),
  channels: z
    .array(z.discriminatedUnion("kind", [mail, webhook, command]))
    .min(1)
    .max(16)
    .refine((channels) => new Set(channels.map((one) => one.name)).size === channels.length, "a name twice"),
  people: z.record(z.string().regex(PERSON_ID), address).default({}),
  /** Days after which the newest backup is called old. */
  backup_days: z.int().min(1).max(365).default(BACKUP_DAYS),
});
export type NotificationConfig = z.infer<typeof notificationsSchema>;
export type ChannelConfig = NotificationConfig["channels"][number];

/** Env files that the channels read, each with the names it must set. */
export const namedSecrets = (config: NotificationConfig): { readonly file: string; readonly names: string[] }[] =>
  config.channels.flatMap((channel) => {
    if (channel.kind === "webhook") return [{ file: channel.secret.file, names: [channel.secret.variable] }];
    if (channel.kind !== "smtp" || channel.login === undefined) return [];
    return [{ file: channel.login.file, names: [channel.login.user_variable, channel.login.password_variable] }];
  });
