// The one reading of env files: what a line `NAME=value` says, or why nobody can be sure what it says. Host and provisioning both use it.
// Which forms are read and which are refused: docs/decisions/0057-env-files.md.

/** What a file says of one name: its value, or why it is refused; `line` counts from 1. No text of a refusal holds a value. */
export type EnvEntry =
  { readonly line: number; readonly value: string } | { readonly line: number; readonly refused: string };

/** By name; a name that the file does not set has no entry. */
export type EnvEntries = Readonly<Partial<Record<string, EnvEntry>>>;

/** Way out of every refusal. */
export const ENV_HINT =
  "write the value between single quotes, NAME='value', on one line; " +
  "a value that holds ' itself stands between double quotes, without \\, $ or `";

/**
 * What `bytes` say of `names`; of a name set several times the last line counts, as for every reader. Other lines may hold anything;
 * values over several lines are stepped over as a whole.
 */
export function readEnvFile(bytes: Uint8Array, names: readonly string[]): EnvEntries {
  const found: Record<string, EnvEntry> = {};
  const lines = linesOf(bytes);
  if (typeof lines === "string") return Object.fromEntries(names.map((name) => [name, { line: 1, refused: lines }]));
  for (let index = 0; index < lines.length;) {
    const { name, taken, entry } = assignmentAt(lines, index, names);
    if (name !== undefined && names.includes(name)) found[name] = entry;
    for (const swallowed of taken === 1 ? [] : lines.slice(index + 1, index + taken)) {
      const inside = ASSIGNMENT.exec(swallowed)?.[1];
      if (inside !== undefined && names.includes(inside))
        found[inside] = refuse(index, `a quote that opens here takes in the line of ${inside}`);
    }
    index += taken;
  }
  return found;
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*(.*)$/;
/** A name with something behind it that readers take for different things, or for nothing. */
const NEARLY =
  /^[ \t]*(?:(?:export|set|setenv|declare -x)[ \t]+)?["']?([A-Za-z_][A-Za-z0-9_.-]*?)["']?[ \t]*(?:[:+?]=?|[ \t][^=]|=)/;

const refuse = (index: number, refused: string): EnvEntry => ({ line: index + 1, refused });

// One character a byte, so that a line in another encoding spoils no other line.
function linesOf(bytes: Uint8Array): readonly string[] | string {
  const text = Buffer.from(bytes).toString("latin1");
  if (/^(?:\xff\xfe|\xfe\xff)/.test(text)) return "the file is UTF-16; save it as UTF-8";
  return text.replace(/^\xef\xbb\xbf/, "").split(/\r\n|\n|\r/);
}

interface Assignment {
  readonly name?: string;
  /** Lines it takes. */
  readonly taken: number;
  readonly entry: EnvEntry;
}

function assignmentAt(lines: readonly string[], index: number, names: readonly string[]): Assignment {
  const line = lines[index] ?? "";
  const nothing = { taken: 1, entry: refuse(index, "") };
  if (/^[ \t]*(?:#|$)/.test(line)) return nothing;
  const [, name, said = ""] = ASSIGNMENT.exec(line) ?? [];
  if (name === undefined) {
    const nearly = NEARLY.exec(line)?.[1];
    return nearly === undefined || !names.includes(nearly)
      ? nothing
      : { name: nearly, taken: 1, entry: refuse(index, `${nearly} stands there, but not as ${nearly}=value`) };
  }
  const quote = said[0];
  if (quote !== "'" && quote !== '"' && quote !== "`") return { name, taken: 1, entry: unquoted(said, index) };
  const end = closing(lines, index, quote);
  if (end === undefined) return { name, taken: 1, entry: refuse(index, "a quote that is never closed") };
  const taken = end.line - index + 1;
  if (taken > 1) return { name, taken, entry: refuse(index, "a value over several lines") };
  return { name, taken, entry: quoted(said, quote, index) };
}

// Where a quote that opens the value of line `index` closes.
function closing(lines: readonly string[], index: number, quote: string): { readonly line: number } | undefined {
  const rest = (lines[index] ?? "").replace(/^[^=]*=[ \t]*/, "").slice(1);
  const ends = quote === '"' ? /^(?:[^"\\]|\\.)*\\?"/ : quote === "'" ? /^[^']*'/ : /^[^`]*`/;
  if (ends.test(rest)) return { line: index };
  for (let at = index + 1; at < lines.length; at += 1) if (ends.test(lines[at] ?? "")) return { line: at };
  return undefined;
}

function quoted(said: string, quote: string, index: number): EnvEntry {
  if (quote === "`") return refuse(index, "backticks, which some readers execute and others take for quotes");
  const value = (quote === '"' ? /^"((?:[^"\\]|\\.)*\\?)"/ : /^'([^']*)'/).exec(said)?.[1] ?? "";
  if (quote === '"' && /[\\$`]/.test(value))
    return refuse(index, "a \\, $ or ` between double quotes, which readers change differently");
  if (!/^(?:[ \t]*|[ \t]+#.*)$/.test(said.slice(value.length + 2)))
    return refuse(index, "something other than a comment behind the closing quote");
  return decoded(value, index);
}

function unquoted(said: string, index: number): EnvEntry {
  if (said.startsWith("#")) return refuse(index, "a # at the beginning, which is a comment for some readers");
  const value = said.replace(/[ \t]#.*$/, "").replace(/[ \t]+$/, "");
  const told = /["'`\\$]/.exec(value)?.[0];
  return told === undefined
    ? decoded(value, index)
    : refuse(index, `a ${told} in a value without quotes, which readers change differently`);
}

function decoded(value: string, index: number): EnvEntry {
  if (/[\x00-\x1f\x7f]/.test(value)) return refuse(index, "a control character");
  try {
    return {
      line: index + 1,
      value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, "latin1")),
    };
  } catch {
    return refuse(index, "bytes that are no UTF-8");
  }
}
