// A request bundle that a test changes, and the approve program as a person runs it over such a bundle.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { materialOf } from "../../runner/plan.ts";
import { canonicalText, sha256, type Json } from "../../runner/model/canonical.ts";
import { configSchema } from "../../runner/model/config.ts";
import { grammarChoice } from "../../runner/model/outputs.ts";
import { buildRequest, parseRequest } from "../../runner/model/statement.ts";
import { STOPS, type StopCode } from "../../runner/model/stop.ts";
import { entrySha, JOURNAL_START } from "../../runner/rules/journal.ts";
import { projectRoot } from "../../infra/place.ts";
import { typeAnswers } from "./typed-signing.ts";
import type { Sandbox } from "../../scripts/sandbox/sandbox.ts";

/** A copy of one bundle folder that a test may change. */
export class TamperedBundle {
  readonly folder: string;
  constructor(from: string, scratch: string) {
    this.folder = mkdtempSync(join(scratch, "bundle-"));
    cpSync(from, this.folder, { recursive: true });
  }
  read(name: string): Buffer {
    return readFileSync(join(this.folder, name));
  }
  write(name: string, data: string | Uint8Array): void {
    writeFileSync(join(this.folder, name), data);
  }
  json(name: string): Record<string, Json> {
    return JSON.parse(this.read(name).toString("utf8")) as Record<string, Json>;
  }
  /** The request over another payload, with every digest of it right. */
  ask(change: Record<string, Json>, requested?: Date): void {
    const request = parseRequest(this.read("payload.json"));
    this.write(
      "payload.json",
      buildRequest({
        gate: request.gate,
        payload: { ...request.payload, ...change } as never,
        requested: requested ?? new Date(request.requested_utc),
      }).bytes,
    );
  }
  lines(name: string): Record<string, Json>[] {
    return this.read(name)
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, Json>);
  }
  /** Lays snapshot, region and plan of another text as an honest host would; the request stays. Answers the new digests. */
  layText(text: string, configFile: string): { region_sha: string; manifest_digest: string; writer_digest: string } {
    const { profile, options } = this.json("grammar.json");
    const { run_id, document_id } = this.json("cut_plan.json");
    const region_sha = sha256(text);
    const pinned = {
      run_id: String(run_id),
      document_id: String(document_id),
      region_sha,
      grammar: grammarChoice.parse({ profile, options }),
    };
    const { manifest, rows, writer_digest } = materialOf(
      Buffer.from(text),
      pinned,
      configSchema.parse(JSON.parse(readFileSync(configFile, "utf8"))),
    );
    const digests = { region_sha, manifest_digest: manifest.manifest_digest, writer_digest };
    for (const file of ["snapshot.md", "region.bin"]) this.write(file, text);
    this.write(
      "cut_plan.json",
      canonicalText({ ...this.json("cut_plan.json"), ...digests, rows: rows.map((row) => ({ ...row })) }),
    );
    return digests;
  }
  /** Another first entry and an unbroken chain behind it; answers the new head. */
  rewriteJournal(): string {
    let prev = JOURNAL_START;
    const lines = this.lines("journal.ndjson").map(({ run_id, entry }, at) => {
      const seq = String(at + 1);
      const told: Json = at === 0 ? { ...(entry as Record<string, Json>), actor: "nobody" } : (entry ?? null);
      const made = {
        run_id: String(run_id),
        seq,
        prev_sha: prev,
        entry: told,
        entry_sha: entrySha(String(run_id), seq, prev, told),
      };
      prev = made.entry_sha;
      return `${canonicalText(made)}\n`;
    });
    this.write("journal.ndjson", lines.join(""));
    return prev;
  }
}

/** `input` is what is typed; without it the person types what is asked for, or what `instead` makes of it. `more` are further words of the command. */
export interface Attempt {
  readonly person?: string;
  readonly input?: string;
  readonly instead?: (answer: string) => string;
  readonly profile?: string;
  readonly more?: readonly string[];
}
/** `signed` lists the files that were left. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly signed: readonly string[];
}

/** Runs `approve` over a bundle folder as a person of the sandbox, typing what it asks for unless told otherwise. */
export async function runApprove(
  sandbox: Sandbox,
  scratch: string,
  folder: string,
  { person = "linh", input, instead = (answer) => answer, profile, more = [] }: Attempt = {},
): Promise<Answer> {
  const who = sandbox.persons.find((one) => one.id === person);
  const out = mkdtempSync(join(scratch, "signed-"));
  const child = execa(
    process.execPath,
    [
      join(projectRoot(), "dist", "scripts", "approve.mjs"),
      folder,
      "--profile",
      profile ?? who?.profileFile ?? "",
      "--key-file",
      who?.keyFile ?? "",
      "--out",
      out,
      "--page",
      join(out, "..", `${basename(out)}.html`),
      ...more,
    ],
    {
      reject: false,
      extendEnv: false,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: scratch },
      ...(input === undefined ? { stdin: "pipe" as const } : { input }),
    },
  );
  if (input === undefined) typeAnswers(child, folder, instead);
  const result = await child;
  return { status: result.exitCode ?? -1, text: `${result.stdout}\n${result.stderr}`, signed: readdirSync(out) };
}

const memoryOf = (sandbox: Sandbox, person: string): string => {
  const file = join(sandbox.place.approversFolder, person, "memory.json");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};

/** approve must stop so, leave no file and remember nothing. */
export async function expectNotSigned(
  sandbox: Sandbox,
  scratch: string,
  folder: string,
  expected: { code: StopCode; words: RegExp },
  attempt: Attempt,
): Promise<Answer> {
  const before = memoryOf(sandbox, attempt.person ?? "linh");
  const answer = await runApprove(sandbox, scratch, folder, attempt);
  expect(answer.text).toContain(expected.code);
  expect(answer.text).toMatch(expected.words);
  expect(answer).toMatchObject({ status: STOPS[expected.code].exit, signed: [] });
  expect(memoryOf(sandbox, attempt.person ?? "linh")).toBe(before);
  return answer;
}
