// Text that may be JSON: half a line, a foreign file, a word of a command line.

/** The value, or undefined for what is no JSON. What it is, a schema says. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
