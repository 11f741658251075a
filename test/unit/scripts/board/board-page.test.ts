import { expect, test } from "vitest";
import type { News } from "../../../../scripts/board/board-state.ts";
import { boardPage, boardParts, entryPage } from "../../../../scripts/board/board-page.ts";
import {
  BOARD_NOW as now,
  batchMemberOfHost,
  batchOfHost,
  boardOf,
  hostSaid,
  OPEN_RUN,
  saidByRun,
  statusSaid,
  watchedHost,
} from "../../../support/watched-board.ts";

const plain = (html: string | undefined): string => (html ?? "").replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const parts = (...news: readonly News[]): Readonly<Record<string, string>> => boardParts(boardOf(...news), now);

test("an open run says what it waits for, who may sign it, until when, and what to type", () => {
  const html = parts(hostSaid(watchedHost()), statusSaid())["runs-body"] ?? "";
  const text = plain(html);
  expect(text).toContain(
    "waits for the signatures of SG_1_cut_authz and EXECUTION; EXECUTION: minh or hoa, 75 minutes left",
  );
  expect(text).toContain("until 2026-11-29T13:15:00Z, 75 minutes left: signing EXECUTION; after it resume asks anew");
  expect(html).toContain(`<code>npm run fetch -- ${OPEN_RUN}</code><button type="button" data-copy`);
  expect(html).toContain(`<code>npm run logs -- ${OPEN_RUN} --stack contabo</code>`);
});

test("the work of a run stands with its last words, as logs would print them", () => {
  const phase = { event: "phase", phase: "pre_write_backup", status: "started" };
  const step = { event: "progress", phase: "pre_write_backup", done: 3, of: 9, what: "tables" };
  const text = plain(parts(statusSaid(), hostSaid(saidByRun(phase)), hostSaid(saidByRun(step)))["runs-body"]);
  expect(text).toContain("work pre_write_backup: 3 of 9 tables");
  expect(text).toContain("11:59:58 pre_write_backup 3 of 9 tables");
});

test("a host that is away is told with its time and reason, and what was known stays with the time it was true", () => {
  const gone = {
    kind: "away",
    at: "2026-11-29T12:00:00Z",
    saw: "vmi:22: connection refused",
    next: "npm run sandbox -- up",
  } as const;
  const away = parts(hostSaid(watchedHost()), statusSaid(), gone);
  expect(plain(away["now-body"])).toContain(
    "could not look since 2026-11-29T11:59:58Z (0 minutes ago): vmi:22: connection refused What stands below was true at 2026-11-29T11:59:58Z.",
  );
  expect(away["now-body"]).toContain("<code>npm run sandbox -- up</code>");
  expect(plain(away["runs-body"])).toContain("MY-LAW");
  const never = parts(gone);
  expect(plain(never["now-body"])).not.toContain("was true at");
  expect(plain(never["runs-body"])).toBe(" not known yet ");
});

test("halts come first, of every run and of one, with who and why", () => {
  const halts = [
    { run_id: null, at: "2026-11-29T10:00:00Z", by: "linh", reason: "strange rows" },
    { run_id: OPEN_RUN, at: "2026-11-29T11:00:00Z", by: null, reason: null },
  ];
  const text = plain(parts(hostSaid(watchedHost({ halts })))["now-body"]);
  expect(text).toContain("HALTED every run, 2 hours ago, by linh: strange rows");
  expect(text).toContain(`HALTED ${OPEN_RUN}, 60 minutes ago, by a file laid by hand`.replace("60 minutes", "1 hour"));
});

test("the age of drift, backup and drill is told, and what is too old comes with its command", () => {
  const host = parts(hostSaid(watchedHost()), {
    kind: "looked",
    looked: { at: "2026-11-29T11:00:00Z", differences: 2 },
  });
  const text = plain(host["host-body"]);
  expect(text).toContain("drift 2 differences, looked at 1 hour ago");
  expect(text).toContain("newest backup 9 days ago");
  expect(text).toContain("no backup of this host was ever restored outside it");
  for (const command of [
    "npm run drift -- --stack contabo",
    "npm run backup -- run --stack contabo",
    "npm run restore-drill -- &lt;run-id&gt; --stack contabo",
  ])
    expect(host["host-body"]).toContain(`<code>${command}</code>`);
  const fresh = parts(hostSaid(watchedHost({ backup_at: "2026-11-29T11:00:00Z", drill_at: "2026-11-28T11:00:00Z" })), {
    kind: "looked",
    looked: { at: "2026-11-29T11:00:00Z", differences: 0 },
  });
  expect(fresh["host-body"]).not.toContain("<code>npm");
});

test("a batch shows how far it is, why it stands still, and the documents that are not done", () => {
  const told = {
    kind: "batches",
    at: "2026-11-29T11:59:00Z",
    events: [{ ...batchOfHost, stopped: "2 documents failed" }, batchMemberOfHost],
  } as const;
  const text = plain(parts(told)["batches-body"]);
  expect(text).toContain("stands still: 2 documents failed");
  expect(text).toContain("4 of 12 enacted, 1 set aside, wave 2");
  expect(text).toContain("LAW-7 1 quarantined STOP_DRIFT");
  expect(text).toContain(`next ${batchOfHost.next} copy`);
});

test("a machine that was lost with a run in its hands is an alarm, one that rests is none", () => {
  const machine = { event: "machine", last_beat: "2026-11-29T11:58:00Z", seconds_ago: 60, silent: true };
  const told = (...doing: string[]): string =>
    plain(
      parts({ kind: "batches", at: "x", events: [batchOfHost, { ...machine, machine: "law-2", doing }] })[
        "batches-body"
      ],
    );
  expect(told(OPEN_RUN)).toContain(`machine law-2 was not heard of for 60 s; it still holds ${OPEN_RUN}`);
  expect(told()).not.toContain("law-2");
});

test("nothing a host says becomes markup, turns the text or fills the page", () => {
  const evil = `<script>alert(1)</script>\u202e"><img src=x onerror=alert(1)>${"x".repeat(10_000)}`;
  const all = boardPage(
    boardOf(
      hostSaid(
        watchedHost({
          host: evil,
          unseen: [evil],
          halts: [{ run_id: evil, at: evil, by: evil, reason: evil }],
          signers: [{ run_id: OPEN_RUN, gate: evil, until: evil, persons: [evil] }],
        }),
      ),
      statusSaid({
        document_id: evil,
        state: evil,
        waiting_for: evil,
        deadline: evil,
        deadline_of: evil,
        next: evil,
        halted: [evil],
        call: evil,
        committed_text: evil,
        last_stop: evil,
      }),
      hostSaid(saidByRun({ event: "finding", text: evil })),
      { kind: "away", at: "x", saw: evil, next: evil },
      {
        kind: "batches",
        at: "x",
        events: [
          { ...batchOfHost, batch_id: evil, throttle: evil, next: evil },
          { event: "machine", machine: evil, last_beat: evil, seconds_ago: 60, silent: true, doing: [evil] },
        ],
      },
    ),
    now,
    { style: "", script: "" },
  );
  expect(all).not.toMatch(/<img|<script>alert|\u202e/);
  expect(all).toContain('&lt;script&gt;alert(1)&lt;/script&gt;<span class="hidden">\\u{202E}</span>');
  expect(all.length).toBeLessThan(60_000);
});

test("the page that leads on names only where to", () => {
  expect(entryPage("/abc/")).toContain('content="0; url=/abc/"');
});
