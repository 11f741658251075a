import { expect, test } from "vitest";
import { partsInProgress } from "../../../../scripts/stack/engine-progress.ts";

test("of what the engine prints a person sees each part once, when it is done, with its time", () => {
  const read = partsInProgress();
  const lines = [
    " +  pulumi:pulumi:Stack cutter-sandbox creating (0s)",
    " +  cutter:host:DatabasePackage package-revert creating (0s)",
    " +  command:remote:Command package-revert-script creating (0s)",
    " +  command:remote:Command package-revert-script created (1s)",
    ' +  command:remote:Command package-revert-script created (1s) warning: drift "package revert" want "applied" have "absent"',
    " ~  command:remote:Command runner-release-script updated (0.59s) [diff: ~update]",
    " +  command:remote:Command approver-set-script creating failed",
    " -  command:remote:Command host-users-script deleted (0.1s)",
    "Outputs:",
    "",
  ];
  expect(lines.flatMap((line) => read(line) ?? [])).toEqual([
    "package-revert           done      1s",
    "runner-release           done      0.59s",
    "approver-set             failed",
    "host-users               forgotten 0.1s",
  ]);
});
