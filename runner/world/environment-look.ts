// What a process knows of the environment: its facts and their digest, as a transaction sees them.
import type { EnvironmentFact } from "../model/environment.ts";
import type { Reader } from "./database.ts";

/** One look: the facts, in no particular order, and the environment_hash over them. */
export interface EnvironmentLook {
  readonly facts: readonly EnvironmentFact[];
  readonly hash: string;
}

/** Looks at the environment through a reader, as its transaction sees it now. */
export type LookAtEnvironment = (reader: Reader) => Promise<EnvironmentLook>;
