// What can happen around a COMMIT, as tests: the runner is killed, the answer is lost, another runner takes over, people halt the run or take
// it back. One run that two people authorized, held at the very message by a door before PostgreSQL; every test begins at the same moment
// of its host. Which of them wait for a commit and which for a release is said by the files that call them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isStopCode, STOPS } from "../../runner/model/stop.ts";
import type { Moment } from "./commit-proxy.ts";
import { cutLegA, rowsOfLegA } from "./cut-of-leg-a.ts";
import { endState } from "./end-state.ts";
import { everyRow, GOVERNED, ROWS_OF_LEG_A, ROWS_OF_LEG_B } from "./every-row.ts";
import { LAW } from "./governed-host.ts";
import { momentOf, type HostMoment } from "./host-moment.ts";
import { proxiedHost, type ProxiedHost } from "./proxied-host.ts";
import { revertedAndCutAgain } from "./reverted-run.ts";
import { signOrder } from "./signed-orders.ts";

let host: ProxiedHost;
let run: string;
let authorized: HostMoment;

/** The host, its run, and every test's way back to the moment of two signatures; once a file. */
export function hostAtTheSignatures(): void {
  beforeAll(async () => {
    host = await proxiedHost();
    run = await host.authorized("SAME-1", LAW);
    authorized = await momentOf(host);
  });
  beforeEach(() => authorized.back());
  afterAll(async () => {
    await host?.remove();
  });
}

const recorded = async (phase: string): Promise<number> =>
  (await host.sql("SELECT FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = $2", [run, phase])).length;
const units = async (status: string): Promise<number> =>
  (
    await host.sql(
      "SELECT FROM public.information_unit WHERE canonical_address LIKE 'SAME-1/%' AND lifecycle_status = $1",
      [status],
    )
  ).length;
const everyPhase = async (): Promise<string[]> =>
  (
    await host.sql<{ phase: string }>("SELECT phase FROM cutter_runtime.phase_done WHERE run_id = $1 ORDER BY at", [
      run,
    ])
  ).map(({ phase }) => phase);
const phases = async (): Promise<string[]> =>
  (await everyPhase()).filter((phase) =>
    ["cut_leg_a", "leg_b_record", "write_verify", "lifecycle_enact"].includes(phase),
  );
const versions = async (): Promise<number> =>
  (
    await host.sql(
      "SELECT FROM public.information_unit u JOIN public.unit_version v ON v.unit_id = u.id WHERE u.canonical_address LIKE 'SAME-1/%'",
    )
  ).length;
const used = async (): Promise<number> =>
  (await host.sql("SELECT FROM cutter_runtime.admission_use WHERE run_id = $1", [run])).length;

/** The runner is killed just before or just after both of its COMMITs. */
export function killedAround(kills: readonly ("commit" | "committed")[]): void {
  describe("a killed runner", () => {
    let undisturbed: Awaited<ReturnType<typeof endState>>;
    beforeAll(async () => {
      expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
      await host.authorizeEnactment(run);
      expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0 });
      undisturbed = await endState(host, run);
    });

    /** Resumes, and kills the runner where it stands; whoever followed it is told what to do. */
    async function killedAt(phase: string, moment: Moment): Promise<void> {
      const { answer } = await host.resumeUntil(run, phase, moment);
      const runner = await host.runner("SAME-1");
      runner.signal("SIGKILL");
      await runner.gone();
      const { status, stderr } = await answer;
      expect(status).toBe(1);
      expect(stderr).toContain(`cutter orchestrate resume ${run}`);
    }

    test.each(
      kills.map((moment) => ({
        moment,
        when: moment === "commit" ? "before COMMIT" : "after COMMIT",
        kept: moment === "commit" ? 0 : 1,
      })),
    )(
      "killed just $when, at leg A and at the enactment, leaves after resume what an undisturbed run leaves",
      async ({ moment, kept }) => {
        await killedAt("cut_leg_a", moment);
        expect(await recorded("cut_leg_a")).toBe(kept);
        expect(await units("draft")).toBe(3 * kept);
        expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({
          status: 3,
          stop: "STOP_APPROVAL_REQUIRED",
        });

        await host.authorizeEnactment(run);
        await killedAt("lifecycle_enact", moment);
        expect(await recorded("lifecycle_enact")).toBe(kept);
        expect(await units("enacted")).toBe(3 * kept);
        expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 0, stop: undefined });

        expect(await endState(host, run)).toEqual(undisturbed);
        expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
      },
    );
  });
}

