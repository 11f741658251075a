// What must not stand in a tracked file: secrets, and ids of runs. Says which kind and on which line, never the text.

/** One find: kind in words and line, 1-based. */
export interface Trace {
  readonly path: string;
  readonly line: number;
  readonly kind: string;
}

const WORDS = "(?:password|passwd|passphrase|secret|token|api_?key)";

/** Forms that are secrets wherever they stand. */
const ANYWHERE: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/],
  ["an access token", /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|pul-[0-9a-f]{40})\b/],
  [
    "a password in an environment file",
    new RegExp(
      `^\\s*(?:export )?[A-Z][A-Z0-9_]*${WORDS.toUpperCase()}=(?:'[^'$]{6,}'|"[^"$]{6,}"|[^\\s'"$<\`(]{6,})\\s*$`,
    ),
  ],
  ["a line of a password file", /^[^\s:#"'`/]+:(?:\d+|\*):[^\s:]+:[^\s:]+:[^\s<:$]{6,}$/],
];

/** Forms that tests need: they plant words that open nothing. */
const OUTSIDE_TESTS: readonly (readonly [string, RegExp])[] = [
  ["a password in a url", /\b[a-z][a-z0-9+]*:\/\/[^\s/:@'"`<>{}$]+:(?!password@)[^\s/@'"`<>{}$]{3,}@/],
  ["a password in a statement", /\bPASSWORD\s+'[^'$%{]{6,}'/],
  [
    "a secret as a value",
    new RegExp(`${WORDS}["']?\\s*[:=]\\s*(["'])(?=[^"']*\\d)(?=[^"']*[A-Za-z])[^"'\\s$<{]{8,}\\1`, "i"),
  ],
];

/** A constant of the engine's protocol that is named like a secret and is in every program that speaks it. */
const PUBLIC = /1b47061264138c4ac30d75fd1eb44270/;

const RUN_ID = /ictr-\d{8}T\d{6}Z-[0-9a-f]{8}/g;

const isTest = (path: string): boolean => path.startsWith("test/");
/** Tests and prose show made-up run ids; code has no reason to. */
const showsExamples = (path: string): boolean => isTest(path) || path.endsWith(".md");

/** Secrets of one file, at most one a line. */
export function secretsIn(path: string, text: string): Trace[] {
  const forms = isTest(path) ? ANYWHERE : [...ANYWHERE, ...OUTSIDE_TESTS];
  return text.split("\n").flatMap((content, index) => {
    const kind = forms.find(([, form]) => form.test(content))?.[0];
    return kind === undefined || PUBLIC.test(content) ? [] : [{ path, line: index + 1, kind }];
  });
}

/** Run ids of one file: all of them, and those that stand where no example belongs. */
export function runIdsIn(
  path: string,
  text: string,
): { readonly all: readonly string[]; readonly traces: readonly Trace[] } {
  const all = [...new Set([...text.matchAll(RUN_ID)].map(([id]) => id))];
  const traces = showsExamples(path)
    ? []
    : text
        .split("\n")
        .flatMap((content, index) =>
          content.search(RUN_ID) === -1 ? [] : [{ path, line: index + 1, kind: "a run id" }],
        );
  return { all, traces };
}
