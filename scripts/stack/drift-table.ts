// Drift for people: one block a difference, shortened digests, nothing of the host unescaped.
import type { DriftLine } from "../../infra/drift.ts";

const short = (text: string): string => text.replace(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, "sha256:$1…");

/** Lines of the table; texts in `lines` are escaped already. */
export function driftTable(stack: string, lines: readonly DriftLine[]): string {
  if (lines.length === 0) return `${stack}: no drift; the host is as declared\n`;
  const blocks = lines.map(({ component, path, want, have, up }) =>
    [path, `  want  ${short(want)}`, `  have  ${short(have)}`, `  up    ${up}  [${component}]`].join("\n"),
  );
  return `${stack}: ${lines.length} ${lines.length === 1 ? "difference" : "differences"}\n\n${blocks.join("\n")}\n`;
}
