// What people are told of batches: one notice for all the signatures of a wave instead of one for each run, that a batch stands still,
// and that one is closed: docs/notifications.md. Facts in, notices out.
import type { ApproverSet } from "../model/approvers.ts";
import type { BatchStateJson } from "../model/batch-state.ts";
import { digestOf } from "../model/canonical.ts";
import type { Notice } from "../model/notice.ts";
import type { Gate } from "../model/run.ts";
import { withStack } from "./operator-command.ts";

/** The part of a look at a host that this needs. */
export interface BatchSight {
  readonly host: string;
  readonly stack: string;
  readonly batches: readonly BatchStateJson[];
  readonly persons: readonly Pick<ApproverSet["persons"][number], "id" | "gates">[];
}

/** Gates that a wave asks for, by the state of its batch. */
const ASKED: Readonly<Record<string, { readonly standing: string; readonly gates: readonly Gate[] }>> = {
  batch_awaiting_cut_authz_set: { standing: "asks_cut", gates: ["SG_1_cut_authz", "EXECUTION"] },
  batch_awaiting_lifecycle_authz_set: { standing: "asks_enact", gates: ["SG_2_lifecycle_authz"] },
};

/** Runs whose signatures their batch asks for: nobody is told of each. */
export const runsOfOpenBatches = (batches: readonly BatchStateJson[]): ReadonlySet<string> =>
  new Set(
    batches
      .filter(({ close_kind }) => close_kind === null)
      .flatMap(({ members }) => members.flatMap(({ run_id }) => (run_id === null ? [] : [run_id]))),
  );

/** Every notice about a batch that holds now. */
export const batchNotices = (sight: BatchSight): Notice[] =>
  sight.batches.flatMap((batch) => {
    if (batch.close_kind !== null) return [closed(sight, batch)];
    return batch.stopped === null ? wanted(sight, batch) : [standsStill(sight, batch, batch.stopped)];
  });

const mayAny = ({ persons }: BatchSight, gates: readonly Gate[]): string[] =>
  persons.filter((person) => gates.some((gate) => person.gates.includes(gate))).map(({ id }) => id);

function wanted(sight: BatchSight, batch: BatchStateJson): Notice[] {
  const asked = ASKED[batch.state];
  if (!asked) return [];
  const { batch_id, wave } = batch;
  const members = batch.members.filter((one) => one.wave === wave && one.standing === asked.standing);
  if (members.length === 0) return [];
  const what = `${asked.gates.join(" and ")} of ${members.length} documents`;
  return [
    {
      // Another set of runs asks anew.
      key: `signature_wanted ${batch_id} ${wave} ${asked.standing} ${digestOf(members.map(({ run_id }) => run_id)).slice(0, 12)}`,
      kind: "signature_wanted",
      persons: mayAny(sight, asked.gates),
      run_id: null,
      subject: `signatures wanted: ${what}, wave ${wave} of ${batch_id}`,
      lines: [
        `Batch ${batch_id} on ${sight.host} waits for ${what}. Each document has a statement and a signature of its own.`,
        "A sitting signs them in one go; read before you sign, every request is computed again on your machine.",
      ],
      next: [
        withStack(`npm run batch -- fetch ${batch_id}`, sight.stack),
        ...asked.gates.map((gate) => `npm run approve -- bundles/${batch_id}/${gate}`),
      ],
    },
  ];
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
