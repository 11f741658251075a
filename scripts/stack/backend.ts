// Where a stack's state lies: which kinds of place the engine knows, and their address without what is secret in it. Pure.
import { printable } from "../../runner/rules/text-hygiene.ts";

/** Kinds of place that several machines reach, by the scheme of their address; docs/real-host.md has a line for each. */
const SHARED = ["s3", "gs", "azblob", "postgres", "https"] as const;

/** Why `url` cannot hold the state of a real stack; undefined when it can. */
export function backendFault(url: string): string | undefined {
  if (url === "") return "PULUMI_BACKEND_URL is not set";
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "file") return "PULUMI_BACKEND_URL is a folder of this machine";
  if (scheme !== undefined && (SHARED as readonly string[]).includes(scheme)) return undefined;
  const named =
    scheme === undefined ? "has no scheme" : `is ${printable(scheme).slice(0, 20)}:, which the engine does not know`;
  return `PULUMI_BACKEND_URL ${named}; it knows ${SHARED.map((one) => `${one}://`).join(", ")}`;
}

/** The address for people: it may carry a user, a password or keys in its query. */
export function backendWithoutSecrets(url: string): string {
  if (!URL.canParse(url)) return "of PULUMI_BACKEND_URL";
  const { protocol, host, pathname } = new URL(url);
  return printable(`${protocol}//${host}${pathname}`);
}

/** Words of the engine, which quotes the address of its backend whole. */
export function withoutBackendSecrets(text: string, url: string): string {
  const password = URL.canParse(url) ? new URL(url).password : "";
  return [password, decodedOrSame(password)]
    .filter((secret) => secret !== "")
    .reduce((words, secret) => words.replaceAll(secret, "…"), text.replaceAll(url, backendWithoutSecrets(url)));
}

function decodedOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
