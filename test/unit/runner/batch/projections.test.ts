// The files of batches on one machine: what people are told by, and the page of a closed batch, whoever closed it.
import { beforeEach, expect, test } from "vitest";
import { BatchFiles } from "../../../../runner/batch/projections.ts";
import { BATCH_STATE_FILE } from "../../../../runner/model/batch-state.ts";
import type { BatchId } from "../../../../runner/model/batch.ts";
import type { Config } from "../../../../runner/model/config.ts";
import type { Reader } from "../../../../runner/world/database.ts";
import type { World } from "../../../../runner/world.ts";

const ID = "ictb-20261129T120000Z-0000000a" as BatchId;
const STATE = `batches/${ID}/${BATCH_STATE_FILE}`;
const PAGE = `reports/${ID}/batch-report.html`;
const at = new Date("2026-11-29T12:00:00Z");
const CLOSED = { closed: at, close_kind: "done", close_reason: "1 of 1 documents enacted, 0 set aside" };

let lying: Map<string, string>;
let full: boolean;
let said: string[];
let batch: Record<string, unknown>;
beforeEach(() => {
  lying = new Map();
  full = false;
  said = [];
  batch = {
    ...{ batch_id: ID, host: "law-host", actor: "lan", release: "r1", manifest_sha: "a".repeat(64) },
    ...{ opened: at, now: at, stopped: null, halts_in_force: [] },
    ...{ closed: null, close_kind: null, close_reason: null },
    manifest: {
      ...{ schema_version: "1", batch_id: ID, created_by: "Lan", created_utc: "2026-11-29T12:00:00Z" },
      ...{ default_scope: "enacted_only", canary: [], wave_size: 50, stop: { failures: 3, policy: "quarantine" } },
      items: [{ document_id: "LAW-A", source_version_id: "v-0", grammar: {} }],
      throttle: {
        max: { ungranted_locks: 10, connections_percent: 80, transaction_seconds: 300 },
        critical: { ungranted_locks: 50, connections_percent: 95, transaction_seconds: 3600 },
        hibernate_seconds: 60,
      },
      limits: { plan: 1, write: 1 },
    },
  };
});

const answers = (name: string): unknown[] => {
  if (name === "read/batches") return [batch];
  if (name === "read/pace") return [{ seconds: null }];
  if (name === "read/load") return [{ ungranted_locks: 0, connections: 1, max_connections: 100, others: [], now: at }];
  if (name !== "read/batch-members") return [];
  return [
    {
      ...{ document_id: "LAW-A", ordinal: 1, wave: 0, run_id: "ictr-20261129T120000Z-00000001" },
      ...{ run_state: "closeout_reported", close_kind: "closeout", last_stop: null, quarantined: false, reason: null },
      ...{ admitted: [], failures: 0, attempts: 1, units: 3, backed_up: at },
    },
  ];
};
const machine = (): BatchFiles => {
  const reader = {
    role: "exec",
    query: (name: string) => Promise.resolve(answers(name)),
    one: (name: string) => Promise.resolve(answers(name)[0]),
  };
  const world = {
    config: { backup: { max_age_minutes: 60 } } as Config,
    database: { read: (_role: string, work: (one: Reader) => unknown) => work(reader as unknown as Reader) },
    files: {
      write: (area: string, relative: string, data: string) => {
        if (full) return Promise.reject(new Error("no space left"));
        return Promise.resolve(void lying.set(`${area}/${relative}`, data));
      },
      read: (area: string, relative: string) => {
        const text = lying.get(`${area}/${relative}`);
        return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
      },
    },
  } as unknown as World;
  return new BatchFiles(world, (line) => said.push(line));
};
const kindOf = (): unknown => (JSON.parse(lying.get(STATE) ?? "{}") as { close_kind?: unknown }).close_kind;

test("a batch that was closed on another machine does not stand as open on this one for ever", async () => {
  expect(await machine().look()).toBe(true);
  expect(kindOf()).toBeNull();
  batch = { ...batch, ...CLOSED };
  // The worker that had projected it is gone; the next one has never seen it open.
  const next = machine();
  expect(await next.look()).toBe(true);
  expect(kindOf()).toBe("done");
  expect(await next.look()).toBe(false);
});

test("a process that died between closing a batch and its page leaves the page to the next look", async () => {
  batch = { ...batch, ...CLOSED };
  await machine().look();
  expect(lying.get(PAGE)).toContain(ID);
});

test("a full disk is told once, ends no worker, and the page is written when there is room again", async () => {
  batch = { ...batch, ...CLOSED };
  const files = machine();
  full = true;
  await files.look();
  await files.look();
  expect(said).toEqual([expect.stringContaining("no space left")]);
  full = false;
  await files.look();
  expect(lying.has(PAGE)).toBe(true);
});

test("a machine that never told of a batch tells nothing of it after it is closed", async () => {
  batch = { ...batch, ...CLOSED };
  expect(await machine().look()).toBe(false);
  expect(lying.has(STATE)).toBe(false);
});
