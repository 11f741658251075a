// The port of the database: what one role may ask, and in which kind of transaction.
import type { ArgumentsOf } from "../model/params.ts";
import type { ReadName, RowOf, StatementName } from "../model/rows.ts";
import type { RoleKey } from "../model/run.ts";

/** A connection that can only read: its type has no way to name a statement outside `sql/read` and `sql/verify`. */
export interface Reader {
  readonly role: RoleKey;
  query<N extends ReadName>(name: N, ...params: ArgumentsOf<N>): Promise<RowOf<N>[]>;
  /** Exactly one row, else STOP_COULD_NOT_LOOK. */
  one<N extends ReadName>(name: N, ...params: ArgumentsOf<N>): Promise<RowOf<N>>;
}

/** A connection inside one transaction that may also run `sql/write` and `sql/revert`. */
export interface Writer {
  readonly role: RoleKey;
  /** Ends the connection, and so undoes its transaction, unless it has committed within this many milliseconds. STOP_APPROVAL_EXPIRED. */
  endAfter(milliseconds: number): void;
  query<N extends StatementName>(name: N, ...params: ArgumentsOf<N>): Promise<RowOf<N>[]>;
  one<N extends StatementName>(name: N, ...params: ArgumentsOf<N>): Promise<RowOf<N>>;
}

/** One role's database. One connection a role at a time, and none is held for long: the roles are limited to two. */
export interface Database {
  /** Repeatable-read, read-only transaction. */
  read<T>(role: RoleKey, work: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Read-committed transaction with synchronous commit. Rolls back when `work` throws.
   * The command tag of COMMIT is checked: a failed transaction answers ROLLBACK without an error. A lost answer is STOP_AMBIGUOUS.
   */
  transaction<T>(role: RoleKey, work: (writer: Writer) => Promise<T>): Promise<T>;
  /** The same on a connection made for it: what writes to the target trusts nothing that an earlier transaction left behind. */
  effect<T>(role: RoleKey, work: (writer: Writer) => Promise<T>): Promise<T>;
}
