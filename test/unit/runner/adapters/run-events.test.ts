// What a follower hears when a line of events.ndjson is half: the disk was full for a moment, or a process died while it wrote.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventsFile, fileEvents, followEvents } from "../../../../runner/adapters/run-events.ts";

const RUN = "ictr-20261120T100000Z-00000001";
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "events-"));
  mkdirSync(dirname(eventsFile(root, RUN)), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const heard = async (): Promise<string[]> => {
  const events: string[] = [];
  for await (const { event } of followEvents(root, RUN, 0, process.pid)) events.push(event);
  return events;
};

test("a half-written event hides neither the one before it nor how the run ended", async () => {
  const events = fileEvents(root, RUN);
  events.emit({ event: "opened", run_id: RUN, document_id: "SAMPLE" });
  appendFileSync(eventsFile(root, RUN), '{"at":"2026-11-20T10:00:00.000Z","pid":1,"event":"pro');
  events.emit({ event: "ended", exit: 0, stop: null });
  expect(await heard()).toEqual(["opened", "ended"]);
});
