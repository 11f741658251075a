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
