// THE SCHEDULER: hands out legs, one after the other or several at once, to whichever worker is there. It keeps ids and whether they
// ended, nothing that decides: every leg can be asked for again, and what is true stands in the database that is cut.

/** Queues, each with its own limit: planning runs beside itself, writing never does. */
export const LEG_QUEUES = ["plan", "write"] as const;
export type LegQueue = (typeof LEG_QUEUES)[number];

/** One piece of work of a batch. The id says everything a worker needs to find it in the database. */
export interface Leg {
  /** `<batch id>/<kind>/<what>/<n>`; a leg with an id that was handed out before is not handed out again. */
  readonly id: string;
  readonly queue: LegQueue;
  /** A smaller one goes first, 0 to 2^31 - 1. */
  readonly priority: number;
  /** Seconds from now before it may be handed out. */
  readonly delay?: number;
}

/** Where a leg stands with the scheduler. `queued`: waits for its turn; `working`: handed to a worker that may be gone. */
export interface LegStanding {
  readonly id: string;
  readonly state: "queued" | "working" | "ended" | "cancelled";
  /** Name of the worker that has or had it. */
  readonly worker: string | null;
  /** The release whose workers take it. */
  readonly release: string;
}

/** Does one leg to its end. It is asked again after a worker died in it, so it may find its work half done or done. */
export type LegHandler = (legId: string) => Promise<void>;

/** What plans and commands may ask of the scheduler. */
export interface LegQueueClient {
  /** Puts legs into their queues; an id that is known already is left as it is. */
  enqueue(legs: readonly Leg[]): Promise<void>;
  /** Takes legs out: queued ones are never handed out, and no worker takes them over again. */
  cancel(ids: readonly string[]): Promise<void>;
  /** Every leg whose id begins with `prefix`. */
  legs(prefix: string): Promise<readonly LegStanding[]>;
  /** Hands out no more than `limit` legs of a queue at once over all workers; 0 hands out none, within about a second. */
  limit(queue: LegQueue, limit: number): Promise<void>;
  close(): Promise<void>;
}

/** A process that does legs. Only one a process: when it cannot go on, the process ends and another begins (`LegWorker.failed`). */
export interface LegWorker extends LegQueueClient {
  /** This worker's name; a new one each process. */
  readonly name: string;
  /** It takes legs of this release alone. */
  readonly release: string;
  /** Hands back the legs of workers that are gone; answers how many. A cancelled leg stays cancelled. */
  handBack(workers: readonly string[]): Promise<number>;
  /** Resolves with the reason when the scheduler's database no longer answers: the process must end, a new one goes on. */
  readonly failed: Promise<string>;
}

/** How workers and clients are made; `limits` are those of the queues when nobody has set others. */
export interface Scheduler {
  client(): Promise<LegQueueClient>;
  worker(handler: LegHandler, limits: Readonly<Record<LegQueue, number>>): Promise<LegWorker>;
}
