// What a sandbox remembers between two commands: its short folders, what was laid into the database, its processes.
import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { Stopped } from "../../runner/model/stop.ts";
import { writeWhenChanged } from "./write-file.ts";

const shortFolder = z.string().regex(/^(?:\/tmp|\/dev\/shm)\/c-[0-9a-f]{8}$/);

/** A process of ours: all three must match before it is signalled. `started` is the kernel's own text and only compared. */
export const processSchema = z.strictObject({ pid: z.int().positive(), started: z.string(), command: z.string() });
export type OwnProcess = z.infer<typeof processSchema>;

const stateSchema = z.object({
  schema_version: z.literal("1"),
  short: z.strictObject({ host: shortFolder, database: shortFolder }),
  database_loaded: z.boolean(),
  /** Roles whose password in the database is the one in the env file. */
  roles_with_password: z.array(z.string()),
  processes: z.strictObject({ postgres: processSchema.nullable() }),
  /** Port and process of the host's sshd. */
  ssh: z
    .strictObject({ port: z.int().min(1).max(65535), process: processSchema })
    .nullable()
    .default(null),
});
export type SandboxState = z.infer<typeof stateSchema>;

/** The state, undefined when there is none. STOP_COULD_NOT_LOOK when the file is not one of ours. */
export function readState(file: string): SandboxState | undefined {
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw unreadable(file, error);
  }
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success) throw unreadable(file, parsed.error);
  return parsed.data;
}

/** Writes the state by temporary name and rename. */
export function writeState(file: string, state: SandboxState): void {
  writeWhenChanged(file, `${JSON.stringify(state, null, 2)}\n`);
}

function unreadable(file: string, cause: unknown): Stopped {
  return new Stopped(
    "STOP_COULD_NOT_LOOK",
    {
      saw: `${file} is not a sandbox state of this version`,
      wanted: "the file that `npm run sandbox -- up` writes",
      hint: "move the .sandbox folder aside; the next `npm start` makes a new one",
    },
    cause,
  );
}
