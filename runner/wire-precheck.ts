// What a precheck looks at, put together from the real adapters.
import { loadRecipient } from "./adapters/backup-key.ts";
import { majorVersion, neededPrograms } from "./adapters/postgres-programs.ts";
import { collectDatabaseFacts } from "./adapters/precheck-database.ts";

/** Database facts, the backup recipient, and which PostgreSQL programs are needed and their major versions. */
export const looks = { collectDatabaseFacts, loadRecipient, majorVersion, neededPrograms } as const;
