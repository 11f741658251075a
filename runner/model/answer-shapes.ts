// The pieces that schemas of printed events and answers are made of.
import * as z from "zod";

/** A text. */
export const text = z.string();
/** Texts in order. */
export const words = z.array(text).readonly();
/** A number of things. */
export const count = z.int().min(0);

/** Members of one kind, by their names. */
export const all = <S extends z.ZodType, N extends string>(schema: S, ...names: N[]): Record<N, S> =>
  Object.fromEntries(names.map((name) => [name, schema])) as Record<N, S>;
/** Texts by their names. */
export const texts = <N extends string>(...names: N[]) => all(text, ...names);
/** Texts by their names, null where there is none. */
export const maybe = <N extends string>(...names: N[]) => all(text.nullable(), ...names);
/** Numbers by their names. */
export const counts = <N extends string>(...names: N[]) => all(count, ...names);
/** An event of this name. */
export const event = <N extends string, S extends z.core.$ZodLooseShape>(name: N, shape: S) =>
  z.object({ event: z.literal(name), ...shape });
