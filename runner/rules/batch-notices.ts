// What people are told of batches: one notice for all the signatures of a wave instead of one for each run, that a batch stands still,
// and that one is closed: docs/notifications.md. Facts in, notices out.
import type { ApproverSet } from "../model/approvers.ts";
import type { BatchStateJson } from "../model/batch-state.ts";
import { digestOf } from "../model/canonical.ts";
import type { Notice } from "../model/notice.ts";
import type { Gate } from "../model/run.ts";
import { WAITS_FOR, type Standing } from "./batch-progress.ts";
import { operatorCommand, withStack } from "./operator-command.ts";

/** A batch's state file; `written`: when it was, which is when it changed last. */
export interface SeenBatch {
  readonly state: BatchStateJson;
  readonly written: Date;
}

/** The part of a look at a host that this needs. */
export interface BatchSight {
  readonly host: string;
  readonly stack: string;
  readonly now: Date;
  readonly batches: readonly SeenBatch[];
  readonly persons: readonly Pick<ApproverSet["persons"][number], "id" | "gates">[];
}

/**
 * What the documents of a wave wait for in one standing; `before`: where those stand that have not come there; `coming`: which of them come
 * by themselves; `signed`: where they stand when all of it is admitted.
 */
interface Asked {
  readonly standing: Standing;
  readonly before: readonly string[];
  readonly coming: readonly string[];
  readonly signed: Standing;
  readonly gates: readonly Gate[];
}
const PLANNED: readonly Standing[] = ["waiting", "planning"];
const WRITTEN: readonly Standing[] = ["may_cut", "writing"];
const ASKED: readonly Asked[] = [
  {
    ...{ standing: "asks_cut", before: PLANNED, coming: PLANNED, signed: "may_cut" },
    gates: WAITS_FOR.asks_cut,
  },
  {
    ...{ standing: "asks_enact", before: [...PLANNED, "asks_cut", ...WRITTEN], coming: WRITTEN, signed: "may_enact" },
    gates: WAITS_FOR.asks_enact,
  },
];

/** Those that come by themselves are waited for, so that people are asked once; no longer than this after the last of them has moved. */
const PATIENCE_MILLISECONDS = 120_000;

const openOnes = (batches: readonly SeenBatch[]): BatchStateJson[] =>
  batches.map(({ state }) => state).filter(({ close_kind }) => close_kind === null);
const runsIn = (batches: readonly BatchStateJson[]): ReadonlySet<string> =>
  new Set(batches.flatMap(({ members }) => members.flatMap(({ run_id }) => (run_id === null ? [] : [run_id]))));

/** Runs whose signatures their batch asks for: nobody is told of each. */
export const runsOfOpenBatches = (batches: readonly SeenBatch[]): ReadonlySet<string> => runsIn(openOnes(batches));

/** Runs whose halts are their batch's: it is told that it stands still. */
export const runsOfHaltedBatches = (batches: readonly SeenBatch[]): ReadonlySet<string> =>
  runsIn(openOnes(batches).filter(({ stopped }) => stopped !== null));

/** Every notice about a batch that holds now. */
export const batchNotices = (sight: BatchSight): Notice[] =>
  sight.batches.flatMap(({ state, written }) => {
    if (state.close_kind !== null) return [closed(sight, state)];
    if (state.stopped !== null) return [standsStill(sight, state, state.stopped)];
    return ASKED.flatMap((asked) => wanted(sight, { state, written }, asked));
  });

const mayAny = ({ persons }: BatchSight, gates: readonly Gate[]): string[] =>
  persons.filter((person) => gates.some((gate) => person.gates.includes(gate))).map(({ id }) => id);

function wanted(
  sight: BatchSight,
  { state, written }: SeenBatch,
  { standing, before, coming, gates }: Asked,
): Notice[] {
  const { batch_id, wave } = state;
  const own = state.members.filter((one) => one.wave === wave);
  const asking = own.filter((one) => one.standing === standing);
  const more = own.some((one) => coming.includes(one.standing));
  const still = state.rests || sight.now.getTime() - written.getTime() >= PATIENCE_MILLISECONDS;
  if (asking.length === 0 || (more && !still)) return [];
  const what = `${gates.join(" and ")} of ${asking.length} documents`;
  // Another set of runs asks anew. Those that were signed stay in it, so that nobody is told of the rest once more.
  const reached = own.filter((one) => !before.includes(one.standing));
  return [
    {
      key: `signature_wanted ${batch_id} ${wave} ${standing} ${digestOf(reached.map(({ run_id }) => run_id)).slice(0, 12)}`,
      kind: "signature_wanted",
      persons: mayAny(sight, gates),
      run_id: null,
      subject: `signatures wanted: ${what}, wave ${wave} of ${batch_id}`,
      lines: [
        `Batch ${batch_id} on ${sight.host} waits for ${what}. Each document has a statement and a signature of its own.`,
        "A sitting signs them in one go; read before you sign, every request is computed again on your machine.",
      ],
      next: toSign(sight, batch_id, gates),
    },
  ];
}

