// The backups folder for the verbs that list, verify and delete.
import { backupShelf } from "./adapters/backup-shelf.ts";

/** The shelf below a runtime root. */
export const shelfOf = backupShelf;
