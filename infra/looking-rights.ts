// The rights that a login needs to look at a database when it is no superuser, as the statements that give them.

const named = (role: string): string => (/^[a-z_][a-z0-9_]*$/.test(role) ? role : `"${role.replaceAll('"', '""')}"`);

/** What lets `role` read the declared facts: the catalog of roles and the cutter's own records. */
export const toSeeDatabase = (role: string): string => `as a superuser: GRANT pg_read_all_data TO ${named(role)}`;

/** What lets `role` read the scheduler's own database. */
export const toSeeEngine = (database: string, role: string): string =>
  `as a superuser: GRANT CONNECT ON DATABASE ${named(database)} TO ${named(role)}`;

/** What lets `role` read how the server lets people in and what it is set to. The functions are granted in each database of its own. */
export const toSeeServer = (role: string): string =>
  [
    `as a superuser: GRANT pg_read_all_data, pg_read_all_settings TO ${named(role)}`,
    `GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings(), pg_show_all_file_settings() TO ${named(role)}`,
  ].join("; ");
