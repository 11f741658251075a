import { expect, test } from "vitest";
import type { StoredBackup } from "../../../../runner/model/stored-backup.ts";
import { backupNamed, judgePrune } from "../../../../runner/rules/backup-prune.ts";
import { RUN_ID } from "../../../support/recorded-run.ts";

const stored = (file: string): StoredBackup => {
  const named = backupNamed(file);
  if (!named) throw new Error(`not ours: ${file}`);
  return { ...named, file, size_bytes: 10, at: new Date(0) };
};
const HAND = "hand-20261120T080000Z-0123abcd";
const SHELF = [`${RUN_ID}.sql.gpg`, `${RUN_ID}.sql.gpg.unproven`, `${HAND}.sql.gpg`].map(stored);

test("a backup is known by its name, and a file we did not make is not one", () => {
  expect(SHELF.map(({ id, kind, run_id }) => [id, kind, run_id])).toEqual([
    [RUN_ID, "run", RUN_ID],
    [`${RUN_ID}.unproven`, "unproven", RUN_ID],
    [HAND, "hand", null],
  ]);
  for (const name of [
    "x.sql.gpg",
    `.${RUN_ID}.sql.gpg.0a.part`,
    `${HAND}.receipt.json`,
    `../${RUN_ID}.sql.gpg`,
    `${RUN_ID}.sql.gpg `,
    "",
  ])
    expect(backupNamed(name)).toBeUndefined();
});

test("the backup an open run rests on is not deleted, its unproven leftover and other backups may be", () => {
  const open = new Set([RUN_ID]);
  expect(judgePrune([HAND, RUN_ID], SHELF, open)).toMatchObject({
    code: "STOP_RUN_OPEN",
    facts: { saw: `run ${RUN_ID} is open and rests on its backup` },
  });
  expect(judgePrune([HAND, `${RUN_ID}.unproven`], SHELF, open)).toBeUndefined();
  expect(judgePrune([RUN_ID], SHELF, new Set())).toBeUndefined();
});

test("an id that names nothing stops the whole deletion", () => {
  expect(judgePrune([HAND, "hand-20261120T080000Z-00000000"], SHELF, new Set())).toMatchObject({
    code: "STOP_REFUSED_INPUT",
    facts: { saw: "1 of 2 ids name no backup here" },
  });
});
