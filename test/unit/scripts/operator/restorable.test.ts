// What a restore drill says where it cannot work: before it fetches, and after it failed.
import { expect, test } from "vitest";
import { Stopped } from "../../../../runner/model/stop.ts";
import { endedBy, stopText } from "../../../../runner/terminal/stop-text.ts";
import { insistRestorable, restoreFailed } from "../../../../scripts/operator/restorable.ts";

const bin = "/usr/lib/postgresql/15/bin";

test("a workstation with PostgreSQL 15 and a backup of 17 ended in STOP_PROOF_FAILED: both majors and the package are named first", () => {
  const drill = (): void => insistRestorable("17.12 (Debian 17.12-1)", { bin, major: 15 });
  expect(drill).toThrow(Stopped);
  try {
    drill();
  } catch (stop) {
    expect(stop).toMatchObject({
      code: "STOP_PRECHECK_FAILED",
      facts: {
        saw: `PostgreSQL 15 in ${bin} for a backup of PostgreSQL 17`,
        hint: expect.stringContaining("nothing was fetched") as string,
        next: expect.stringMatching(/install .*postgresql-17\b/) as string,
      },
    });
  }
});

test.each([
  ["the same major", "15.14", 15],
  ["a later one", "16.13", 18],
])("%s restores the backup", (_which, source, major) => {
  expect(() => insistRestorable(source, { bin, major })).not.toThrow();
});

test("programs that do not say their version are no later ones", () => {
  expect(() => insistRestorable("15.14", { bin, major: undefined })).toThrow(
    expect.objectContaining({ code: "STOP_PRECHECK_FAILED" }),
  );
});

test("the cause of a failed restore was hidden behind `saw STOP_PROOF_FAILED`: its own words are told, and where the file is", () => {
  const cause = new Stopped("STOP_PROOF_FAILED", {
    saw: "psql: unrecognized configuration parameter transaction_timeout",
    wanted: "a restore without an error",
    hint: "take the programs of the source",
    details: ["line 12"],
  });
  const said = `${JSON.stringify({ event: "progress" })}\n${JSON.stringify(endedBy(cause, "no run"))}\n`;
  const told = restoreFailed({ stdout: said, stderr: "STOP_PROOF_FAILED: …" }, "/backups/one.sql.gpg");
  expect(told).toMatchObject({ code: "STOP_PROOF_FAILED", facts: { saw: cause.facts.saw, details: ["line 12"] } });
  expect(stopText(told)).toMatch(
    /HINT +take the programs of the source; the sealed file is kept: \/backups\/one.sql.gpg/,
  );
});

test("a restore that was killed, or whose words are no event, is told by its first line", () => {
  const told = (stderr: string): string => restoreFailed({ stdout: "", stderr }, "/f").facts.saw;
  expect([told("out of memory\nmore"), told("")]).toEqual(["out of memory", "the restore ended without a word"]);
});
