// Every command the product's sources give a person to paste, with plausible words in place of their values: literals that are a command
// as a whole, and what stands between backticks inside a sentence.
import ts from "typescript";
import { VERBS } from "../../scripts/command-line/verb-table.ts";
import { sourceFiles } from "../architecture/source-files.ts";

/** A command as it is told, and where; `mention`: a sentence names a verb and gives no words with it. */
export interface ToldCommand {
  readonly command: string;
  readonly place: string;
  readonly mention: boolean;
}

export const TOLD_RUN = "ictr-20261120T000000Z-00000000";

/** Values as a run would have them, by the source of the expression that gives them. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/^chosen|^more$/, ""],
  [/<stack>/, "contabo"],
  [/<bundle>/, "/r/SG_1_cut_authz-1"],
  [/halt_id/, "7"],
  [/run_id === null [?] "" : ` --run/, ` --run ${TOLD_RUN}`],
  [/run_id === null [?] "" : ` -- /, ` -- ${TOLD_RUN}`],
  [/[?] ""/, ""],
  [/packageName|^name$/, "runtime"],
  [/nonce/i, "0123456789abcdef0123456789abcdef"],
  [/halt|lifted|ids/i, "7"],
  [/stack/i, "contabo"],
  [/prefix|document/i, "LAW-1"],
  [/first[.]id|run|^id$/i, TOLD_RUN],
];
const valueOf = (inside: string): string => VALUES.find(([name]) => name.test(inside))?.[1] ?? "/r/file.json";

const HOST_VERBS = "orchestrate|backup|gate|journal|precheck|names|stops|intake";
const BEGINS = new RegExp(
  `^(?:npm (?:run (?:${VERBS.map(({ name }) => name).join("|")}|cutter)|start|test)|npx cutter [a-z]+|cutter (?:${HOST_VERBS}))(?![a-z:-]| \\()`,
);

/** Literals of one file, template expressions filled in. */
function literals(text: string): { readonly text: string; readonly line: number }[] {
  const source = ts.createSourceFile("told.ts", text, ts.ScriptTarget.Latest, true);
  const found: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push({ text: node.text, line });
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map((span) => valueOf(span.expression.getText()) + span.literal.text);
      found.push({ text: node.head.text + spans.join(""), line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Commands told by the TypeScript files below `tops`. */
export function toldCommands(tops: readonly string[]): ToldCommand[] {
  return sourceFiles(tops, [".ts"]).flatMap(({ path, text }) =>
    literals(text).flatMap(({ text: told, line }) => {
      const place = `${path}:${line}`;
      // A beginning that more words are put behind is no command yet.
      const whole =
        BEGINS.test(told) && !/ --$/.test(told.trim()) ? [{ command: told.trim(), place, mention: false }] : [];
      const quoted = [...told.matchAll(/`([^`]+)`/g)]
        .map(([, inside = ""]) => inside)
        .filter((one) => BEGINS.test(one))
        .map((command) => ({
          command,
          place,
          mention: /^(?:npm run|cutter orchestrate|npx cutter) [a-z-]+$/.test(command),
        }));
      return [...whole, ...quoted];
    }),
  );
}
