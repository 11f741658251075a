// Colour of what people read, on host and workstation: only on a terminal that has colours, never with NO_COLOR.

/** A stream as far as colour asks; Node's terminals answer `hasColors` after NO_COLOR, FORCE_COLOR and TERM. */
export interface ColourScreen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  hasColors?(): boolean;
}

/** What a piece of text is, not how it looks. */
export type Tone = "title" | "good" | "bad" | "warning" | "quiet";

const CODES: Readonly<Record<Tone, readonly [number, number]>> = {
  title: [1, 22],
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
  quiet: [2, 22],
};

/** A function that gives text its tone on this screen; where there are no colours the text stays as it is. */
export function painter(screen: ColourScreen): (tone: Tone, text: string) => string {
  const coloured = screen.isTTY === true && screen.hasColors?.() === true;
  return (tone, text) => (coloured ? `\u001b[${CODES[tone][0]}m${text}\u001b[${CODES[tone][1]}m` : text);
}

/** Titles and words of a command's help; commander takes the codes out again where the screen has none. */
export function helpStyle(screen: ColourScreen): {
  styleTitle(text: string): string;
  styleCommandText(text: string): string;
} {
  const paint = painter(screen);
  return { styleTitle: (text) => paint("title", text), styleCommandText: (text) => paint("title", text) };
}
