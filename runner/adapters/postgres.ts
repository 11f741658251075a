// The database as a run sees it: connects as one role, asserts where it is, runs named statements in one transaction. Backups,
// scratch servers and the precheck hold connections of their own.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Config } from "../model/config.ts";
import { ROLES, type RoleKey } from "../model/run.ts";
import type { ArgumentsOf } from "../model/params.ts";
import { ROWS, type RowOf, type StatementName } from "../model/rows.ts";
import { Stopped } from "../model/stop.ts";
import type { Database, Reader, Writer } from "../world/database.ts";
import type { Credential } from "./credentials.ts";
import { openSession, placeOf } from "./postgres-connection.ts";
import { couldNotLook, hasSqlState, translate } from "./postgres-errors.ts";
import { bound } from "./statements.ts";

/** Told, in words for people, what a process waits for; once after a second, then every ten. */
export type OnWaiting = (what: string, seconds: number) => void;

/**
 * A connection stays this long for the next transaction of its role. Most follow within a few milliseconds, and making one anew is most
 * of what a small one costs; while people are waited for nothing is held (docs/decisions/0009-leases-and-places.md).
 */
const KEPT_MILLISECONDS = 200;

/**
 * What a port may be told beside its logins: who hears of a wait, the key of the run that it moves, that it is for single statements,
 * which keep no connection and wait for none longer than they are worth, and that it is of a copy in which nobody else works: there
 * connections stay until the end of the port, and an effect has one that is set back instead of one made for it.
 */
export interface PortOptions {
  readonly single?: boolean;
  readonly copy?: boolean;
  readonly onWaiting?: OnWaiting;
  readonly key?: () => Promise<string | undefined>;
}

/** The port, and its end for one whose connections stay. */
export interface DatabasePort extends Database {
  end(): Promise<void>;
}

