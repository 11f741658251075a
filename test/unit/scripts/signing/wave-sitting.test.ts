// A sitting over a wave as a person holds it: the real approve program, their own gpg and agent, a terminal.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseStatement, type Statement } from "../../../../runner/model/statement.ts";
import { shellWord } from "../../../../runner/rules/shell-word.ts";
import { answerIn } from "../../../../scripts/sandbox/throw-away-sitting.ts";
import { bundleProgram } from "../../../support/bundle.ts";
import { gpgHome, type GpgHome } from "../../../support/gpg-home.ts";
import { waveOnDisk, type WaveOnDisk, type WaveSigner } from "../../../support/wave-on-disk.ts";

const DOCUMENTS = ["LAW-A", "LAW-B", "LAW-C"];
const folder = mkdtempSync("/tmp/sit-");
const program = join(folder, "approve.mjs");
let gpg: GpgHome;
let plain: WaveSigner;
/** A key with a passphrase, as a person's is. */
let guarded: WaveSigner;
const PASSPHRASE = "sesam öffne dich";
/** A line each time the agent's own program for passphrases is begun. */
const pinentries = join(folder, "pinentries");
beforeAll(async () => {
  // The program looks for the project it is of, and for the parts of the page there.
  writeFileSync(join(folder, "package.json"), '{ "name": "cutter" }');
  symlinkSync(join(import.meta.dirname, "../../../../scripts"), join(folder, "scripts"));
  await bundleProgram(program, 'import "./scripts/verbs/approve.ts";');
  gpg = await gpgHome();
  await agentSays();
  const fingerprint = await gpg.generate("linh", new Date("2026-01-01T00:00:00Z"));
  plain = { fingerprint, publicKeyArmored: await gpg.exported(fingerprint) };
  await gpg.gpg(["--passphrase", PASSPHRASE, "--quick-generate-key", "mai", "ed25519", "sign", "never"]);
  const listed = (await gpg.gpg(["--with-colons", "--list-keys", "mai"])).toString();
  const other = /^fpr:{9}([0-9A-F]{40}):/m.exec(listed)?.[1] ?? "";
  guarded = { fingerprint: other, publicKeyArmored: await gpg.exported(other) };
}, 120_000);
afterAll(async () => {
  await gpg?.close();
  rmSync(folder, { recursive: true });
});

/** The real agent; a person at its question is a program that knows the passphrase and leaves a line. */
async function agentSays(...more: readonly string[]): Promise<void> {
  const pinentry = join(folder, "pinentry");
  const lines = [
    "#!/bin/sh",
    `echo asked >> ${pinentries}`,
    "echo OK",
    `while read -r line; do case "$line" in GETPIN) echo "D ${PASSPHRASE}"; echo OK;; BYE) echo OK; exit 0;; *) echo OK;; esac; done`,
  ];
  writeFileSync(pinentry, `${lines.join("\n")}\n`, { mode: 0o755 });
  const settings = ["ignore-cache-for-signing", `pinentry-program ${pinentry}`, ...more];
  writeFileSync(join(gpg.home, "gpg-agent.conf"), `${settings.join("\n")}\n`);
  await execa("gpgconf", ["--homedir", gpg.home, "--kill", "gpg-agent"]);
  rmSync(pinentries, { force: true });
}
const timesAsked = (): number => (existsSync(pinentries) ? readFileSync(pinentries, "utf8").split("\n").length - 1 : 0);
const PROMPT = /passphrase of your key for these 3 signatures; .*: $/;

interface Sat {
  readonly status: number | undefined;
  readonly text: string;
  readonly signed: readonly Statement[];
}

/** Holds the sitting, typing what is asked for; `typed` answers what is no question of the wave. */
async function sit(
  { wave, profile, out }: WaveOnDisk,
  words: readonly string[],
  typed: (printed: string) => string | undefined = () => undefined,
): Promise<Sat> {
  const pages = join(out, "..", "pages");
  const line = [process.execPath, program, wave, "--profile", profile, "--gnupg-home", gpg.home, "--out", out];
  const whole = [...line, "--page", pages, ...words].map(shellWord).join(" ");
  const child = execa("script", ["-qefc", whole, "/dev/null"], { stdin: "pipe", reject: false, timeout: 60_000 });
  child.stdout.setEncoding("utf8");
  let printed = "";
  let asked = 0;
  child.stdout.on("data", (chunk: string) => {
    printed += chunk.replaceAll("\r", "");
    const answer = printed.length > asked ? (typed(printed) ?? answerIn(printed, wave)) : undefined;
    if (answer === undefined) return;
    asked = printed.length;
    child.stdin.write(`${answer}\n`);
  });
  const { exitCode } = await child;
  const names = existsSync(out) ? readdirSync(out).filter((name) => name.endsWith(".json")) : [];
  return {
    status: exitCode,
    text: printed,
    signed: names.map((name) => parseStatement(readFileSync(join(out, name)))),
  };
}

