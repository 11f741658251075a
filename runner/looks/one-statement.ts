// Asks one statement in a transaction of its own, where nothing else has to be read in the same snapshot.
import type { ArgumentsOf } from "../model/params.ts";
import type { ReadName, RowOf } from "../model/rows.ts";
import type { RoleKey } from "../model/run.ts";
import type { Database } from "../world/database.ts";

/** Its rows, as this role sees them. */
export const ask = <N extends ReadName>(
  database: Pick<Database, "read">,
  role: RoleKey,
  name: N,
  ...params: ArgumentsOf<N>
): Promise<RowOf<N>[]> => database.read(role, (reader) => reader.query(name, ...params));

/** Its one row; STOP_COULD_NOT_LOOK for none or several. */
export const askOne = <N extends ReadName>(
  database: Pick<Database, "read">,
  role: RoleKey,
  name: N,
  ...params: ArgumentsOf<N>
): Promise<RowOf<N>> => database.read(role, (reader) => reader.one(name, ...params));
