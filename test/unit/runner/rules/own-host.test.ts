// A configuration that was copied to another machine, and an env file that an older tool filled for another database.
import { expect, test } from "vitest";
import { judgeCopies, judgeOwnHost, otherwiseSaid } from "../../../../runner/rules/own-host.ts";
import { declaredStack } from "../../../support/declared-stack.ts";

const { content } = declaredStack().orchestrator;

test("a machine that calls itself otherwise cuts nothing, and says both names", () => {
  expect(judgeOwnHost({ host: "vmi1" }, "vmi1")).toBeUndefined();
  expect(judgeOwnHost({ host: "vmi1", uname: "Db-1.internal" }, "Db-1.internal")).toBeUndefined();
  expect(judgeOwnHost({ host: "vmi1" }, "vmi2")).toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: { saw: "this machine calls itself vmi2", wanted: "vmi1, the host that people sign for" },
  });
});

test("of several machines that do batches none may be the only one with the wave's backup", () => {
  const machines = { names: ["law-1", "law-2"], key_file: "/etc/cutter/machines.env" };
  const { batch } = content;
  if (!batch) throw new Error("a host that does batches is needed");
  expect(judgeCopies({ machines, batch })).toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: { hint: expect.stringContaining("batch.backup_copies") as unknown },
  });
  expect(judgeCopies({ machines, batch: { ...batch, backup_copies: ["/srv/copies"] } })).toBeUndefined();
  expect([judgeCopies({ batch }), judgeCopies({ machines })]).toEqual([undefined, undefined]);
});

test("names of database and recipient in an env file must say what the configuration says; no value is told", () => {
  const said = (text: string): string[] => otherwiseSaid(Buffer.from(text), content);
  const { recipient_fingerprint: key } = content.backup;
  expect(said("AGENT_DATA_API_KEY=x\n")).toEqual([]);
  expect(
    said(
      `DOT_CUTTER_DB_HOST=localhost\nDOT_CUTTER_DB_PORT=5432\nDOT_CUTTER_DB_NAME=directus\nBACKUP_GPG_FPR=${key.toLowerCase()}\n`,
    ),
  ).toEqual([]);
  expect(said("DOT_CUTTER_DB_HOST=s3cret\nDOT_CUTTER_DB_NAME=directus\n")).toEqual([
    "line 1, DOT_CUTTER_DB_HOST says something else than the configuration",
  ]);
});
