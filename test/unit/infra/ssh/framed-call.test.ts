// A host that takes the call and is silent, over a real sshd: it is left after the declared seconds, and not before.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pinnedAddress } from "../../../../infra/ssh/connection.ts";
import { KEPT_ANSWER } from "../../../../infra/ssh/framed-answer.ts";
import { framedCall, newToken, type CallEnd } from "../../../../infra/ssh/framed-call.ts";
import { framedScript } from "../../../../infra/ssh/framed-shell.ts";
import { sshCommandLine } from "../../../../infra/ssh/line.ts";
import { aliveLine } from "../../../../runner/model/answer-frame.ts";
import { startSilentServer, startThrowAwaySshd, type ThrowAwaySshd } from "../../../support/throw-away-sshd.ts";

let folder: string;
let sshd: ThrowAwaySshd;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "silent-"));
  sshd = await startThrowAwaySshd();
  writeFileSync(join(folder, "key"), sshd.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const SILENCE = 3;
const asked = (
  script: (token: string) => string,
  { port = sshd.port, silence = SILENCE }: { port?: number; silence?: number } = {},
): Promise<CallEnd> => {
  const { host, user, hostKey } = sshd;
  const connection = { host, port, user, hostKey, privateKeyFile: join(folder, "key"), sudo: false, dialSeconds: 30 };
  const token = newToken();
  const line = [...sshCommandLine(pinnedAddress(connection, folder)), "exec sh -s"];
  return framedCall({ line, token, input: script(token), caps: { ...KEPT_ANSWER, silence } });
};

test("a host that logs in and then says nothing is left after the declared seconds, by name", async () => {
  const began = Date.now();
  await expect(asked(() => "exec sleep 60\n")).rejects.toMatchObject({
    code: "STOP_COULD_NOT_LOOK",
    facts: { saw: `the host took the call and said nothing for ${SILENCE} s` },
  });
  expect(Date.now() - began).toBeGreaterThan(SILENCE * 1000 - 100);
  expect(Date.now() - began).toBeLessThan(30_000);
});

test("a host that takes the connection and never speaks is left after the same seconds", async () => {
  const silent = await startSilentServer();
  try {
    await expect(asked(() => "true\n", { port: silent.port })).rejects.toMatchObject({
      facts: { saw: `the host took the call and said nothing for ${SILENCE} s` },
    });
  } finally {
    await silent.stop();
  }
});

test("a host that says that it works is waited for, longer than the silence allows", async () => {
  // The login counts too, and takes seconds on a busy machine.
  const slow = (token: string): string =>
    `for i in 1 2 3 4 5 6; do printf '%s' '${aliveLine(token)}' >&2; sleep 2; done\n${framedScript("echo done", token)}`;
  expect(await asked(slow, { silence: 10 })).toMatchObject({ status: 0 });
});

test("a host without a cutter is told as that, with the command that tells what is missing", async () => {
  await expect(asked(() => "exec /nowhere/bin/cutter\n")).rejects.toMatchObject({
    code: "STOP_COULD_NOT_LOOK",
    facts: { saw: expect.stringMatching(/^the host has no cutter .*nowhere/) as unknown, next: "npm run drift" },
  });
});