let waves = 0;
const wave = (signer: WaveSigner = plain, confirm?: "document" | "wave"): WaveOnDisk =>
  waveOnDisk(join(folder, `w${(waves += 1)}`), DOCUMENTS, signer, confirm);

test("a wave that is confirmed is signed, a statement for each document", async () => {
  const { status, text, signed } = await sit(wave(), []);
  expect([status, text]).toEqual([0, expect.stringContaining("npm run batch -- resume")]);
  expect(signed.map(({ gate }) => gate)).toEqual(DOCUMENTS.map(() => "SG_1_cut_authz"));
});
test.each(["wave", "document"] as const)(
  "a person who refuses a wave signs no approval, but the end of each document's run (confirm: %s)",
  async (confirm) => {
    const held = wave(plain, confirm);
    const { status, text, signed } = await sit(held, ["--refuse", "the wrong edition", "--without", "LAW-B"]);
    expect([status, text]).toEqual([0, expect.stringContaining("npm run admit --")]);
    expect(signed.map(({ gate, payload }) => [gate, payload])).toEqual(
      ["LAW-A", "LAW-C"].map(() => [
        "REVOCATION",
        { kind: "run", run_id: held.runId, value: held.runId, reason: "the wrong edition" },
      ]),
    );
    expect(text).toContain("you are about to refuse SG_1_cut_authz of 2 documents");
    expect(text.split("you refuse this: the wrong edition")).toHaveLength(confirm === "document" ? 3 : 1);
  },
);
test("a refusal without words is refused before anybody is asked", async () => {
  const { status, text, signed } = await sit(wave(), ["--refuse", ""]);
  expect([status, signed]).toEqual([4, []]);
  expect(text).not.toContain("type the");
});
test.each([
  ["--copy", "law.md"],
  ["--decision", "void"],
])("%s, which is about one document, is refused on a wave and nothing is signed", async (...words) => {
  const { status, text, signed } = await sit(wave(), words);
  expect([status, signed]).toEqual([4, []]);
  expect(text).toContain("STOP_REFUSED_INPUT");
  expect(text).toMatch(/folder of one document/);
});
test("--without, which is about a wave, is refused on the request of one document", async () => {
  const held = wave();
  const { status, text, signed } = await sit({ ...held, wave: join(held.wave, "LAW-A") }, ["--without", "LAW-A"]);
  expect([status, signed]).toEqual([4, []]);
  expect(text).toContain("STOP_REFUSED_INPUT");
});

test("a person with fifty documents types the passphrase once, sees none of it, and every document has its own signature", async () => {
  await agentSays();
  const { status, text, signed } = await sit(wave(guarded), [], (printed) =>
    PROMPT.test(printed) ? PASSPHRASE : undefined,
  );
  expect([status, text]).toEqual([0, expect.stringContaining("signed and verified: 3 statements")]);
  expect(new Set(signed.map(({ nonce }) => nonce)).size).toBe(DOCUMENTS.length);
  expect(text.split("passphrase of your key")).toHaveLength(2);
  expect(text).not.toContain(PASSPHRASE);
  expect(timesAsked()).toBe(0);
});
test("a passphrase that was mistyped is asked for again, and nothing is signed by the third wrong one", async () => {
  await agentSays();
  const typed = ["sesam", `xx\u007f\u007f${PASSPHRASE}ö\u007f`];
  const once = await sit(wave(guarded), [], (printed) => (PROMPT.test(printed) ? typed.shift() : undefined));
  expect([once.status, once.signed.length]).toEqual([0, DOCUMENTS.length]);
  expect(once.text).toContain("that is another answer; 2 tries left");
  const never = await sit(wave(guarded), [], (printed) => (PROMPT.test(printed) ? "sesam" : undefined));
  expect([never.status, never.signed]).toEqual([4, []]);
  expect(never.text).toContain("Bad passphrase");
});
test("an agent that takes no passphrase from programs asks by itself for each document, which is said before", async () => {
  await agentSays("no-allow-loopback-pinentry");
  const { status, text, signed } = await sit(wave(guarded), []);
  expect([status, signed.length]).toEqual([0, DOCUMENTS.length]);
  expect(text).toContain("your gpg-agent asks at each of the 3 signatures");
  expect(text).not.toMatch(PROMPT);
  expect(timesAsked()).toBe(DOCUMENTS.length);
});
test("a person who types nothing leaves the passphrase to their agent", async () => {
  await agentSays();
  const { status, text, signed } = await sit(wave(guarded), [], (printed) => (PROMPT.test(printed) ? "" : undefined));
  expect([status, signed.length]).toEqual([0, DOCUMENTS.length]);
  expect(text).toContain("your gpg-agent asks at each of the 3 signatures");
  expect(timesAsked()).toBe(DOCUMENTS.length);
});
test("nobody is asked for the passphrase of a key that has none", async () => {
  await agentSays();
  const { status, text } = await sit(wave(), []);
  expect(status).toBe(0);
  expect(text).not.toMatch(/passphrase|asks at each/);
});
