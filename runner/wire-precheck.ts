// What a precheck looks at, put together from the real adapters.
import { loadRecipient } from "./adapters/backup-key.ts";
import { majorVersion } from "./adapters/postgres-programs.ts";
import { collectDatabaseFacts } from "./adapters/precheck-database.ts";

/** Database facts, the backup recipient, and the major version of a PostgreSQL program. */
export const looks = { collectDatabaseFacts, loadRecipient, majorVersion } as const;
