// The settings at the head of a dump that a server of the source's own major does not know: recognised exactly and by name, nothing else.
// A newer pg_dump writes them for every server; with them a backup could not be restored where it came from
// (docs/decisions/0053-postgres-majors.md).

/** Lines of pg_dump's head by the first major whose servers know the setting. Each was seen in the head of a real dump. */
const SETTINGS_SINCE: Readonly<Record<string, number>> = { "SET transaction_timeout = 0;": 17 };

/** What a head consists of: empty lines, comments, psql's own `\restrict`, settings, the search path. Anything else ends it. */
const OF_THE_HEAD =
  /^(?:|--.*|\\restrict [A-Za-z0-9]+|SET [a-z_]+ = [^;]*;|SELECT pg_catalog\.set_config\('search_path', '', false\);)$/;

/** A head is some twenty short lines; what is longer is no head and passes as it is. */
export const HEAD_CAP = 16_384;

/** The bytes of a head that end before its first other line; `whole` is false while more bytes may belong to it. */
export interface Head {
  readonly text: string;
  readonly rest: string;
  readonly whole: boolean;
}

/** Parts a beginning of a dump (latin1, so that a character is a byte) into head and rest. */
export function headOf(beginning: string): Head {
  let at = 0;
  for (let end = beginning.indexOf("\n"); end >= 0; end = beginning.indexOf("\n", at)) {
    if (!OF_THE_HEAD.test(beginning.slice(at, end)))
      return { text: beginning.slice(0, at), rest: beginning.slice(at), whole: true };
    at = end + 1;
  }
  return { text: beginning.slice(0, at), rest: beginning.slice(at), whole: beginning.length > HEAD_CAP };
}

/** The head without the settings that servers of `major` do not know. Every other line stays byte for byte. */
export function headFor(major: number, head: string): string {
  return head
    .split("\n")
    .filter((line) => (SETTINGS_SINCE[line] ?? 0) <= major)
    .join("\n");
}
