// sql/rights.json, the one file that says which roles and objects are relevant.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { RelevantObjects } from "../model/environment.ts";
import { relevantIn } from "../rules/environment-hash.ts";
import { sqlFolder } from "./statements.ts";

const named = z.looseObject({ name: z.string().min(1) });
const rightsSchema = z.looseObject({
  schema_version: z.literal("1"),
  roles: z.array(named).min(1),
  schemas: z.array(named).min(1),
  tables: z.array(named).min(1),
  functions: z.array(z.looseObject({ signature: z.string().min(1) })).min(1),
});

/** Roles and objects of the environment hash and the precheck. */
export function relevantObjects(): RelevantObjects {
  return relevantIn(rightsSchema.parse(JSON.parse(readFileSync(join(sqlFolder(), "rights.json"), "utf8"))));
}
