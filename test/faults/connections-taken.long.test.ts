// Colleagues take every connection a role has, and a question is asked twice with one token.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import pg from "pg";
import { cutLegA, rowsOfLegA } from "../support/cut-of-leg-a.ts";
import { governedHost, type GovernedHost } from "../support/governed-host.ts";
import { runWithMoments, type HostMoment } from "../support/host-moment.ts";

let host: GovernedHost;
let run: string;
let asked: HostMoment;
let authorized: HostMoment;
beforeAll(async () => {
  host = await governedHost();
  ({ run, asked, authorized } = await runWithMoments(host, "RACE-1"));
});
afterAll(async () => {
  await host?.remove();
});

const squatter = (): pg.Client => {
  const { host: socket, port, name } = host.sandbox.database;
  const { user, password } = host.sandbox.credentials.exec;
  return new pg.Client({ host: socket, port, database: name, user, password, ssl: false });
};
/** How many connections the role may have. */
const places = async (): Promise<number> =>
  (await host.sql<{ n: number }>("SELECT rolconnlimit AS n FROM pg_roles WHERE rolname = 'cutter_exec'"))[0]?.n ?? NaN;
const waitings = (): string[] =>
  readFileSync(join(host.sandbox.place.runtimeRoot, "runs", run, "events.ndjson"), "utf8")
    .split("\n")
    .filter((line) => line.includes('"event":"waiting"'));

test("a run that finds every connection of its role taken says so, writes nothing, and goes on when one is free", async () => {
  await authorized.back();
  const squatters = Array.from({ length: await places() }, squatter);
  for (const one of squatters) await one.connect();
  try {
    const refused = await host.cutter("orchestrate", "resume", run);
    expect(refused).toMatchObject({ status: 1, stop: "STOP_COULD_NOT_LOOK" });
    expect(refused.stderr).toContain("too many connections");
  } finally {
    for (const one of squatters) await one.end();
  }
  expect(await rowsOfLegA(host, "RACE-1")).toEqual([0, 0, 0]);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(await rowsOfLegA(host, "RACE-1")).toEqual([3, 3, 3]);
});

test("a run at work whose places are taken by colleagues says that it waits, and cuts when one is free", async () => {
  await authorized.back();
  const holder = async (): Promise<string> =>
    (await host.sql<{ holder: string }>("SELECT holder FROM cutter_runtime.lease WHERE run_id = $1", [run]))[0]
      ?.holder ?? "";
  const before = await holder();
  const answer = host.cutter("orchestrate", "resume", run);
  while ((await holder()) === before) await sleep(5);
  const squatters: pg.Client[] = [];
  try {
    const all = await places();
    while (squatters.length < all) {
      const next = squatter();
      // The run has a place now and then; this colleague asks until all are his.
      if (
        await next.connect().then(
          () => true,
          () => false,
        )
      )
        squatters.push(next);
    }
    while (waitings().length === 0) await sleep(50);
  } finally {
    for (const one of squatters) await one.end();
  }
  const ended = await answer;
  expect(ended).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(ended.stderr).toContain("waits for a free connection of cutter_exec");
  expect(cutLegA(ended)).toBe(true);
  expect(await rowsOfLegA(host, "RACE-1")).toEqual([3, 3, 3]);
});

test("a token that was used to resume a run is not taken for an answer when the run is voided with it", async () => {
  await asked.back();
  for (const [status, words] of [
    [3, ["resume", run]],
    [3, ["resume", run]],
    [0, ["void", run, "no longer wanted"]],
  ] as const) {
    expect(await host.cutter("orchestrate", ...words, "--ask", "0a1b2c3d")).toMatchObject({ status });
  }
  expect(await host.sql("SELECT close_kind FROM cutter_runtime.run WHERE run_id = $1", [run])).toEqual([
    { close_kind: "voided" },
  ]);
});
