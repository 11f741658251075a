// The documents and files beside a run: complete whenever somebody looks, made again when they are gone, never a reason to write twice.
import { readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseState } from "../../runner/rules/run-state.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";

let host: GovernedHost;
let run: string;
beforeAll(async () => {
  host = await governedHost();
  await host.register("FILES-1", LAW);
  run = await host.cut("FILES-1");
});
afterAll(async () => {
  await host?.remove();
});

const root = (): string => host.sandbox.place.runtimeRoot;
const stateFile = (): string => join(root(), "runs", run, "state.json");
const state = () => parseState(readFileSync(stateFile(), "utf8"));
const written = (ending: string): string[] =>
  readdirSync(join(root(), "reports"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
const documents = (): string[] => written(".md");
const documentNamed = (name: string): string => documents().find((path) => path.includes(`/${name}`)) ?? `no ${name}`;
const resume = () => host.cutter("orchestrate", "resume", run);
const admit = async (gate: string, person: string) => host.cutter("gate", "admit", await host.sign(run, gate, person));

test("with one of two signatures there the paper of the pause still shows both requests, and so does the state", async () => {
  expect(await admit("SG_1_cut_authz", "linh")).toMatchObject({ status: 0 });
  expect(await resume()).toMatchObject({ status: 4, stop: "STOP_EXECUTION_NOT_AUTHORIZED" });
  const paper = readFileSync(documentNamed("SG1-cut-authz-request"), "utf8");
  expect(paper).toContain("## `SG_1_cut_authz`");
  expect(paper).toContain("## `EXECUTION`");
  expect(state().requests.map((request) => request.gate)).toEqual(["SG_1_cut_authz", "EXECUTION"]);
  expect(state().last_error).toMatchObject({ stop_code: "STOP_EXECUTION_NOT_AUTHORIZED", phase: null });
});

test("the state names the phase in which a run stopped", async () => {
  const right = "SELECT ON public.birth_registry";
  await host.sql(`REVOKE ${right} FROM cutter_verify`);
  expect(await resume()).toMatchObject({ status: 5, stop: "STOP_GRANT_DELTA" });
  expect(state().last_error).toMatchObject({ stop_code: "STOP_GRANT_DELTA", phase: "grant_probe" });
  await host.sql(`GRANT ${right} TO cutter_verify`);
});

test("a damaged state.json does not hold a run up and tells everything again", async () => {
  writeFileSync(stateFile(), "{");
  expect(await admit("EXECUTION", "minh")).toMatchObject({ status: 0 });
  expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(state()).toMatchObject({
    state: "awaiting_lifecycle_authorization",
    phases: { mark: { invariants: "5/5" }, write_verify: { invariants: "15/15" } },
  });
});

test("an enacted run is not verified as a finished one before it is closed out", async () => {
  const paper = join(
    dirname(documentNamed("01-source-pin")),
    `10-lifecycle-enact-${new Date().toISOString().slice(0, 10)}.md`,
  );
  writeFileSync(paper, "a paper of somebody else\n");
  expect(await admit("SG_2_lifecycle_authz", "hoa")).toMatchObject({ status: 0 });
  expect(await resume()).toMatchObject({ status: 1, stop: "STOP_KB_UPLOAD_FAILED" });
  expect(state()).toMatchObject({ state: "lifecycle_enacted", closed: null });
  const verified = await host.cutter("orchestrate", "verify", run);
  expect(verified).toMatchObject({ status: 4, stop: "STOP_REFUSED_INPUT" });
  expect(JSON.stringify(verified)).toContain(`cutter orchestrate resume ${run}`);
  rmSync(paper);
});

test("a run whose last document cannot be delivered stays open, and is closed once it can", async () => {
  const folder = dirname(documentNamed("01-source-pin"));
  const day = new Date().toISOString().slice(0, 10);
  const name = `12-final-report-${day}.md`;
  writeFileSync(join(folder, name), "a paper of somebody else\n");
  expect(await resume()).toMatchObject({ status: 1, stop: "STOP_KB_UPLOAD_FAILED" });
  expect(state()).toMatchObject({ state: "closeout_reported", closed: null, last_error: { phase: "closeout" } });
  expect(readFileSync(join(folder, name), "utf8")).toBe("a paper of somebody else\n");
  rmSync(join(folder, name));
  expect(await resume()).toMatchObject({ status: 0 });
  expect(state().close_kind).toBe("closeout");
});

test("of a closed run resume completes documents, index line and state, the same bytes, and writes nothing to the database", async () => {
  const index = join(root(), "runs", "runs-index.jsonl");
  const before = {
    index: readFileSync(index, "utf8"),
    documents: written("").map((path) => [path, readFileSync(path, "utf8")]),
  };
  expect(documents()).toHaveLength(14);
  expect(written(".html")).toEqual(documents().map((path) => path.replace(/md$/, "html")));
  const rows = () =>
    host.sql(
      "SELECT (SELECT max(seq) FROM cutter_runtime.journal WHERE run_id = $1)::text AS seq, closed, (SELECT epoch FROM cutter_runtime.lease WHERE run_id = $1)::text AS epoch FROM cutter_runtime.run WHERE run_id = $1",
      [run],
    );
  const recorded = await rows();
  rmSync(join(root(), "reports"), { recursive: true });
  mkdirSync(join(root(), "reports"));
  writeFileSync(index, "");
  rmSync(stateFile());
  for (const time of ["first", "second"]) {
    expect({ time, ...(await resume()) }).toMatchObject({ time, status: 0 });
    expect({
      index: readFileSync(index, "utf8"),
      documents: written("").map((path) => [path, readFileSync(path, "utf8")]),
    }).toEqual(before);
  }
  expect(state()).toMatchObject({ close_kind: "closeout", phases: { closeout: { result: "passed" } } });
  expect(await rows()).toEqual(recorded);
});

test("the sheet of a closed run names nobody who holds it", async () => {
  const sheet = await host.cutter("orchestrate", "status", run);
  expect(sheet.status).toBe(0);
  expect(state().lease.holder).not.toBeNull();
  expect(JSON.stringify(sheet)).not.toContain(state().lease.holder);
});
