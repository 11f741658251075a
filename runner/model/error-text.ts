// What was thrown, as text.

/** The message of an error, the text of anything else. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The same with the stack: for a bug that somebody has to look into. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
