/** Text of sql/engine/apply.sql for the library that is installed. */
export function engineSql(): string;
