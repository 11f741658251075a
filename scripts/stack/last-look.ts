// When this clone last looked at a host, and what it found: a small file of the checkout, for "how old is what I know of drift".
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { jsonOf } from "../../runner/model/json-text.ts";

const lastLookSchema = z.object({ at: z.iso.datetime(), differences: z.number().int().nonnegative() });
/** `at`: UTC, when the look ended. */
export type LastLook = z.infer<typeof lastLookSchema>;

const fileOf = (project: string, stack: string): string => join(project, ".state", `last-look-${stack}.json`);

export function keepLastLook(project: string, stack: string, look: LastLook): void {
  const file = fileOf(project, stack);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(look));
}

/** Undefined when this clone never looked, or its file cannot be read. */
export function lastLook(project: string, stack: string): LastLook | undefined {
  const file = fileOf(project, stack);
  if (!existsSync(file)) return undefined;
  return lastLookSchema.safeParse(jsonOf(readFileSync(file, "utf8"))).data;
}