/** The answer to a COMMIT is lost, or the COMMIT never arrived. */
export function lostAnswers(): void {
  describe("a COMMIT whose answer is lost", () => {
    test("that was done but whose answer was lost is settled by the run itself, and nothing is done twice", async () => {
      const legA = await host.resumeUntil(run, "cut_leg_a", "committed");
      legA.held.cut();
      const paused = await legA.answer;
      expect(paused).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
      expect(
        paused.events
          .filter((event) => event["event"] === "state")
          .map((event) => event["state"])
          .slice(0, 2),
      ).toEqual(["ambiguous", "cut_leg_a_committed"]);
      expect(await phases()).toEqual(["cut_leg_a", "leg_b_record", "write_verify"]);
      expect(await versions()).toBe(3);

      await host.authorizeEnactment(run);
      const enact = await host.resumeUntil(run, "lifecycle_enact", "committed");
      enact.held.cut();
      expect(await enact.answer).toMatchObject({ status: 0, stop: undefined });
      expect(await phases()).toEqual(["cut_leg_a", "leg_b_record", "write_verify", "lifecycle_enact"]);
      expect(await versions()).toBe(3);
      expect(await used()).toBe(3);
      expect(await host.cutter("orchestrate", "verify", run)).toMatchObject({ status: 0 });
    });

    test("that never arrived leaves nothing, and resume does the work; one that cannot be asked about stays open until resume", async () => {
      const unheard = await host.resumeUntil(run, "cut_leg_a", "commit");
      unheard.held.cut();
      const told = await unheard.answer;
      expect(told).toMatchObject({ status: 1, stop: "STOP_COULD_NOT_LOOK" });
      expect(told.stderr).toContain("nothing was committed");
      expect(await versions()).toBe(0);
      expect(await used()).toBe(0);

      const unanswered = await host.resumeUntil(run, "cut_leg_a", "committed");
      const open = host.proxy.refuseNewcomers();
      unanswered.held.cut();
      expect(await unanswered.answer).toMatchObject({ status: 10, stop: "STOP_AMBIGUOUS" });
      // Nobody can ask the database now: the files must not say that nothing is committed.
      const sheet = await execa(host.sandbox.launchers.cutter, ["orchestrate", "status", run], { stdin: "ignore" });
      expect(sheet.stdout).toMatch(/state +ambiguous, last stop STOP_AMBIGUOUS/);
      expect(sheet.stdout).toMatch(/COMMITTED SO FAR +not known: the answer to a COMMIT was lost/);
      expect(sheet.stdout).toMatch(/SAFE TO LEAVE +no: resume reads what is true/);
      expect(sheet.stdout).toMatch(new RegExp(`NEXT +cutter orchestrate resume ${run}`));
      open();
      expect(await phases()).toEqual(["cut_leg_a"]);

      expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({
        status: 3,
        stop: "STOP_APPROVAL_REQUIRED",
      });
      expect(await phases()).toEqual(["cut_leg_a", "leg_b_record", "write_verify"]);
      expect(await versions()).toBe(3);
      expect(await used()).toBe(2);
      const settled = await execa(host.sandbox.launchers.cutter, ["orchestrate", "status", run], { stdin: "ignore" });
      expect(settled.stdout).toMatch(
        /COMMITTED SO FAR +units as drafts, ledger rows, the second principal's verdict; nothing enacted/,
      );
    });
  });
}

/** Another runner takes over from one that stands still. */
export function takenOver(takeOvers: readonly ("begin" | "commit")[]): void {
  describe("a runner that is taken over", () => {
    // A process that wakes says that it lives: its beat is a time, no record of the run.
    const everything = async () => {
      const rows = await everyRow(host, ["public", "cutter_governance", "cutter_runtime"]);
      return [...rows].filter(([table]) => table !== "cutter_runtime.host_beat");
    };
    const state = (): string => readFileSync(join(host.sandbox.place.runtimeRoot, "runs", run, "state.json"), "utf8");

    // Its transaction is idle and would be ended by the server's own timeout after a minute.
    const endItsTransaction = () =>
      host.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cutter_exec' AND state = 'idle in transaction'",
      );
    const letTheLeasePass = () =>
      host.sql(
        "UPDATE cutter_runtime.lease SET expires_at = clock_timestamp() - interval '1 second' WHERE document_id = 'SAME-1'",
      );

    test.each(
      takeOvers.map((moment) => ({
        moment,
        when: moment === "begin" ? "before leg A begins" : "with its COMMIT on the way",
      })),
    )("that stood still $when and was taken over writes nothing when it wakes", async ({ moment }) => {
      const { held, answer } = await host.resumeUntil(run, "cut_leg_a", moment);
      const first = await host.runner("SAME-1");
      first.signal("SIGSTOP");
      try {
        if (moment === "begin")
          expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 4, stop: "STOP_LEASE_HELD" });
        if (moment === "commit") await endItsTransaction();
        await letTheLeasePass();
        expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({
          status: 3,
          stop: "STOP_APPROVAL_REQUIRED",
        });
        expect((await host.runner("SAME-1")).holder).not.toBe(first.holder);
        expect(await recorded("cut_leg_a")).toBe(1);

        const [rows, told] = [await everything(), state()];
        held.pass();
        first.signal("SIGCONT");
        expect(await answer).toMatchObject({ status: 4, stop: "STOP_FENCED" });
        await first.gone();
        expect(await everything()).toEqual(rows);
        expect(state()).toBe(told);
      } finally {
        // A stopped process would outlive this file.
        first.endForSure();
      }
    });
  });
}

