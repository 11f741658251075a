// A run that is reverted right behind the COMMIT of one of its phases, and the same document cut again to the end.
import { expect } from "vitest";
import { everyRow, GOVERNED, grown, lost } from "./every-row.ts";
import type { ProxiedHost } from "./proxied-host.ts";

/** An authorized run of three units, one above two. */
export interface RevertibleRun {
  readonly host: ProxiedHost;
  readonly run: string;
  readonly prefix: string;
}

const ADDRESSES = (prefix: string): string[] => ["", "/A-1", "/A-2"].map((end) => `${prefix}/S-1${end}`);

/** Its units as they stand, and as they stand once they are enacted. */
export const standing = ({ host, prefix }: RevertibleRun): Promise<Record<string, unknown>[]> =>
  host.sql(
    "SELECT canonical_address, lifecycle_status FROM public.information_unit WHERE canonical_address = ANY ($1) ORDER BY 1",
    [ADDRESSES(prefix)],
  );
export const enacted = ({ prefix }: RevertibleRun): Record<string, unknown>[] =>
  ADDRESSES(prefix).map((canonical_address) => ({ canonical_address, lifecycle_status: "enacted" }));

/** Ends the runner right behind the COMMIT of a phase, so that the run stands exactly there. */
export async function leftBehind({ host, run, prefix }: RevertibleRun, phase: string): Promise<void> {
  const { answer } = await host.resumeUntil(run, phase, "committed");
  const runner = await host.runner(prefix);
  runner.signal("SIGKILL");
  await runner.gone();
  await answer;
}

/** Reverted behind `phase`, the run leaves every other row as it was and `rows` new ones, its addresses are free, and the document is cut again. */
export async function revertedAndCutAgain(
  at: RevertibleRun,
  phase: string,
  rows: Readonly<Record<string, number>>,
): Promise<void> {
  const { host, run, prefix } = at;
  const before = await everyRow(host, GOVERNED);
  await leftBehind(at, phase);
  expect(await standing(at)).toHaveLength(3);
  expect(await host.cutter("orchestrate", "revert", run, "tried out")).toMatchObject({ status: 0, stop: undefined });

  const after = await everyRow(host, GOVERNED);
  expect(lost(before, after)).toEqual({});
  expect(grown(before, after)).toEqual(rows);
  expect(await standing(at)).toEqual([]);
  expect(
    await host.sql("SELECT DISTINCT lifecycle_status FROM public.information_unit WHERE canonical_address LIKE $1", [
      `${prefix}/%`,
    ]),
  ).toEqual([{ lifecycle_status: "superseded" }]);

  const again = await host.cut(prefix);
  const early = await host.cutter("orchestrate", "revert", again, "nothing there yet");
  expect(early).toMatchObject({ status: 4, stop: "STOP_REFUSED_INPUT" });
  expect(early.stderr).toContain("has written nothing");
  await host.authorizeCut(again);
  expect(await host.cutter("orchestrate", "resume", again)).toMatchObject({
    status: 3,
    stop: "STOP_APPROVAL_REQUIRED",
  });
  await host.authorizeEnactment(again);
  expect(await host.cutter("orchestrate", "resume", again)).toMatchObject({ status: 0, stop: undefined });
  expect(await standing(at)).toEqual(enacted(at));
  expect(lost(after, await everyRow(host, GOVERNED))).toEqual({});
}
