// A request bundle in memory, of any text, as `readBundle` would answer it: marked, planned and proven by the real code.
import { takeIn, type IntakeOptions } from "../../runner/commands/intake.ts";
import type { Request } from "../../runner/model/statement.ts";
import type { Bundle } from "../../scripts/signing/bundle.ts";
import { requests } from "./recorded-run.ts";

/** What is asked of the grammar, the request (SG_1 unless said) and what the host says. */
export interface ReadBundleOptions extends Partial<Omit<IntakeOptions, "caps">> {
  readonly request?: Request;
  readonly findings?: Partial<Bundle["findings"]>;
  readonly verdict?: Bundle["verdict"];
}

/** Undefined when the grammar refuses the text. */
export function bundleOf(text: string | Buffer, options: ReadBundleOptions = {}): Bundle | undefined {
  const { request, findings, verdict, ...asked } = options;
  const snapshot = Buffer.from(text);
  const taken = takeIn(snapshot, "SAMPLE", {
    profile: "generic-atx-1",
    empty_body: "heading",
    ...asked,
    caps: { units: 50_000, hard: 50_000 },
  });
  if (taken.refusal) return undefined;
  const { sg1 } = requests();
  return {
    request: request ?? sg1,
    sg1: sg1.gate === "SG_1_cut_authz" ? sg1.payload : undefined,
    snapshot,
    manifest: taken.manifest,
    rows: taken.rows,
    writer_digest: taken.writer_digest,
    findings: { document: [], environment: [], baseline: [], ...findings },
    journal: [],
    index: [],
    receipts: [],
    verdict,
  };
}
