import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { PHASES, type RecordedPhase } from "../../../../runner/model/run.ts";
import { code as codeOf, text, type Document } from "../../../../runner/reports/blocks.ts";
import { finalReport as reportAtEnd } from "../../../../runner/reports/final-report.ts";
import { markdownOf } from "../../../../runner/reports/markdown.ts";
import { phaseReport as reportOfPhase } from "../../../../runner/reports/phase-report.ts";
import type { Report } from "../../../../runner/reports/report-head.ts";
import { requestReport as reportOfRequest } from "../../../../runner/reports/request-report.ts";
import { ownerOf } from "../../../../runner/rules/report-owner.ts";
import {
  admission,
  finalFactsOf,
  minute,
  outputs,
  receipt,
  recordOf,
  recordsThrough,
  REPORTED_RECEIPTS,
  REPORTED_RUN,
  REPORTED_SIGNATURES,
  requests,
  RUN_ID,
  sha,
} from "../../../support/recorded-run.ts";

const written = ({ name, document }: Report): { file: string; markdown: string } => ({
  file: `${name}.md`,
  markdown: markdownOf(document),
});
const finalReport = (...given: Parameters<typeof reportAtEnd>) => written(reportAtEnd(...given));
const phaseReport = (...given: Parameters<typeof reportOfPhase>) => written(reportOfPhase(...given));
const requestReport = (...given: Parameters<typeof reportOfRequest>) => written(reportOfRequest(...given));
const code = (value: string): string =>
  markdownOf({ title: "", opening: [text(codeOf(value))], sections: [] } satisfies Document).slice("# \n\n".length, -1);

const RUN = REPORTED_RUN;
const RECEIPTS = REPORTED_RECEIPTS;
const SIGNED = REPORTED_SIGNATURES;

const report = (
  phase: RecordedPhase,
  more: { output?: unknown; receipts?: typeof RECEIPTS; admissions?: typeof SIGNED } = {},
) =>
  phaseReport({
    run: RUN,
    phase,
    record: recordOf(phase, minute(4), more.output ?? outputs()[phase]),
    proves: ["one", "two"],
    receipts: more.receipts ?? RECEIPTS,
    admissions: more.admissions ?? SIGNED,
  });

const finalFacts = finalFactsOf;

const asked = (request: ReturnType<typeof requests>["sg1" | "execution" | "sg2"]) => ({
  request,
  bundle: `/var/lib/cutter/runs/${RUN_ID}/requests/${request.gate}-1`,
});

/** Every kind of inline or block the text turns into, and the number of cells of every table row. */
function forms(markdown: string): { kinds: Set<string>; cells: Set<number> } {
  const kinds = new Set<string>();
  const cells = new Set<number>();
  let row = 0;
  for (const token of new MarkdownIt({ html: true, linkify: false }).parse(markdown, {})) {
    for (const kind of [token.type, ...(token.children ?? []).map((child) => child.type)]) kinds.add(kind);
    if (token.type === "tr_open") row = 0;
    if (token.type === "td_open" || token.type === "th_open") row += 1;
    if (token.type === "tr_close") cells.add(row);
  }
  return { kinds, cells };
}

