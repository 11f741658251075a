// What the stand-in accepts as a connection: a host on loopback whose key is pinned.
import { isIP } from "node:net";
import ssh2 from "ssh2";
import * as z from "zod";

const connectionSchema = z.strictObject({
  host: z.string(),
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().default("root"),
  hostKey: z.string(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  password: z.string().optional(),
  agentSocketPath: z.string().optional(),
  dialErrorLimit: z.int().min(-1).default(10),
  perDialTimeout: z.number().min(0).default(15),
});

/** A checked connection; hostKey as type and bytes. `perDialTimeout` in seconds, 0 for none; `dialErrorLimit` -1 for endless. */
export interface Connection extends Omit<z.infer<typeof connectionSchema>, "hostKey"> {
  readonly hostKeyType: string;
  readonly hostKeyBytes: Buffer;
}

/** The connection, or why not, in words that name fields and never show their values. */
export function readConnection(value: unknown): Connection | { readonly refusal: string } {
  const parsed = connectionSchema.safeParse(value);
  if (!parsed.success) {
    // Fields of the official plugin we do not serve (proxy) are unknown here and refused by name.
    const fields = parsed.error.issues.map((issue) =>
      [...issue.path.map(String), ...(issue.code === "unrecognized_keys" ? issue.keys : [])].join("."),
    );
    return { refusal: `connection is not usable; look at: ${[...new Set(fields)].join(", ") || "connection"}` };
  }
  const { hostKey, ...rest } = parsed.data;
  if (!isLoopback(rest.host))
    return {
      refusal:
        "connection.host is not a loopback address; this stand-in serves sandboxes only, install the official plugin",
    };
  const pinned = readHostKey(hostKey);
  if (pinned === undefined) return { refusal: "connection.hostKey is not one line `<type> <base64>` of a public key" };
  return { ...rest, ...pinned };
}

/** Whether a host name can only mean this machine. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function readHostKey(line: string): Pick<Connection, "hostKeyType" | "hostKeyBytes"> | undefined {
  const words = line.trim().split(/\s+/);
  if (line.trim().includes("\n")) return undefined;
  const key = ssh2.utils.parseKey(words.slice(0, 2).join(" "));
  if (key instanceof Error || Array.isArray(key) || key.isPrivateKey()) return undefined;
  return { hostKeyType: key.type, hostKeyBytes: key.getPublicSSH() };
}
