// How the engine writes values on the wire: a secret and an output are objects with a fixed key, an unknown is a fixed text.
// The constants are Pulumi's own (its SDKs spell them out in the same way). What arrives wrapped must go back wrapped, or the
// engine writes it into the state in clear.

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** A value not known before something else is done. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Fields = Readonly<Record<string, unknown>>;

/** The value with every wrapper taken off, at any depth; for use, never for an answer. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (!isFields(value)) return value;
  if (value[SIGNATURE] === SECRET) return unwrapped(value["value"]);
  if (value[SIGNATURE] === OUTPUT) return "value" in value ? unwrapped(value["value"]) : UNKNOWN;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}

/** Whether a secret is in it, at any depth. */
export function holdsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (!isFields(value)) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

/** The value in a secret's wrapper, unless it has one. */
export function asSecret(value: unknown): unknown {
  return isFields(value) && isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Every text inside a secret, so that it can be taken out of messages. */
export function secretTexts(value: unknown, inside = false): string[] {
  if (typeof value === "string") return inside && value !== "" && value !== UNKNOWN ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((inner) => secretTexts(inner, inside));
  if (!isFields(value)) return [];
  if (SIGNATURE in value) return secretTexts(value["value"], inside || isSecret(value));
  return Object.values(value).flatMap((inner) => secretTexts(inner, inside));
}

function isSecret(value: Fields): boolean {
  return value[SIGNATURE] === SECRET || (value[SIGNATURE] === OUTPUT && value["secret"] === true);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
