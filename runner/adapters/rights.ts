// sql/rights.json, the one file that says which roles and objects are relevant.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { RelevantObjects } from "../model/environment.ts";
import type { DeclaredRights } from "../rules/adopted-environment.ts";
import { relevantIn } from "../rules/environment-hash.ts";
import { sqlFolder } from "./statements.ts";

const named = z.looseObject({ name: z.string().min(1) });
const packaged = { package: z.string(), owner: z.string() };
const rightsSchema = z.looseObject({
  schema_version: z.literal("1"),
  roles: z.array(named).min(1),
  schemas: z.array(z.looseObject({ name: z.string().min(1), owner: z.string().nullable() })).min(1),
  tables: z.array(z.looseObject({ name: z.string().min(1), ...packaged })).min(1),
  functions: z.array(z.looseObject({ signature: z.string().min(1), ...packaged })).min(1),
  triggers: z.array(z.looseObject({ name: z.string(), table: z.string(), package: z.string() })),
  event_triggers: z.array(named),
});

/** The whole file, as far as the runner asks it. */
export const declaredRights = (): DeclaredRights =>
  rightsSchema.parse(JSON.parse(readFileSync(join(sqlFolder(), "rights.json"), "utf8")));

/** Roles and objects of the environment hash and the precheck. */
export const relevantObjects = (): RelevantObjects => relevantIn(declaredRights());
