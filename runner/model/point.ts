// One point of a checklist: doctor, precheck, names and readiness all answer in this form, for people and as JSON.
import * as z from "zod";

/** `could not look` is a state of its own: nothing is known about what stands behind the point. */
export const pointSchema = z.object({
  /** What the point belongs to; people read it as a heading. */
  part: z.string(),
  title: z.string(),
  state: z.enum(["found", "missing", "could not look"]),
  saw: z.string(),
  wanted: z.string().optional(),
  /** One command to paste. */
  next: z.string().optional(),
});
export type Point = z.infer<typeof pointSchema>;
export type PointState = Point["state"];

/** A point before a checklist says which part it belongs to. */
export type Finding = Omit<Point, "part">;

/** The points of one part, in their order; a point that came with another part is shown under this one. */
export const inPart = (part: string, findings: readonly Finding[]): Point[] =>
  findings.map((finding) => ({ ...finding, part }));

/** Something that stands as it must. */
export const found = (title: string, saw: string): Finding => ({ title, state: "found", saw });

/** Something that is not there or not as it must be. `next`: the command that mends it. */
export const missing = (title: string, saw: string, next?: string): Finding => notFound(title, "missing", saw, next);

/** Something nothing is known about. `next`: the command that looks again or lets it be looked at. */
export const notSeen = (title: string, saw: string, next?: string): Finding =>
  notFound(title, "could not look", saw, next);

function notFound(title: string, state: PointState, saw: string, next: string | undefined): Finding {
  return { title, state, saw, ...(next === undefined ? {} : { next }) };
}
