// Times inside signed bytes: whole seconds of UTC in one spelling, because a signature packet knows no smaller unit.

/** `YYYY-MM-DDTHH:MM:SSZ` of a date, fractions cut off. */
export function utcText(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since 1970 of such a text; NaN when it is not exactly that spelling of a day that exists. */
export function utcMillis(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text)) return Number.NaN;
  const millis = Date.parse(text);
  return Number.isNaN(millis) || utcText(new Date(millis)) !== text ? Number.NaN : millis;
}

/** The same spelling, a number of seconds later. */
export function utcPlus(text: string, seconds: number): string {
  return utcText(new Date(utcMillis(text) + seconds * 1000));
}
