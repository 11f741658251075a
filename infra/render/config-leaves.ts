// The program that looks at the configuration file on the host: which keys stand as declared. No value and no digest of a
// value that was not declared leaves the host, because a secret may have been pasted there.
import { sha256 } from "../../runner/model/canonical.ts";

/**
 * Node program; first argument the file, second the declared digests by key. Prints {json: boolean, keys: {name:
 * boolean | null}}; null: not declared.
 */
export const CONFIG_LEAVES_PROGRAM = `
const { openSync, readFileSync, constants } = require("node:fs");
const { createHash } = require("node:crypto");
const [file, declared] = [process.argv[1], new Map(Object.entries(JSON.parse(process.argv[2])))];
const bytes = readFileSync(openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
let value;
try { value = JSON.parse(bytes.toString("utf8")); } catch {}
const isFields = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
const name = (key) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));
const leaves = (one, path) => (isFields(one) && Object.keys(one).length > 0
  ? Object.keys(one).flatMap((key) => leaves(one[key], path === "" ? name(key) : path + "." + name(key))) : [[path, JSON.stringify(one)]]);
const digest = (text) => createHash("sha256").update(text).digest("hex");
const keys = isFields(value) ? leaves(value, "").map(([key, text]) => [key, declared.has(key) ? declared.get(key) === digest(text) : null]) : [];
process.stdout.write(JSON.stringify({ json: isFields(value), keys }));
`;

/** One declared leaf: its value as JSON text and the digest of that. */
export interface Leaf {
  readonly text: string;
  readonly sha: string;
}

/** Leaves of a configuration by dotted key, named as the program names them. */
export function configLeaves(value: unknown, path = ""): Readonly<Record<string, Leaf>> {
  const fields = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (fields.length === 0) {
    const text = JSON.stringify(value);
    return { [path]: { text, sha: sha256(text) } };
  }
  const word = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));
  return Object.assign(
    {},
    ...fields.map(([key, inner]) => configLeaves(inner, path === "" ? word(key) : `${path}.${word(key)}`)),
  ) as Record<string, Leaf>;
}
