// When a batch holds back under load, and when it goes on again.
import { expect, test } from "vitest";
import { batchManifestSchema, type Throttle } from "../../../../runner/model/batch.ts";
import {
  heldBackIn,
  heldBackWord,
  judgeLoad,
  nextStep,
  seenAfter,
  type LoadLook,
  type LoadVerdict,
  type Pause,
} from "../../../../runner/rules/throttle.ts";

const throttle: Throttle = {
  max: { ungranted_locks: 10, connections_percent: 80, transaction_seconds: 300 },
  critical: { ungranted_locks: 50, connections_percent: 95, transaction_seconds: 3_600 },
  hibernate_seconds: 60,
};
const START = Date.parse("2026-11-29T12:00:00Z");
const look = (over: Partial<LoadLook> = {}, seconds = 0): LoadLook => ({
  ungranted_locks: 0,
  connections: 5,
  max_connections: 100,
  others: [],
  now: new Date(START + seconds * 1_000),
  ...over,
});
const judged = (over: Partial<LoadLook>, byHand?: string) => judgeLoad(look(over), new Map(), throttle, byHand);

test.each([
  { over: {}, kind: "goes_on" },
  { over: { ungranted_locks: 10, connections: 80 }, kind: "goes_on" },
  { over: { ungranted_locks: 11 }, kind: "pauses", why: "11 locks that wait, more than 10" },
  { over: { connections: 81 }, kind: "pauses", why: "81 percent of all connections in use, more than 80" },
  { over: { ungranted_locks: 51 }, kind: "sleeps", why: "51 locks that wait, more than 50" },
  {
    over: { connections: 96, ungranted_locks: 11 },
    kind: "sleeps",
    why: "96 percent of all connections in use, more than 95",
  },
])("a server with $over: $kind", ({ over, kind, why }) => {
  expect(judged(over)).toMatchObject({ kind, ...(why === undefined ? {} : { why }) });
});

test("a file laid by hand pauses a quiet server, and a critical one sleeps all the same", () => {
  const file = "/srv/locks/THROTTLE";
  expect(judged({}, file)).toEqual({ kind: "pauses", why: "the file /srv/locks/THROTTLE lies there" });
  expect(judged({ ungranted_locks: 51 }, file)).toMatchObject({ kind: "sleeps", seconds: 60 });
});

test("a transaction of others counts from the first look that saw it, and another one in its place from its own", () => {
  let seen = seenAfter(new Map(), look({ others: ["3/7", "4/1"] }));
  seen = seenAfter(seen, look({ others: ["3/7"] }, 200));
  const later = look({ others: ["3/7", "4/1"] }, 301);
  expect(judgeLoad(later, seenAfter(seen, later), throttle, undefined)).toMatchObject({
    kind: "pauses",
    why: "301 seconds that a transaction of others runs, more than 300",
  });
  const ended = look({ others: ["4/1"] }, 301);
  expect(judgeLoad(ended, seenAfter(seen, ended), throttle, undefined)).toEqual({ kind: "goes_on" });
});

test("a batch that paused goes on after ten quiet seconds in a row, not before", () => {
  const busy: LoadVerdict = { kind: "pauses", why: "" };
  const quiet: LoadVerdict = { kind: "goes_on" };
  expect(nextStep(undefined, quiet, START)).toEqual({ go: true });
  let pause: Pause | undefined;
  const at = (second: number, verdict: LoadVerdict): boolean => {
    const step = nextStep(pause, verdict, START + second * 1_000);
    if (!step.go) pause = step.pause;
    return step.go;
  };
  expect([at(0, busy), at(1, quiet), at(9, quiet), at(10, busy), at(11, quiet), at(20, quiet), at(21, quiet)]).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test("over critical nothing is asked for the seconds of the manifest", () => {
  expect(nextStep(undefined, { kind: "sleeps", why: "", seconds: 60 }, START)).toEqual({
    go: false,
    pause: { quietSince: null },
    wait: 60_000,
  });
});

test.each([
  {
    what: "critical below max",
    over: { throttle: { ...throttle, critical: { ...throttle.max, ungranted_locks: 1 } } },
  },
  { what: "two documents written at once", over: { limits: { plan: 1, write: 2 } } },
  { what: "no wave planned at once", over: { limits: { plan: 0, write: 1 } } },
])("a manifest with $what is refused", ({ over }) => {
  const wish = {
    schema_version: "1",
    batch_id: "ictb-20261129T120000Z-0000000a",
    created_by: "Lan",
    created_utc: "2026-11-29T12:00:00Z",
    items: [{ document_id: "LAW-A" }],
  };
  expect(batchManifestSchema.safeParse(wish).success).toBe(true);
  expect(batchManifestSchema.safeParse({ ...wish, ...over }).success).toBe(false);
});

test("what a worker says of a batch that it holds back is read again by whoever asks about that batch, and about no other", () => {
  const verdict = judged({ ungranted_locks: 11 });
  if (verdict.kind === "goes_on") throw new Error("not held back");
  const doing = ["batch", heldBackWord("ictb-20261129T120000Z-0000000a", verdict)];
  expect(heldBackIn("ictb-20261129T120000Z-0000000a", doing)).toBe("pauses: 11 locks that wait, more than 10");
  expect(heldBackIn("ictb-20261129T120000Z-0000000b", doing)).toBeUndefined();
});

test("a worker that waits for a transaction of others says so in words that its beats can carry, or it would count as lost", () => {
  const id = "ictb-20261129T120000Z-0000000a";
  const long = { kind: "pauses", why: "301 seconds that a transaction of others runs, more than 300" } as const;
  const word = heldBackWord(id, long);
  expect(word.length).toBe(100);
  expect(heldBackIn(id, [word])).toMatch(/^pauses: 301 seconds that a transaction of others.*…$/);
});
