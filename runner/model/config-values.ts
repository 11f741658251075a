// Values that several parts of a configuration have: paths, names of variables, addresses that may be told a secret.
import * as z from "zod";

/** An absolute path. */
export const path = z.string().startsWith("/").max(400);

/** The name of a variable in an env file. */
export const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, "the name of a variable");

const HERE = ["localhost", "127.0.0.1", "::1", "[::1]"];

/** Whether a host name means this machine, whatever stands in its name service. */
export const isThisMachine = (host: string): boolean => HERE.includes(host);

/** A url that may be told a secret: encrypted, or on this machine; nothing in it but scheme, host, port and path. */
export function isGuardedUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isThisMachine(url.hostname));
}
