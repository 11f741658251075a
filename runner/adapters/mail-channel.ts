// Tells people by mail over SMTP: docs/notifications.md.
import type { Message } from "../model/notice.ts";
import type { ChannelConfig } from "../model/notification-config.ts";
import type { Channel, Delivery } from "../world/notification.ts";
import { namedSecretsOf } from "./named-secret.ts";
import { readPlain } from "./plain-file.ts";
import { codeOf } from "../model/error-text.ts";

const LIMIT_MS = 20_000;

/** Faults by the mail library's own codes, in words; what the server said is never repeated, because anything may stand there. */
const FAULTS: Readonly<Record<string, string>> = {
  EAUTH: "the server refused the login",
  ENOAUTH: "the server wants a login",
  ETLS: "no encrypted connection could be made",
  ESOCKET: "no connection, or none with a certificate that is trusted",
  ECONNECTION: "the connection broke",
  ETIMEDOUT: "no answer in time",
  EDNS: "the server's name is not known",
  EENVELOPE: "the server refused sender or receiver",
  EMESSAGE: "the server refused the message",
};

/** Names of SMTP codes are from nodemailer's own list. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  const code = codeOf(error, "");
  const answer =
    "responseCode" in error && Number.isInteger(error.responseCode) ? ` (${String(error.responseCode)})` : "";
  return `${FAULTS[code] ?? (/^[A-Z_]{2,40}$/.test(code) ? code : "it failed")}${answer}`;
}

/** The SMTP channel of a configuration; `limitMs` bounds each try, milliseconds. */
export function mailChannel(settings: Extract<ChannelConfig, { kind: "smtp" }>, limitMs = LIMIT_MS): Channel {
  return {
    name: settings.name,
    deliver: async (message, to) => {
      const login = settings.login;
      const secrets =
        login === undefined
          ? undefined
          : await namedSecretsOf(login.file, [login.user_variable, login.password_variable]);
      if (secrets !== undefined && "fault" in secrets) return { sent: false, reason: secrets.fault };
      const ca = settings.ca_file === undefined ? undefined : await readPlain(settings.ca_file).catch(() => null);
      if (ca === null) return { sent: false, reason: `${settings.ca_file ?? ""} cannot be read` };
      return send(settings, { message, to, limitMs, ...(ca && { ca }), ...(secrets && { login: secrets.values }) });
    },
  };
}

interface Mail {
  readonly message: Message;
  readonly to: string;
  readonly limitMs: number;
  readonly ca?: Buffer;
  readonly login?: readonly string[];
}

async function send(
  { host, port, security, from }: Extract<ChannelConfig, { kind: "smtp" }>,
  { message, to, limitMs, ca, login }: Mail,
): Promise<Delivery> {
  // Loaded when something is told: no other verb needs it.
  const { createTransport } = await import("nodemailer");
  const [user = "", pass = ""] = login ?? [];
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { minVersion: "TLSv1.2", ...(ca && { ca }) },
    ...(login && { auth: { user, pass } }),
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    // A message names no file and no url that the library would fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const limit = new Promise<"late">((resolve) => {
    setTimeout(resolve, limitMs, "late").unref();
  });
  try {
    const sending = transport.sendMail({
      from,
      to,
      subject: message.subject,
      text: message.text,
      date: new Date(message.at),
      // A mailbox that gets the same message twice shows it once.
      messageId: `<${message.id}.cutter@${from.split("@")[1] ?? "localhost"}>`,
      headers: { "Auto-Submitted": "auto-generated", "X-Cutter-Event": message.kind },
    });
    sending.catch(() => undefined);
    if ((await Promise.race([sending, limit])) === "late")
      return { sent: false, reason: `no answer within ${limitMs} ms` };
    return { sent: true };
  } catch (error) {
    return { sent: false, reason: faultOf(error) };
  } finally {
    transport.close();
  }
}
