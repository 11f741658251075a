// What is put into the scheduler's queues after each leg, and how often the scheduler is asked for it.
import { expect, test } from "vitest";
import { queueNext } from "../../../../runner/batch/queue.ts";
import { batchRecord } from "../../../../runner/batch/records.ts";
import type { Leg, LegQueueClient, LegStanding } from "../../../../runner/world/scheduler.ts";
import type { Database, Reader } from "../../../../runner/world/database.ts";
import type { BatchId } from "../../../../runner/model/batch.ts";

const ID = "ictb-20261129T120000Z-0000000a" as BatchId;
const NAMES = Array.from({ length: 50 }, (_, n) => `LAW-${n + 1}`);

/** A batch whose one wave is signed, as the database answers it. */
const signed: Pick<Database, "read"> = {
  read: (_role, work) => {
    const at = new Date("2026-11-29T12:00:00Z");
    const answers: Readonly<Record<string, unknown[]>> = {
      "read/batches": [
        {
          batch_id: ID,
          manifest: {
            schema_version: "1",
            batch_id: ID,
            created_by: "Lan",
            created_utc: "2026-11-29T12:00:00Z",
            default_scope: "enacted_only",
            items: NAMES.map((document_id) => ({ document_id, source_version_id: "v-0", grammar: {} })),
            canary: [],
            wave_size: 50,
            stop: { failures: 3, policy: "quarantine" },
            throttle: {
              max: { ungranted_locks: 10, connections_percent: 80, transaction_seconds: 300 },
              critical: { ungranted_locks: 50, connections_percent: 95, transaction_seconds: 3600 },
              hibernate_seconds: 60,
            },
            limits: { plan: 1, write: 1 },
          },
          close_kind: null,
          closed: null,
          stopped: null,
          now: at,
        },
      ],
      "read/batch-members": NAMES.map((document_id, n) => ({
        document_id,
        ordinal: n + 1,
        wave: 0,
        run_id: `ictr-20261129T120000Z-${String(n).padStart(8, "0")}`,
        run_state: "awaiting_cut_authorization",
        close_kind: null,
        last_stop: "STOP_APPROVAL_REQUIRED",
        quarantined: false,
        reason: null,
        admitted: ["EXECUTION", "SG_1_cut_authz"],
        failures: 0,
      })),
      "read/batch-waves": [],
    };
    const reader = { role: "exec", query: (name: string) => Promise.resolve(answers[name] ?? []) };
    return work(reader as unknown as Reader);
  },
};

test("after each document of a wave of fifty the scheduler is asked once what is queued, not once for every document that waits", async () => {
  const asked: string[] = [];
  const put: Leg[] = [];
  const known: LegStanding[] = [
    { id: `${ID}/cut/LAW-1/0`, state: "working", worker: "w", release: "r1" },
    { id: `${ID}/cut/LAW-2/0`, state: "ended", worker: "w", release: "r1" },
    { id: `${ID}/cut/LAW-20/0`, state: "queued", worker: null, release: "r1" },
  ];
  const client: LegQueueClient = {
    legs: (prefix) => {
      asked.push(prefix);
      return Promise.resolve(known.filter(({ id }) => id.startsWith(prefix)));
    },
    enqueue: (legs) => Promise.resolve(void put.push(...legs)),
    cancel: () => Promise.resolve(),
    limit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const names = (await queueNext({ database: signed as Database }, client, ID, { ending: `${ID}/cut/LAW-2/0` })).map(
    ({ what }) => what,
  );
  expect(asked).toEqual([`${ID}/`]);
  expect(names).toEqual(NAMES.filter((name) => name !== "LAW-1" && name !== "LAW-20"));
  expect(put.slice(0, 2).map(({ id, priority, queue }) => [id, priority, queue])).toEqual([
    [`${ID}/cut/LAW-2/1`, 2, "write"],
    [`${ID}/cut/LAW-3/0`, 3, "write"],
  ]);
});

test("a batch that was opened with a manifest of another form is told by name and worked at by nobody; its documents can be read, so that it can be given up", async () => {
  const strange: Pick<Database, "read"> = {
    read: (role, work) =>
      signed.read(role, (reader) =>
        work({
          ...reader,
          query: async (name: "read/batches") => {
            const rows = await reader.query(name, { batch_id: ID });
            return name === "read/batches" ? rows.map((row) => ({ ...row, manifest: {} })) : rows;
          },
        } as Reader),
      ),
  };
  const record = await batchRecord({ database: strange as Database }, ID);
  expect(record.members).toHaveLength(50);
  expect(() => record.manifest).toThrow(/STOP_PRECHECK_FAILED: the manifest that ictb-/);
  const nobody = {} as LegQueueClient;
  expect(await queueNext({ database: strange as Database }, nobody, ID)).toEqual([]);
});