describe("the documents of a run", () => {
  test("fourteen documents carry the names the folder is read by", () => {
    const { sg1, execution, sg2 } = requests();
    const files = [
      ...PHASES.map((phase) => report(phase).file),
      requestReport({ run: RUN, pause: "cut", asked: [asked(sg1), asked(execution)] }).file,
      requestReport({ run: RUN, pause: "lifecycle", asked: [asked(sg2)] }).file,
      finalReport(finalFacts()).file,
    ];
    expect(files).toEqual(
      [
        "01-source-pin",
        "02-mark",
        "03-cutplan",
        "04-pre-write-backup",
        "05-grant-probe",
        "06-cut-leg-a",
        "07-structural-verify",
        "08-leg-b-record",
        "09-write-verify",
        "10-lifecycle-enact",
        "11-closeout",
        "SG1-cut-authz-request",
        "SG2-lifecycle-authz-request",
        "12-final-report",
      ].map((name) => `${name}-2026-11-20.md`),
    );
  });

  test("every document opens with the head of the house and names its run", () => {
    const all = [
      ...PHASES.map((phase) => report(phase)),
      report("revert"),
      finalReport(finalFacts()),
      requestReport({ run: RUN, pause: "lifecycle", asked: [asked(requests().sg2)] }),
    ];
    for (const { markdown } of all) {
      const head = markdown.split("\n## ")[0] ?? "";
      for (const name of ["macro", "run", "document", "date_utc", "host", "gate covered", "result", "mutation", "next"])
        expect(head).toMatch(new RegExp(`^- ${name}: .`, "m"));
      expect(ownerOf(markdown)).toBe(RUN_ID);
      expect(markdown.endsWith("\n") && !markdown.endsWith("\n\n")).toBe(true);
    }
  });

  test("a file is dated by the day of its record, not by today", () => {
    const made = phaseReport({
      run: RUN,
      phase: "mark",
      record: recordOf("mark", new Date("2024-02-29T23:59:59.999Z")),
      proves: [],
      receipts: [],
      admissions: [],
    });
    expect(made.file).toBe("02-mark-2024-02-29.md");
    expect(made.markdown).toContain("- date_utc: 2024-02-29 23:59:59Z");
  });

  test("a report made again after a second backup and a renewed signature is the same report", () => {
    const later = {
      receipts: [receipt(2, minute(90)), ...RECEIPTS],
      admissions: [...SIGNED, admission("SG_1_cut_authz", "hoa", minute(80))].reverse(),
    };
    for (const phase of PHASES) expect(report(phase, later)).toEqual(report(phase));
  });

  test("a phase that writes states the rows its own record counts", () => {
    expect(report("cut_leg_a", { output: { units: 11, versions: 12, births: 13, created: 11 } }).markdown).toContain(
      "- mutation: 11 rows in public.information_unit, 12 in public.unit_version, 13 in public.birth_registry",
    );
    expect(report("leg_b_record").markdown).toContain("- mutation: 20 rows in cutter_governance");
    expect(report("lifecycle_enact").markdown).toContain(
      "- mutation: 7 units from draft to enacted, 7 rows in public.iu_lifecycle_log",
    );
    for (const phase of [
      "source_pin",
      "mark",
      "cutplan",
      "pre_write_backup",
      "grant_probe",
      "structural_verify",
      "closeout",
    ] as const) {
      expect(report(phase).markdown).toContain("- mutation: NONE");
    }
  });

  test("a revert is reported as rolled back, and tells why", () => {
    const { file, markdown } = report("revert");
    expect(file).toBe("revert-2026-11-20.md");
    expect(markdown).toContain("- result: D - reverted, 2/2 invariants passed");
    expect(markdown).toContain("- reason: `the wrong edition`");
  });

  test("findings in the document are told by line and code, never by words", () => {
    const { markdown } = report("mark");
    expect(markdown).toContain("| 12 | `setext_heading` |");
    expect(markdown).not.toContain("WORDS-OF-A-FINDING");
  });

  test("a record that does not fit its phase is refused, not printed", () => {
    expect(() => report("cut_leg_a", { output: { units: 7 } })).toThrow();
  });

  test("the people who admitted leg A stand in its report and nobody else", () => {
    const { markdown } = report("cut_leg_a");
    expect(markdown).toContain(
      `| \`EXECUTION\` | \`thu\` | \`${"B".repeat(40)}\` | \`${sha("payload EXECUTION").slice(-6)}\` |`,
    );
    expect(markdown).toContain("`minh`");
    expect(markdown).not.toContain("SG_2_lifecycle_authz");
  });
});

