// A stop explained for people: `cutter docs <code>`. Made of the stop table alone.
import { isStopCode, STOPS, STOPS_EXPLAINED, type StopCode, type StopExplained, type StopRow } from "../model/stop.ts";

/** Everything the table holds of a code. */
export type StopPage = StopRow & StopExplained & { readonly code: StopCode };

export const stopPage = (code: StopCode): StopPage => ({ code, ...STOPS[code], ...STOPS_EXPLAINED[code] });

/** Every page, by exit status, then in the order of the table. */
export const stopPages = (): StopPage[] =>
  Object.keys(STOPS)
    .filter(isStopCode)
    .map(stopPage)
    .sort((a, b) => a.exit - b.exit);

/** The page as lines; the command lines of the ways stay whole. */
export function stopPageText({ code, exit, title, call, hint, cause, ways, example }: StopPage): string {
  const lines = [
    `${code}: ${title}`,
    "",
    `exit ${exit}; who decides: ${call}`,
    "",
    "Cause",
    ...wrapped(cause, 76).map((line) => `  ${line}`),
    "",
    "Ways out",
    `  ${hint}`,
    ...ways.map((way) => `  - ${way}`),
    "",
    "Example",
    `  ${example}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Words in lines of at most `width`; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
