// An answer that may be a stop: readiness goes on where another program would end.
import { Stopped } from "../../runner/model/stop.ts";
import type { PointAnswer } from "./checklist.ts";

/** A value, or why there is none. `saw` may come from the host: whoever prints it escapes it. */
export type Told<T> =
  | { readonly value: T }
  | { readonly answer: Exclude<PointAnswer, "found">; readonly saw: string; readonly next?: string };

/** The work's value; a stop, or a file that could not be read, as an answer. Anything else is a bug and goes on. */
export async function tell<T>(work: () => T | Promise<T>): Promise<Told<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof Stopped) {
      const { saw, next, details } = error.facts;
      return {
        answer: error.code === "STOP_COULD_NOT_LOOK" ? "could not look" : "missing",
        saw: details?.[0] === undefined ? saw : `${saw}: ${details.slice(0, 20).join("; ")}`,
        ...(next === undefined ? {} : { next }),
      };
    }
    if (error instanceof Error && "syscall" in error && "code" in error)
      return { answer: "could not look", saw: String(error.code) };
    throw error;
  }
}

/** The answer of something that would have to be looked up first. */
export const unseen = (reason: string): { readonly answer: "could not look"; readonly saw: string } => ({
  answer: "could not look",
  saw: reason,
});
