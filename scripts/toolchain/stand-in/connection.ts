// What the stand-in accepts as a connection: a host on loopback whose key is pinned.
import { isIP } from "node:net";
import ssh2 from "ssh2";
import * as z from "zod";

const dialSchema = z.strictObject({
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
const connectionSchema = dialSchema.extend({ proxy: dialSchema.optional() });

/** A checked host to dial; hostKey as type and bytes. `perDialTimeout` in seconds, 0 for none; `dialErrorLimit` -1 for endless. */
export interface Dial extends Omit<z.infer<typeof dialSchema>, "hostKey"> {
  readonly hostKeyType: string;
  readonly hostKeyBytes: Buffer;
}

/** A checked connection; `proxy` is the host it goes through. */
export interface Connection extends Dial {
  readonly proxy?: Dial;
}

interface Refusal {
  readonly refusal: string;
}

/** The connection, or why not, in words that name fields and never show their values. */
export function readConnection(value: unknown): Connection | Refusal {
  const parsed = connectionSchema.safeParse(value);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) =>
      [...issue.path.map(String), ...(issue.code === "unrecognized_keys" ? issue.keys : [])].join("."),
    );
    return { refusal: `connection is not usable; look at: ${[...new Set(fields)].join(", ") || "connection"}` };
  }
  const { proxy, ...host } = parsed.data;
  const dial = readDial(host, "connection");
  if ("refusal" in dial || proxy === undefined) return dial;
  const through = readDial(proxy, "connection.proxy");
  return "refusal" in through ? through : { ...dial, proxy: through };
}

function readDial({ hostKey, ...rest }: z.infer<typeof dialSchema>, field: string): Dial | Refusal {
  if (!isLoopback(rest.host))
    return {
      refusal: `${field}.host is not a loopback address; this stand-in serves sandboxes only, install the official plugin`,
    };
  const pinned = readHostKey(hostKey);
  return pinned === undefined
    ? { refusal: `${field}.hostKey is not one line \`<type> <base64>\` of a public key` }
    : { ...rest, ...pinned };
}

/** Whether a host name can only mean this machine. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function readHostKey(line: string): Pick<Dial, "hostKeyType" | "hostKeyBytes"> | undefined {
  const words = line.trim().split(/\s+/);
  if (line.trim().includes("\n")) return undefined;
  const key = ssh2.utils.parseKey(words.slice(0, 2).join(" "));
  if (key instanceof Error || Array.isArray(key) || key.isPrivateKey()) return undefined;
  return { hostKeyType: key.type, hostKeyBytes: key.getPublicSSH() };
}
