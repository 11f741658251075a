// What was thrown, as text.

/** The message of an error, the text of anything else. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The code an error carries, as Node's and the system's do (ENOENT, EEXIST); `otherwise` for one without. */
export const codeOf = (error: unknown, otherwise = "unknown error"): string =>
  error instanceof Error && "code" in error ? String(error.code) : otherwise;

/** The same with the stack: for a bug that somebody has to look into. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