/** People halt the run while it writes. */
export function haltedAt(halts: readonly ("end" | "commit")[]): void {
  describe("a halt that comes", () => {
    test.each(
      halts.map((moment) => ({
        moment,
        when: moment === "end" ? "while leg A works" : "between the end of leg A and its COMMIT",
      })),
    )("$when ends the writer: it is acknowledged at once, and nothing is written afterwards", async ({ moment }) => {
      const { held, answer } = await host.resumeUntil(run, "cut_leg_a", moment);
      expect(await host.cutter("orchestrate", "halt", run, "--reason", "a second look")).toMatchObject({ status: 0 });
      expect(await recorded("cut_leg_a")).toBe(0);
      held.pass();
      expect(await answer).toMatchObject({ status: 4, stop: "STOP_HALTED" });
      expect(await units("draft")).toBe(0);

      const rows = await everyRow(host, GOVERNED);
      const done = await everyPhase();
      expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 4, stop: "STOP_HALTED" });
      expect(await everyRow(host, GOVERNED)).toEqual(rows);
      expect(await everyPhase()).toEqual(done);
    });
  });
}

/** People take back what they signed while the run writes. */
export function revokedAt(revocations: readonly ("run" | "nonce")[]): void {
  describe("a revocation that comes between the end of leg A and its COMMIT", () => {
    test.each(revocations)("of the %s ends the writer, and what was approved is not written any more", async (kind) => {
      const { held, answer } = await host.resumeUntil(run, "cut_leg_a", "commit");
      const [sg1] = await host.sql<{ nonce: string }>(
        "SELECT nonce FROM cutter_runtime.admission WHERE run_id = $1 AND gate = 'SG_1_cut_authz'",
        [run],
      );
      const order = kind === "run" ? [run] : [String(sg1?.nonce), "--run", run];
      expect(await host.cutter("gate", "admit", await signOrder(host, "hoa", "revoke", kind, ...order))).toMatchObject({
        status: 0,
      });
      held.pass();
      expect((await answer).status).not.toBe(0);
      expect(await recorded("cut_leg_a")).toBe(0);
      expect(await units("draft")).toBe(0);
    });
  });
}

/** The run is taken back. */
export function reverted(): void {
  test("a run that is reverted after the second principal agreed leaves every other row as it was, frees its addresses, and the document is cut again to the end", () =>
    revertedAndCutAgain({ host, run, prefix: "SAME-1" }, "write_verify", { ...ROWS_OF_LEG_A, ...ROWS_OF_LEG_B }));
}

/** Eight processes want the run at once. */
export function raced(rounds: readonly number[]): void {
  describe("of eight processes that resume it at once", () => {
    const RACERS = 8;
    // Late while another works; late when the winner had paused already, so that only the next signature is missing; no place of the role free.
    const LOST_THE_RACE = ["STOP_LEASE_HELD", "STOP_APPROVAL_REQUIRED", "STOP_COULD_NOT_LOOK"];

    test.each(rounds)("exactly one cuts, round %i", async () => {
      const answers = await Promise.all(
        Array.from({ length: RACERS }, () => host.cutter("orchestrate", "resume", run)),
      );
      expect(answers.filter(cutLegA)).toHaveLength(1);
      for (const answer of answers) {
        const stop = answer.stop ?? "none";
        expect(LOST_THE_RACE).toContain(stop);
        expect(answer.status).toBe(isStopCode(stop) ? STOPS[stop].exit : -1);
      }
      expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({
        status: 3,
        stop: "STOP_APPROVAL_REQUIRED",
      });
      expect(await recorded("cut_leg_a")).toBe(1);
      expect(await used()).toBe(2);
      expect(await rowsOfLegA(host, "SAME-1")).toEqual([3, 3, 3]);
      expect(await host.cutter("journal", "verify", run)).toMatchObject({ status: 0 });
    });
  });
}