describe("values from outside", () => {
  const HOSTILE = "</td><script>x</script> | `a` [b](http://c.example) ![d](e) **f** \u202e\u0000\n# g";

  test("no name, note or reason becomes markup, a link or another table cell", () => {
    const baseline = [
      {
        document: HOSTILE,
        set_aside: false,
        units: 1,
        versions: 1,
        content_sha: sha("x"),
        newest_updated_at: HOSTILE,
        updated_by: HOSTILE,
      },
    ];
    const made = [
      report("source_pin", { output: { ...outputs().source_pin, source_document_ref: HOSTILE, baseline } }),
      report("grant_probe", { output: { ...outputs().grant_probe, findings: [HOSTILE] } }),
      report("revert", { output: { ...outputs().revert, reason: HOSTILE } }),
      phaseReport({
        run: { ...RUN, actor: HOSTILE, host: HOSTILE },
        phase: "mark",
        record: recordOf("mark", minute(2)),
        proves: [HOSTILE],
        receipts: [],
        admissions: [],
      }),
      finalReport(finalFacts({ admissions: [admission("EXECUTION", HOSTILE, minute(1))] })),
    ];
    for (const { markdown } of made) {
      const markup = [
        "html_inline",
        "html_block",
        "link_open",
        "image",
        "strong_open",
        "em_open",
        "fence",
        "code_block",
        "hr",
        "blockquote_open",
      ];
      expect(markup.filter((kind) => forms(markdown).kinds.has(kind))).toEqual([]);
      expect(markdown).not.toMatch(/[\u202e\u0000]/);
      expect(markdown).not.toMatch(/^# g/m);
    }
  });

  test("a table keeps its columns whatever stands in its cells", () => {
    const baseline = [
      {
        document: "A|B",
        set_aside: false,
        units: 1,
        versions: 1,
        content_sha: sha("x"),
        newest_updated_at: "|",
        updated_by: "||",
      },
    ];
    expect(forms(report("source_pin", { output: { ...outputs().source_pin, baseline } }).markdown).cells).toEqual(
      new Set([6]),
    );
  });

  test("what is shown tells bars, backticks, blank edges and emptiness apart", () => {
    expect(code("a|b`c")).toBe("`a\\u{7C}b\\u{60}c`");
    expect(code("  x ")).toBe("`\\u{20}\\u{20}x\\u{20}`");
    expect(code(" ")).toBe("`\\u{20}`");
    expect(code("")).toBe("(empty)");
    expect(code("\\u{7C}")).not.toBe(code("|"));
  });
});

describe("a request for signatures", () => {
  const { sg1, execution, sg2 } = requests();
  const cutRequest = requestReport({ run: RUN, pause: "cut", asked: [asked(sg1), asked(execution)] });

  test("shows the second count of headings where the grammar has one", () => {
    const counted = requestReport({
      run: RUN,
      pause: "cut",
      asked: [asked(sg1)],
      completeness: "articles 1-198 complete; 3 quoted; none unaccounted",
    });
    expect(counted.markdown).toContain(
      "## Headings counted a second time\n\n`articles 1-198 complete; 3 quoted; none unaccounted`",
    );
    expect(cutRequest.markdown).not.toContain("second time");
  });
  test("shows every payload field, the digits to type, the deadline and the bundle", () => {
    for (const request of [sg1, execution]) {
      expect(cutRequest.markdown).toContain(`- payload_sha: \`${request.payload_sha}\``);
      expect(cutRequest.markdown).toContain(`- to type when signing: \`${request.payload_sha.slice(-6)}\``);
      expect(cutRequest.markdown).toContain(`- approve_by: \`${request.approve_by}\``);
      expect(cutRequest.markdown).toContain(`- bundle: \`/var/lib/cutter/runs/${RUN_ID}/requests/${request.gate}-1\``);
    }
    expect(cutRequest.markdown).toContain("| `target.host` | `vmi3080463` |");
    expect(cutRequest.markdown).toContain("| `backup_policy.tables[0]` | `public.information_unit` |");
    expect(cutRequest.markdown).toContain("| `backup_policy.context_tables` | (empty) |");
    expect(cutRequest.markdown).toContain("| `backup.attempt` | `1` |");
    expect(cutRequest.markdown).toContain("- result: B - awaiting_cut_authorization, signatures missing");
  });

  test("ends where people take over", () => {
    expect(cutRequest.markdown).toContain("- next: STOP - route to the approvers");
    expect(cutRequest.markdown).toContain(`\`cutter orchestrate resume ${RUN_ID}\``);
  });

  test("a request renewed on another day is a document of its own", () => {
    const renewed = requests(new Date("2026-11-22T07:00:00Z"));
    expect(requestReport({ run: RUN, pause: "cut", asked: [asked(sg1), asked(renewed.execution)] }).file).toBe(
      "SG1-cut-authz-request-2026-11-22.md",
    );
    expect(requestReport({ run: RUN, pause: "lifecycle", asked: [asked(sg2)] }).file).toBe(
      "SG2-lifecycle-authz-request-2026-11-20.md",
    );
  });

  test("a pause that asks for nothing has no document", () => {
    expect(() => requestReport({ run: RUN, pause: "cut", asked: [] })).toThrow(TypeError);
  });
});

describe("the final report", () => {
  test("shows rows before and after, and says what nobody read", () => {
    const { markdown } = finalReport(finalFacts());
    expect(markdown).toContain("| `public.information_unit` | 158 | 165 | +7 |");
    expect(markdown).toContain("| `public.birth_registry` | not read | 7 | not known |");
  });

  test("shows when each phase was recorded, how long after the one before, and its invariants", () => {
    const { markdown } = finalReport(finalFacts());
    expect(markdown).toContain(
      `| 06-cut-leg-a | 2026-11-20 08:06:00Z | 60.0 | 3/3 | \`cutter_exec\` | \`${sha("output cut_leg_a")}\` |`,
    );
    expect(markdown).toContain("| 09-write-verify | 2026-11-20 08:09:00Z | 60.0 | not counted | `cutter_verify` |");
  });

  test("says byte-equal only when closeout found no other document changed", () => {
    expect(finalReport(finalFacts()).markdown).toContain("## The same documents at the end\n\nbyte-equal, every one");
    const changed = recordsThrough("closeout").map((row) =>
      row.phase === "closeout"
        ? {
            ...row,
            output: {
              ...outputs().closeout,
              findings: ["document PILOT changed: 8 units", ...(outputs().grant_probe["findings"] as string[])],
            },
          }
        : row,
    );
    const { markdown } = finalReport(finalFacts({ phases: changed }));
    expect(markdown).toContain("## The same documents at the end\n\n- `document PILOT changed: 8 units`\n");
    expect(markdown).not.toContain("byte-equal, every one");
    expect(markdown.match(/mode O; A is the safe mode/g)).toHaveLength(1);
  });

  test("names who signed, the proven backup, the observed digest and the way to look again", () => {
    const { markdown } = finalReport(finalFacts());
    for (const person of ["minh", "thu"]) expect(markdown).toContain(`\`${person}\``);
    expect(markdown).toContain(`\`${sha("file 1")}\``);
    expect(markdown).toContain(`- observed_digest: \`${sha("observed")}\``);
    expect(markdown).toContain(`\`cutter orchestrate verify ${RUN_ID}\``);
    expect(markdown).toContain(`\`${sha("head")}\``);
  });

  test("does not exist for a run that is not closed out", () => {
    expect(() => finalReport(finalFacts({ phases: recordsThrough("lifecycle_enact") }))).toThrow(/closeout/);
  });
});
