// Every channel under the one contract: mail against a real SMTP server, webhooks against a real HTTP server, commands as processes.
import { execFileSync } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandChannel } from "../../runner/adapters/command-channel.ts";
import { mailChannel } from "../../runner/adapters/mail-channel.ts";
import { webhookChannel } from "../../runner/adapters/webhook-channel.ts";
import {
  channelContract,
  LIMIT_MS,
  message,
  SAID,
  SECRET,
  type ChannelUnderTest,
} from "./notification-channel.contract.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "notify-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const secretFile = (name: string): string => {
  const file = join(folder, `${name}.env`);
  writeFileSync(file, `MAIL_USER='cutter'\nMAIL_PASSWORD='${SECRET}'\nHOOK_KEY='${SECRET}'\n`, { mode: 0o600 });
  return file;
};
const all = async (stream: Readable): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString("utf8");
};

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string;
  readonly secure: boolean;
  readonly source: string;
}

interface MailServer {
  readonly port: number;
  readonly mails: Mail[];
  /** What happens to the next message: refused with words, or nothing at all. */
  mood: "takes" | "refuses" | "silent";
  close(): Promise<void>;
}

/** A mail server that wants a login; `tls`: its own key and certificate, offered by STARTTLS. */
async function mailServer(tls?: { readonly key: Buffer; readonly cert: Buffer }): Promise<MailServer> {
  const known: MailServer = {
    port: 0,
    mails: [],
    mood: "takes",
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  const server = new SMTPServer({
    ...(tls ?? { hideSTARTTLS: true, allowInsecureAuth: true }),
    logger: false,
    closeTimeout: 100,
    onAuth: (auth, _session, done) =>
      auth.username === "cutter" && auth.password === SECRET
        ? done(null, { user: auth.username })
        : done(new Error(`${SAID} ${auth.password ?? ""}`)),
    onData: (stream, session, done) => {
      void all(stream).then((source) => {
        if (known.mood === "silent") return;
        if (known.mood === "refuses") {
          known.mood = "takes";
          return done(Object.assign(new Error(SAID), { responseCode: 554 }));
        }
        known.mails.push({
          from: session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map(({ address }) => address),
          user: String(session.user),
          secure: session.secure,
          source,
        });
        return done();
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  return Object.assign(known, { port: (server.server.address() as AddressInfo).port });
}

const mailSettings = (port: number, more: Partial<Parameters<typeof mailChannel>[0]> = {}) => ({
  kind: "smtp" as const,
  name: "mail",
  host: "127.0.0.1",
  port,
  security: "none" as const,
  login: { file: secretFile("mail"), user_variable: "MAIL_USER", password_variable: "MAIL_PASSWORD" },
  from: "cutter@example.org",
  to: ["ops@example.org"],
  ...more,
});

/** Header and text of a mail as a mailbox shows them: folded lines and the two transfer encodings undone. */
function shown(source: string): { header: (name: string) => string; text: string } {
  const [head = "", ...rest] = source.split("\r\n\r\n");
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, " ");
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, "im").exec(unfolded)?.[1] ?? "";
  const body = rest.join("\r\n\r\n");
  const quoted = (text: string): string =>
    Buffer.from(
      text
        .replaceAll(/=\r\n/g, "")
        .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      "latin1",
    ).toString("utf8");
  const encoding = header("Content-Transfer-Encoding");
  const text =
    encoding === "base64"
      ? Buffer.from(body, "base64").toString("utf8")
      : encoding === "quoted-printable"
        ? quoted(body)
        : body;
  return { header, text: text.replaceAll("\r\n", "\n") };
}

const words = (subject: string): string =>
  subject
    .replaceAll(/\?= =\?/g, "?==?")
    .replaceAll(/=\?UTF-8\?([QB])\?(.*?)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === "B"
        ? Buffer.from(text, "base64").toString("latin1")
        : text
            .replaceAll("_", " ")
            .replaceAll(/=([0-9A-F]{2})/g, (_one, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
const decoded = (subject: string): string => Buffer.from(words(subject), "latin1").toString("utf8");

async function mailUnderTest(): Promise<ChannelUnderTest> {
  const server = await mailServer();
  const settings = mailSettings(server.port);
  return {
    channel: mailChannel(settings, LIMIT_MS),
    to: "minh@example.org",
    taken: () =>
      Promise.resolve(
        server.mails.map(({ source }) => {
          const { header, text } = shown(source);
          return {
            id: /<([0-9a-f]+)\.cutter@/.exec(header("Message-ID"))?.[1] ?? "",
            kind: header("X-Cutter-Event"),
            subject: decoded(header("Subject")),
            text,
          };
        }),
      ),
    refuseNext: async () => void (server.mood = "refuses"),
    fallSilent: async () => void (server.mood = "silent"),
    goAway: () => server.close(),
    forgetSecret: async () => writeFileSync(settings.login.file, "MAIL_USER=cutter\n"),
    close: () => server.close(),
  };
}

interface Hook {
  readonly request: IncomingMessage;
  readonly body: string;
}

async function webhookUnderTest(): Promise<ChannelUnderTest & { readonly hooks: Hook[] }> {
  const hooks: Hook[] = [];
  let mood: "takes" | "refuses" | "silent" = "takes";
  const server = createServer((request, response) => {
    void all(request).then((body) => {
      if (mood === "silent") return;
      if (mood === "refuses") {
        mood = "takes";
        response.writeHead(503).end(SAID);
        return;
      }
      hooks.push({ request, body });
      response.writeHead(204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const file = secretFile("hook");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return {
    channel: webhookChannel(
      { kind: "webhook", name: "hook", url: `http://127.0.0.1:${port}/cutter`, secret: { file, variable: "HOOK_KEY" } },
      LIMIT_MS,
    ),
    to: "",
    hooks,
    taken: () => Promise.resolve(hooks.map(({ body }) => takenOf(body))),
    refuseNext: async () => void (mood = "refuses"),
    fallSilent: async () => void (mood = "silent"),
    goAway: close,
    forgetSecret: async () => writeFileSync(file, "OTHER=1\n"),
    close,
  };
}

const takenOf = (body: string) => {
  const { id, kind, subject, text } = JSON.parse(body) as ReturnType<typeof message>;
  return { id, kind, subject, text };
};

async function commandUnderTest(): Promise<ChannelUnderTest> {
  const [program, taken, mood] = [join(folder, "pager"), join(folder, "taken"), join(folder, "mood")];
  const script = `#!/bin/sh
case "$(cat '${mood}' 2>/dev/null)" in
  refuses) rm '${mood}'; echo '${SAID}' >&2; exit 3 ;;
  silent) sleep 60 & wait ;;
esac
[ "$1" = loud ] || exit 4
cat >> '${taken}'
`;
  writeFileSync(program, script, { mode: 0o755 });
  return {
    channel: commandChannel({ kind: "command", name: "pager", program, arguments: ["loud"] }, LIMIT_MS),
    to: "",
    taken: () => Promise.resolve(existsSync(taken) ? readFileSync(taken, "utf8").trim().split("\n").map(takenOf) : []),
    refuseNext: async () => writeFileSync(mood, "refuses"),
    fallSilent: async () => writeFileSync(mood, "silent"),
    goAway: async () => rmSync(program),
    close: async () => undefined,
  };
}

channelContract("smtp", mailUnderTest);
channelContract("webhook", webhookUnderTest);
channelContract("command", commandUnderTest);

test("a webhook's receiver can check who spoke, and that an old message is not sent again as new", async () => {
  const under = await webhookUnderTest();
  try {
    await under.channel.deliver(message(), "");
    const [{ request, body } = { request: undefined, body: "" }] = under.hooks;
    const timestamp = String(request?.headers["x-cutter-timestamp"]);
    const mac = Buffer.from(`sha256=${createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex")}`);
    expect(timingSafeEqual(Buffer.from(String(request?.headers["x-cutter-signature"])), mac)).toBe(true);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(request?.headers["x-cutter-delivery"]).toBe(message().id);
    expect(JSON.parse(body)).toEqual(message());
  } finally {
    await under.close();
  }
});

test("a mail goes to the one who was named, from the declared sender, and is marked as written by a machine", async () => {
  const server = await mailServer();
  try {
    await mailChannel(mailSettings(server.port), LIMIT_MS).deliver(message(), "minh@example.org");
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: "cutter@example.org", to: ["minh@example.org"], user: "cutter" });
    expect(shown(mail?.source ?? "").header("Auto-Submitted")).toBe("auto-generated");
  } finally {
    await server.close();
  }
});

test("a subject of the host cannot add a header or a receiver", async () => {
  const server = await mailServer();
  try {
    const forged = "stopped\r\nBcc: thief@example.org\r\n\r\nother text";
    await mailChannel(mailSettings(server.port), LIMIT_MS).deliver(message({ subject: forged }), "minh@example.org");
    expect(server.mails.map(({ to }) => to)).toEqual([["minh@example.org"]]);
    expect(shown(server.mails[0]?.source ?? "").header("Bcc")).toBe("");
  } finally {
    await server.close();
  }
});

test("with starttls the password goes only to a server whose certificate comes from the named authority", async () => {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"];
  execFileSync(
    "openssl",
    [...words, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    {
      cwd: folder,
      stdio: "ignore",
    },
  );
  const [server, plain] = [await mailServer({ key: readFileSync(key), cert: readFileSync(cert) }), await mailServer()];
  try {
    const settings = mailSettings(server.port, { security: "starttls" });
    expect(await mailChannel({ ...settings, ca_file: cert }, LIMIT_MS).deliver(message(), "a@example.org")).toEqual({
      sent: true,
    });
    expect(server.mails[0]?.secure).toBe(true);
    const untrusted = await mailChannel(settings, LIMIT_MS).deliver(message(), "a@example.org");
    expect(untrusted).toEqual({ sent: false, reason: expect.stringMatching(/certificate|encrypted/) as string });
    const offered = await mailChannel({ ...settings, port: plain.port }, LIMIT_MS).deliver(message(), "a@example.org");
    expect(offered.sent).toBe(false);
    expect([server.mails.length, plain.mails.length]).toEqual([1, 0]);
  } finally {
    await Promise.all([server.close(), plain.close()]);
  }
});

test("a wrong password is told without the password and without what the server said of it", async () => {
  const server = await mailServer();
  try {
    const settings = mailSettings(server.port);
    writeFileSync(settings.login.file, "MAIL_USER=cutter\nMAIL_PASSWORD=not-the-one-0123\n");
    expect(await mailChannel(settings, LIMIT_MS).deliver(message(), "a@example.org")).toEqual({
      sent: false,
      reason: "the server refused the login (535)",
    });
  } finally {
    await server.close();
  }
});
