// The program that looks at the configuration file on the host: which keys stand as declared. No text and no digest of a
// value that was not declared leaves the host, because a secret may have been pasted there; a number in place of a declared number does.
import { sha256 } from "../../runner/model/canonical.ts";

/** Numbers and truth values as JSON: what may be told, because no secret of ours is one. */
const PLAIN = /^(?:true|false|-?[0-9.]{1,15})$/;

/**
 * Node program; first argument the file, second what {@link declaredLeaves} gives. Prints {json: boolean, keys: [name, boolean | null,
 * value?][]}; null: not declared; the value is told where a number or truth value stands in place of another one.
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
const plain = (text) => /${PLAIN.source}/.test(text);
const judged = (key, text) => {
  const wanted = declared.get(key);
  if (wanted === undefined) return [key, null];
  if (!plain(wanted)) return [key, wanted === digest(text)];
  return wanted === text || !plain(text) ? [key, wanted === text] : [key, false, text];
};
const keys = isFields(value) ? leaves(value, "").map(([key, text]) => judged(key, text)) : [];
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

/** What the program compares with: the digest of a leaf, or the leaf itself where it is a number or a truth value. */
export const declaredLeaves = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(configLeaves(value)).map(([key, { text, sha }]) => [key, PLAIN.test(text) ? text : sha]),
  );
