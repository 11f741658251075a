// sql/rights.json as the declaration of roles, rights, functions and triggers: which package brings what, and how it must stand.
import * as z from "zod";

const rights = z.record(z.string(), z.record(z.string(), z.string()));
const schema = z.looseObject({
  roles: z.array(
    z.looseObject({
      name: z.string(),
      package: z.string(),
      login: z.boolean(),
      superuser: z.boolean(),
      connection_limit: z.int(),
      /** The limit it has once a package is laid that needs more places. */
      raised_by: z.record(z.string(), z.int()).default({}),
      member_of: z.array(z.string()).default([]),
    }),
  ),
  schemas: z.array(z.looseObject({ name: z.string(), owner: z.string().nullable(), package: z.string(), rights })),
  tables: z.array(z.looseObject({ name: z.string(), owner: z.string(), package: z.string(), rights })),
  functions: z.array(
    z.looseObject({
      signature: z.string(),
      owner: z.string(),
      package: z.string(),
      execute: z.record(z.string(), z.string()),
    }),
  ),
  triggers: z.array(
    z.looseObject({ table: z.string(), name: z.string(), function: z.string(), mode: z.string(), package: z.string() }),
  ),
  event_triggers: z.array(
    z.looseObject({ name: z.string(), event: z.string(), function: z.string(), mode: z.string(), package: z.string() }),
  ),
});

/** The parsed file; docs/decisions/0111-rights-json.md says what the fields mean. */
export type Rights = z.infer<typeof schema>;

/** Text of sql/rights.json to its value; a malformed file of our own is a bug. */
export const parseRights = (text: string): Rights => schema.parse(JSON.parse(text));

const definitions = z.record(z.string(), z.record(z.string(), z.string()));

/** Text of infra/table-definitions.json to its value: by table, the state of each column, constraint and index by path. */
export const parseDefinitions = (text: string): z.infer<typeof definitions> => definitions.parse(JSON.parse(text));

/** The package name of what the existing database brings. */
export const SYSTEM = "system";

/** A function with known arguments; `name` without, as the probe cannot judge those by signature. */
export const hasArguments = (signature: string): boolean => signature.endsWith(")");
