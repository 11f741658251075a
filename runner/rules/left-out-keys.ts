// Foreign keys of tables the backup carries to tables it does not, held against those the signed backup policy leaves out by name.

/** A key, `schema.table constraint`, and the table it leads to. */
export interface OutwardKey {
  readonly key: string;
  readonly leads_to: string;
}

/**
 * What a backup would stop at: keys that nobody left out, with the words that leave them out, and names that fit no such key, because a
 * name that fits nothing would be believed to be kept. Empty when a backup passes.
 */
export function leftOutFaults(found: readonly OutwardKey[], declared: readonly string[]): string[] {
  const open = found.filter(({ key }) => !declared.includes(key));
  const unknown = declared.filter((name) => !found.some(({ key }) => key === name));
  return [
    ...open.map(({ key, leads_to: to }) => `${key} leads to ${to}, which no backup carries`),
    ...(open.length === 0
      ? []
      : [
          `approvers can sign that neither proof nor rehearsal holds them: backup.left_out_keys: ` +
            JSON.stringify([...declared.filter((name) => !unknown.includes(name)), ...open.map(({ key }) => key)]),
        ]),
    ...unknown.map((name) => `backup.left_out_keys names ${name}, and there is no such key`),
  ];
}
