// Whose keys a signature comes from: the person of the profile, and the home of their own gpg.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, expect, test } from "vitest";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { approvingPerson } from "../../../../scripts/signing/approving-person.ts";
import { withSigningOptions, type SigningOptions } from "../../../../scripts/signing/signing-words.ts";

const SET = join(import.meta.dirname, "../../../golden/approvers.json");
const folder = mkdtempSync(join(tmpdir(), "person-"));
const before = process.env["GNUPGHOME"];
afterEach(() => {
  if (before === undefined) delete process.env["GNUPGHOME"];
  else process.env["GNUPGHOME"] = before;
  rmSync(folder, { recursive: true, force: true });
});

/** The signer of a program that was started with these words. */
async function signerWith(...words: readonly string[]): Promise<unknown> {
  const profile = join(folder, "profile.json");
  const pins = { approvers_file: SET, approvers_sha: sha256(readFileSync(SET)) };
  writeFileSync(profile, JSON.stringify({ person: "linh", ...pins, host: "h", sandbox: false, memory_file: "m" }));
  const program = withSigningOptions(new Command()).exitOverride();
  program.action(() => undefined);
  program.parse(["--profile", profile, ...words], { from: "user" });
  return (await approvingPerson(program.opts<SigningOptions>(), "SG_1_cut_authz")).signer;
}

test("a GNUPGHOME elsewhere was dropped in silence, and the stop spoke of another agent: gpg is asked in that home", async () => {
  process.env["GNUPGHOME"] = "/media/token/gnupg";
  expect(await signerWith()).toEqual({ kind: "person-gpg", homedir: "/media/token/gnupg" });
  expect(await signerWith("--gnupg-home", "/srv/other")).toEqual({ kind: "person-gpg", homedir: "/srv/other" });
  delete process.env["GNUPGHOME"];
  expect(await signerWith()).toEqual({ kind: "person-gpg" });
});