const toSign = ({ stack }: BatchSight, batch_id: string, gates: readonly string[]): string[] => [
  withStack(`npm run batch -- fetch ${batch_id}`, stack),
  ...gates.map((gate) => `npm run approve -- bundles/${batch_id}/${gate}`),
];

/** A signature of one run whose time comes to its end: a request that is not signed, or `admitted` and not used. */
export interface EndingSignature {
  readonly run_id: string;
  readonly gate: string;
  readonly admitted: boolean;
  /** Milliseconds. */
  readonly until: number;
  readonly term: number;
  readonly persons: readonly string[];
}

/** One notice for a batch, a gate and what its time is running out for, however many documents of the wave wait. */
export function endingInBatches(sight: BatchSight, endings: readonly EndingSignature[]): Notice[] {
  return openOnes(sight.batches)
    .filter(({ stopped }) => stopped === null)
    .flatMap((batch) => {
      const groups = new Map<string, EndingSignature[]>();
      for (const one of endings.filter((some) => stillCounts(batch, some))) {
        const name = `${one.gate}${one.admitted ? " admitted" : ""}`;
        groups.set(name, [...(groups.get(name) ?? []), one]);
      }
      return [...groups].map(([name, group]) => ending(sight, batch, name, group));
    });
}

/** The state file of a run may be older than its batch's: another machine may have carried it on. */
function stillCounts(batch: BatchStateJson, { run_id, gate, admitted }: EndingSignature): boolean {
  const member = batch.members.find((one) => one.run_id === run_id && one.wave === batch.wave);
  const asked = ASKED.find(({ gates }) => gates.some((one) => one === gate));
  if (!member || !asked) return false;
  return member.standing === asked.standing || (admitted && member.standing === asked.signed);
}

function ending(sight: BatchSight, batch: BatchStateJson, name: string, group: readonly EndingSignature[]): Notice {
  const { batch_id, wave } = batch;
  const until = Math.min(...group.map((one) => one.until));
  const term = Math.max(...group.map((one) => one.term));
  const gate = group[0]?.gate ?? "";
  const admitted = group[0]?.admitted === true;
  const end = new Date(until).toISOString();
  const left = `${Math.max(0, Math.round((until - sight.now.getTime()) / 60_000))} minutes`;
  const what = `${gate} of ${group.length} documents, wave ${wave} of ${batch_id}`;
  return {
    // The requests of a wave are written within a minute, a renewed one at least a term later: a third of the term tells them apart.
    key: `signature_expiring ${batch_id} ${wave} ${name} ${Math.floor(until / (term / 3))}`,
    kind: "signature_expiring",
    persons: [...new Set(group.flatMap(({ persons }) => persons))].sort(),
    run_id: null,
    subject: admitted ? `${left} left to use the admitted ${what}` : `${left} left to sign ${what}`,
    lines: admitted
      ? [
          `Batch ${batch_id} on ${sight.host} has the signatures ${gate} and has not used ${group.length} of them.`,
          `The first of them can be used until ${end}, that is for ${left}. After that a new signature over the same request renews it.`,
        ]
      : [
          `Batch ${batch_id} on ${sight.host} waits for ${gate} of ${group.length} documents.`,
          `The first of them can be signed until ${end}, that is for ${left}. After that batch resume asks anew.`,
        ],
    next: admitted
      ? [operatorCommand(`cutter orchestrate batch resume ${batch_id}`, sight.stack)]
      : toSign(sight, batch_id, [gate]),
  };
}

const standsStill = (sight: BatchSight, { batch_id }: BatchStateJson, why: string): Notice => ({
  key: `halted ${batch_id} ${digestOf(why).slice(0, 12)}`,
  kind: "halted",
  persons: mayAny(sight, ["UNHALT"]),
  run_id: null,
  subject: `batch ${batch_id} stands still`,
  lines: [
    `Batch ${batch_id} on ${sight.host} stands still: ${why}.`,
    "Nothing more is written until its halts are lifted, or it is given up. Find out why first.",
  ],
  next: [withStack(`npm run batch -- status ${batch_id}`, sight.stack)],
});

const closed = (sight: BatchSight, batch: BatchStateJson): Notice => ({
  key: `batch_closed ${batch.batch_id}`,
  kind: "batch_closed",
  persons: [],
  run_id: null,
  subject: `batch ${batch.batch_id} is closed: ${batch.enacted} of ${batch.documents} documents enacted`,
  lines: [
    `Batch ${batch.batch_id} on ${sight.host} is closed as ${batch.close_kind ?? ""}: ${batch.close_reason ?? ""}.`,
    ...batch.members
      .filter(({ standing }) => standing === "quarantined")
      .map(({ document_id, reason }) => `Set aside: ${document_id}, ${reason ?? "without a reason"}.`),
  ],
  next: [withStack(`npm run batch -- verify ${batch.batch_id}`, sight.stack)],
});
