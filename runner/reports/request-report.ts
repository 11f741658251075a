// The two documents of a pause: what has to be signed, by whom, until when, and where the bundle lies.
import type { Json } from "../model/canonical.ts";
import type { CutplanOutput } from "../model/outputs.ts";
import { countsLine } from "../rules/supersession.ts";
import type { Request } from "../model/statement.ts";
import { code, facts, list, section, table, text, type Block, type Section } from "./blocks.ts";
import { reportOf, type Report, type ReportedRun } from "./report-head.ts";

/** A request and the folder of its bundle on the host. */
export interface AskedRequest {
  readonly request: Request;
  readonly bundle: string;
}

/** `cut`: SG_1 and EXECUTION together; `lifecycle`: SG_2. */
export type Pause = "cut" | "lifecycle";

const PAUSES: Readonly<Record<Pause, { name: string; state: string; rule: string }>> = {
  cut: {
    name: "SG1-cut-authz-request",
    state: "awaiting_cut_authorization",
    rule: "Two people: the signer of SG_1_cut_authz may not sign EXECUTION.",
  },
  lifecycle: {
    name: "SG2-lifecycle-authz-request",
    state: "awaiting_lifecycle_authorization",
    rule: "The signer of SG_1_cut_authz may not sign SG_2_lifecycle_authz; the signer of EXECUTION may.",
  },
};

/**
 * The request document of a pause. `completeness`: the line of the second count of headings, where the grammar has one.
 * `asked` is not empty; the newest request gives the date, so that a renewed one is a document of its own day.
 */
export function requestReport(given: {
  run: ReportedRun;
  pause: Pause;
  asked: readonly AskedRequest[];
  completeness?: string | undefined;
  /** Of a new version: the enacted document and what became of its articles. */
  compared?: CutplanOutput["compared"] | undefined;
}): Report {
  const { name, state, rule } = PAUSES[given.pause];
  const at = new Date(Math.max(...given.asked.map(({ request }) => Date.parse(request.requested_utc))));
  if (Number.isNaN(at.getTime()) || given.asked.length === 0)
    throw new TypeError("a pause without requests has no document");
  return reportOf(
    given.run,
    {
      title: name,
      at,
      gate: given.asked.flatMap(({ request }, index) => [...(index === 0 ? [] : [" and "]), code(request.gate)]),
      letter: "B",
      result: `${state}, signatures missing`,
      mutation: "NONE (asking for signatures writes nothing to the target)",
      next: "STOP - route to the approvers",
    },
    [
      ...(given.completeness === undefined
        ? []
        : [section("Headings counted a second time", text(code(given.completeness)))]),
      ...(given.compared === undefined
        ? []
        : [section(`A new version of ${given.compared.document_id}`, text(code(countsLine(given.compared))))]),
      ...given.asked.map(requestSection),
      section("What to do", ...steps(given.run.run_id, given.asked, rule)),
    ],
  );
}

function requestSection({ request, bundle }: AskedRequest): Section {
  return section(
    code(request.gate),
    facts([
      ["payload_sha", code(request.payload_sha)],
      ["to type when signing", code(request.payload_sha.slice(-6))],
      ["requested", code(request.requested_utc)],
      ["approve_by", code(request.approve_by)],
      ["bundle", code(bundle)],
    ]),
    table(
      ["payload field", "value"],
      leaves(request.payload, "").map(([name, value]) => [code(name), code(value)]),
    ),
  );
}

/** Every leaf of a payload with its dotted name, in the payload's own order. */
function leaves(value: Json, name: string): [string, string][] {
  if (value === null || typeof value !== "object") return [[name, String(value)]];
  if (isList(value))
    return value.length === 0 ? [[name, ""]] : value.flatMap((item, index) => leaves(item, `${name}[${index}]`));
  return Object.entries(value).flatMap(([key, item]) => leaves(item, name === "" ? key : `${name}.${key}`));
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const steps = (runId: string, asked: readonly AskedRequest[], rule: string): Block[] => [
  list(
    [
      "Copy each bundle to the workstation of its approver. Nothing in it is to be believed: the approve program computes the plan again.",
      ...asked.map(({ request }) => [
        code(request.gate),
        ": ",
        code("npm run approve -- <copy of the bundle>"),
        " with the person's own key.",
      ]),
      ["On the host: ", code("cutter gate admit <signed files>"), "."],
      ["On the host: ", code(`cutter orchestrate resume ${runId}`), "."],
    ],
    true,
  ),
  text(
    rule,
    "A signature after approve_by is refused; resume then writes a new request. A document like this one is never an approval.",
  ),
];