/** Builds the database port. `credential` answers by role; passwords and the run's key never leave the pg client. */
export function postgresDatabase(
  config: Config,
  credential: (role: RoleKey) => Promise<Credential>,
  {
    onWaiting = () => undefined,
    key = () => Promise.resolve(undefined),
    single = false,
    copy = false,
  }: PortOptions = {},
): DatabasePort {
  let patience = single ? SINGLE_SECONDS : BEFORE_WORK_SECONDS;
  const kept = new KeptSessions(single ? 0 : copy ? undefined : KEPT_MILLISECONDS);
  const open = async (role: RoleKey): Promise<Session> => {
    const known = await credential(role);
    const session = await whenThereIsAPlace(role, patience, onWaiting, () => connectOnce(config, role, known));
    patience = single ? SINGLE_SECONDS : AT_WORK_SECONDS;
    try {
      await session.settle(config);
      if (role === "exec" || role === "verify") await session.show(await key());
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  };
  const openAnew = async (role: RoleKey, begin: string): Promise<Session> => {
    await kept.take(role)?.close();
    return begun(await open(role), begin);
  };
  const openOrKept = async (role: RoleKey, begin: string, before?: string): Promise<Session> => {
    // One that broke while it was kept has lost nothing: no transaction was open on it.
    const session = kept.take(role);
    return (session && (await begun(session, begin, before).catch(() => undefined))) ?? begun(await open(role), begin);
  };
  return {
    read: (role, work) =>
      inTransaction(openOrKept(role, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), kept, work),
    transaction: (role, work) => inTransaction(openOrKept(role, BEGIN_WRITING), kept, work),
    effect: (role, work) =>
      inTransaction(copy ? openOrKept(role, BEGIN_WRITING, SET_BACK) : openAnew(role, BEGIN_WRITING), kept, work),
    end: () => kept.end(),
  };
}

const BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = on";

/** Leaves of a session what a new one has: its login, and how the server was asked to begin it. */
const SET_BACK =
  "RESET SESSION AUTHORIZATION; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_catalog.pg_advisory_unlock_all()";

/** At most one connection a role, between two transactions; it keeps no process alive. */
class KeptSessions {
  readonly #kept = new Map<RoleKey, { readonly session: Session; readonly timer: NodeJS.Timeout | undefined }>();
  /** How long one waits for the next transaction of its role; undefined: until the end. */
  constructor(private readonly milliseconds: number | undefined) {}

  take(role: RoleKey): Session | undefined {
    const found = this.#kept.get(role);
    if (!found) return undefined;
    clearTimeout(found.timer);
    this.#kept.delete(role);
    found.session.hold();
    return found.session;
  }

  async keep(session: Session): Promise<void> {
    const { milliseconds } = this;
    if (milliseconds === 0 || this.#kept.has(session.role)) return session.close();
    session.release();
    const timer =
      milliseconds === undefined
        ? undefined
        : setTimeout(() => void this.take(session.role)?.close(), milliseconds).unref();
    this.#kept.set(session.role, { session, timer });
  }

  async end(): Promise<void> {
    for (const role of [...this.#kept.keys()]) await this.take(role)?.close();
  }
}

async function begun(session: Session, begin: string, before?: string): Promise<Session> {
  try {
    if (before !== undefined) await session.plain(before);
    await session.plain(begin);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function inTransaction<T>(
  opening: Promise<Session>,
  kept: KeptSessions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await opening;
  try {
    const result = await work(session);
    await session.commit();
    await kept.keep(session);
    return result;
  } catch (error) {
    await session.rollback();
    await session.close();
    session.refuseExpired(error);
    throw error;
  }
}

/**
 * A role has two places, and one is free again when another process has read what it wanted. Whoever has not begun gives up soon;
 * a process at work may hold the lease and half a run, so a colleague's look at the database must not end it
 * (docs/decisions/0009-leases-and-places.md).
 */
const BEFORE_WORK_SECONDS = 10;
const AT_WORK_SECONDS = 120;
const SINGLE_SECONDS = 2;
const TOO_MANY_CONNECTIONS = "53300";

async function whenThereIsAPlace(
  role: RoleKey,
  patience: number,
  onWaiting: OnWaiting,
  connect: () => Promise<Session>,
): Promise<Session> {
  const began = process.hrtime.bigint();
  let sayAt = 1;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      const waited = Number((process.hrtime.bigint() - began) / 1_000_000_000n);
      const full = error instanceof pg.DatabaseError && error.code === TOO_MANY_CONNECTIONS;
      if (!full || waited >= patience) throw couldNotLook(`connecting as ${ROLES[role]}`, error);
      if (waited >= sayAt) {
        onWaiting(`a free connection of ${ROLES[role]}`, waited);
        sayAt = waited + 10;
      }
      // Several waiting processes must not ask in step.
      await sleep(50 + Math.random() * 100);
    }
  }
}

/** node-postgres has these two; its types do not. */
type Client = pg.Client & { ref(): void; unref(): void };

async function connectOnce({ database, caps }: Config, role: RoleKey, credential: Credential): Promise<Session> {
  const client = await openSession(
    placeOf(database),
    { database: database.name, ...credential },
    {
      applicationName: `cutter/${role}`,
      settings: {
        lock_timeout: "30s",
        statement_timeout: `${caps.phase_minutes}min`,
        idle_in_transaction_session_timeout: "60s",
      },
    },
  );
  return new Session(role, client as Client);
}

class Session implements Reader, Writer {
  readonly role: RoleKey;
  readonly #client: Client;
  #watchdog: NodeJS.Timeout | undefined;
  #until = Number.POSITIVE_INFINITY;
  #expired = false;
  constructor(role: RoleKey, client: Client) {
    this.role = role;
    this.#client = client;
  }

  /** Refuses another role, database, cluster or a replication role that switches triggers off. */
  async settle(config: Config): Promise<void> {
    const seen = await this.one("read/server-identity");
    const wanted = {
      session_user: ROLES[this.role],
      database: config.database.name,
      system_identifier: config.database.system_identifier,
      session_replication_role: "origin",
      track_counts: "on",
    };
    for (const [key, want] of Object.entries(wanted)) {
      const saw = seen[key as keyof typeof wanted];
      if (saw !== want)
        throw new Stopped("STOP_DRIFT", {
          saw: `${key} is ${saw}`,
          wanted: `${key} ${want}, as the configuration names it`,
        });
    }
  }

  /** Tells the database the key of the run. A parameter, so that no view of running statements holds it. */
  async show(key: string | undefined): Promise<void> {
    if (key === undefined) return;
    try {
      await this.#client.query("SELECT pg_catalog.set_config('cutter.run_key', $1, false)", [key]);
    } catch (error) {
      throw translate("the key of the run", this.role, error);
    }
  }

  async plain(sql: string): Promise<string> {
    try {
      const result: unknown = await this.#client.query(sql);
      const last: unknown = Array.isArray(result) ? result.at(-1) : result;
      return commandTag(last);
    } catch (error) {
      throw translate(sql.split(/\s/, 1)[0] ?? "statement", this.role, error);
    }
  }

  async query<N extends StatementName>(name: N, ...params: ArgumentsOf<N>): Promise<RowOf<N>[]> {
    let rows: unknown[];
    try {
      rows = (await this.#client.query(bound(name, ...params))).rows;
    } catch (error) {
      throw translate(`sql/${name}.sql`, this.role, error);
    }
    const parsed = ROWS[name].array().safeParse(rows);
    if (!parsed.success)
      throw new Stopped("STOP_COULD_NOT_LOOK", {
        saw:
          `sql/${name}.sql answered in another form: ${parsed.error.issues[0]?.path.join(".") ?? ""} ` +
          `${parsed.error.issues[0]?.message ?? ""}`,
        wanted: "the columns this release was built for",
      });
    return parsed.data as RowOf<N>[];
  }

  async one<N extends StatementName>(name: N, ...params: ArgumentsOf<N>): Promise<RowOf<N>> {
    const rows = await this.query(name, ...params);
    const [first] = rows;
    if (rows.length !== 1 || first === undefined)
      throw new Stopped("STOP_COULD_NOT_LOOK", {
        saw: `${rows.length} rows from sql/${name}.sql`,
        wanted: "exactly one",
      });
    return first;
  }

  /** The watchdog of an effect: what stands still past the time of its approvals must not commit when it wakes. */
  endAfter(milliseconds: number): void {
    const end = (): void => {
      this.#expired = true;
      // Node types the driver's socket loosely; destroying it is what the driver itself does when it times out.
      (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    };
    this.#until = performance.now() + milliseconds;
    // Longer than a timer can wait is longer than any connection lives.
    if (milliseconds < 2_000_000_000) this.#watchdog = setTimeout(end, Math.max(0, milliseconds)).unref();
  }

  /** STOP_APPROVAL_EXPIRED when the watchdog ended this connection, or would have. */
  refuseExpired(error?: unknown): void {
    if (!this.#expired && performance.now() < this.#until) return;
    throw new Stopped(
      "STOP_APPROVAL_EXPIRED",
      { saw: "the time of its approvals ended while this effect ran", wanted: "a COMMIT before use_by" },
      error,
    );
  }

  /** A failed transaction answers ROLLBACK without an error; a broken connection leaves the truth open. */
  async commit(): Promise<void> {
    // A process that stood still wakes here as anywhere: the clock is asked before COMMIT is sent.
    this.refuseExpired();
    clearTimeout(this.#watchdog);
    let tag: string;
    try {
      tag = commandTag(await this.#client.query("COMMIT"));
    } catch (error) {
      if (hasSqlState(error)) throw translate("COMMIT", this.role, error);
      throw new Stopped(
        "STOP_AMBIGUOUS",
        { saw: "the connection ended before COMMIT was answered", wanted: "the answer COMMIT" },
        error,
      );
    }
    if (tag !== "COMMIT")
      throw new Stopped("STOP_INVARIANT_FAILED", { saw: `COMMIT was answered ${tag}`, wanted: "COMMIT" });
  }

  async rollback(): Promise<void> {
    clearTimeout(this.#watchdog);
    // The error that led here is the one to report; a connection that is gone has rolled back already.
    await this.#client.query("ROLLBACK").catch(() => undefined);
  }

  /** From now on the connection keeps no process alive, until it is held again; the time of its last effect is over. */
  release(): void {
    this.#until = Number.POSITIVE_INFINITY;
    this.#client.unref();
  }
  hold(): void {
    this.#client.ref();
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}

function commandTag(result: unknown): string {
  return typeof result === "object" && result !== null && "command" in result ? String(result.command) : "?";
}
