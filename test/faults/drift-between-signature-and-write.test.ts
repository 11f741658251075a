// Two people have signed and their statements are admitted; then something changes. Each change must stop the run without a
// row, by a name people understand, and the run goes on once it is taken back: what stopped it was that change and nothing else.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changedBySql, changesOfTheEnvironment, type Change } from "../support/changes-while-waiting.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { rewriteJson } from "../support/hand-signed.ts";
import { expectRefused, wordsOf } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
let version: string;

const resume = () => host.cutter("orchestrate", "resume", run);
const unguarded = (text: string) => host.sql(`SET session_replication_role = replica; ${text}`);

const bySql = (there: string, back: string) => changedBySql(() => host, there, back);
/** The same with every ordinary trigger off, as only a superuser can. */
const behindTriggers = (there: string, back: string) => async (): Promise<() => unknown> => {
  await unguarded(there);
  return () => unguarded(back);
};
const inFile = (file: () => string, change: (bytes: Buffer) => Buffer) => async (): Promise<() => unknown> => {
  const before = readFileSync(file());
  writeFileSync(file(), change(before));
  return () => writeFileSync(file(), before);
};
const oneByte = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
};
const body = (address: string, text: string): string =>
  `UPDATE public.unit_version SET body = ${text} WHERE unit_id = (SELECT id FROM public.information_unit WHERE canonical_address = '${address}')`;
const longer = (address: string): [string, string] => [body(address, "body || '!'"), body(address, "left(body, -1)")];

async function otherCreateBody(): Promise<() => unknown> {
  const [was] = await host.sql<{ text: string }>("SELECT pg_get_functiondef('public.fn_iu_create'::regproc) AS text");
  await host.sql((was?.text ?? "").replace("BEGIN\n", "BEGIN\n  -- a comment more\n"));
  return () => host.sql(was?.text ?? "");
}

async function journalRewritten(): Promise<() => unknown> {
  const triggers = await host.sql<{ name: string }>(
    "SELECT tgname AS name FROM pg_trigger WHERE tgrelid = 'cutter_runtime.journal'::regclass AND NOT tgisinternal",
  );
  const table = "ALTER TABLE cutter_runtime.journal";
  const actor = (name: string): Promise<unknown> =>
    host.sql(
      [
        `${table} DISABLE TRIGGER USER`,
        `UPDATE cutter_runtime.journal SET entry = jsonb_set(entry, '{actor}', '${name}') WHERE run_id = '${run}' AND seq = 1`,
        ...triggers.map((trigger) => `${table} ENABLE ALWAYS TRIGGER ${trigger.name}`),
      ].join(";"),
    );
  const [row] = await host.sql<{ actor: string }>(
    "SELECT entry -> 'actor' #>> '{}' AS actor FROM cutter_runtime.journal WHERE run_id = $1 AND seq = 1",
    [run],
  );
  await actor('"somebody"');
  return () => actor(JSON.stringify(row?.actor));
}

const root = (...names: string[]): string => join(host.sandbox.place.runtimeRoot, ...names);

/** Rights, settings and definitions; each of them alone in drift-of-the-environment.long.test.ts. */
const OF_THE_ENVIRONMENT = changesOfTheEnvironment(() => host);

const BEFORE_THE_CUT: Change[] = [
  {
    what: "fn_iu_create has a comment more in its body",
    code: "STOP_GRANT_DELTA",
    words: /function public\.fn_iu_create.*body changed/,
    make: otherCreateBody,
  },
  {
    what: "a letter of the Constitution is changed",
    code: "STOP_DRIFT",
    words: /protected document/,
    make: behindTriggers(...longer("ICX-CONST/NT-1")),
  },
  {
    what: "a protected draft is changed",
    code: "STOP_DRIFT",
    words: /protected document/,
    make: behindTriggers(...longer("DIEU-28/P-2")),
  },
  {
    what: "the snapshot of the text has one byte other",
    code: "STOP_DRIFT",
    words: /snapshot/,
    make: inFile(() => root("artifacts", `${version}.md`), oneByte),
  },
  {
    what: "the snapshot of the text is gone",
    code: "STOP_COULD_NOT_LOOK",
    words: /artifacts/,
    make: async () => {
      const bytes = readFileSync(root("artifacts", `${version}.md`));
      rmSync(root("artifacts", `${version}.md`));
      return () => writeFileSync(root("artifacts", `${version}.md`), bytes);
    },
  },
  {
    what: "a newer version of the text is registered",
    code: "STOP_DRIFT",
    words: /newest version is newer-1/,
    make: bySql(
      [
        "INSERT INTO cutter_governance.source_document_version_registry (source_version_id, source_document_id, version_label, content_checksum, status, captured_at)",
        "SELECT 'newer-1', v.source_document_id, 'v2', repeat('a', 64), v.status, now() + interval '1 minute' FROM cutter_governance.source_document_version_registry v",
        "JOIN cutter_governance.source_document_registry d USING (source_document_id) WHERE d.address_docprefix = 'DRIFT-1'",
      ].join(" "),
      "DELETE FROM cutter_governance.source_document_version_registry WHERE source_version_id = 'newer-1'",
    ),
  },
  {
    what: "the backup has one byte other",
    code: "STOP_DRIFT",
    words: /backup|sql\.gpg/,
    make: inFile(() => root("backups", `${run}.sql.gpg`), oneByte),
  },
  {
    what: "the configuration allows fewer units",
    code: "STOP_APPROVAL_INVALID",
    words: /other facts than those of now: config_sha/,
    make: async () => {
      const before = rewriteJson(host.sandbox.place.configFile, (config) => ({
        ...config,
        target_policy: { authoritative: "refused", max_units: 499 },
      }));
      return () => writeFileSync(host.sandbox.place.configFile, before);
    },
  },
  {
    what: "approvers.json has other bytes",
    code: "STOP_DRIFT",
    words: /approvers\.json/,
    make: inFile(
      () => host.sandbox.place.approversFile,
      (bytes) => Buffer.concat([bytes, Buffer.from("\n")]),
    ),
  },
  {
    what: "a statement of the release is another",
    code: "STOP_DRIFT",
    words: /create-units\.sql/,
    make: inFile(
      () => join(host.sandbox.stack.release.folder, "current", "sql", "write", "create-units.sql"),
      (bytes) => Buffer.concat([bytes, Buffer.from("-- x\n")]),
    ),
  },
  {
    what: "a program file of the release is another",
    code: "STOP_DRIFT",
    words: /cutter\.mjs/,
    make: inFile(
      () => join(host.sandbox.stack.release.folder, "current", "cutter.mjs"),
      (bytes) => Buffer.concat([bytes, Buffer.from("\n")]),
    ),
  },
  {
    what: "the history of the host is cut off",
    code: "STOP_DRIFT",
    words: /runs-index/,
    make: inFile(
      () => root("runs", "runs-index.jsonl"),
      () => Buffer.alloc(0),
    ),
  },
  {
    what: "the journal of the run is rewritten in the database",
    code: "STOP_DRIFT",
    words: /journal/,
    make: journalRewritten,
  },
  {
    what: "somebody else has written one of the planned addresses",
    code: "STOP_REFUSED_INPUT",
    words: /DRIFT-1\/S-1\/A-1/,
    make: bySql(
      "SELECT public.fn_iu_create('DRIFT-1/S-1/A-1', 'Two', 'Another text.', 'directus/other', 'law_unit', 'article', 'incomex-council', 'law')",
      [
        "SET session_replication_role = replica",
        ...["birth_registry", "unit_version"].map(
          (table) =>
            `DELETE FROM public.${table} WHERE unit_id = (SELECT id FROM public.information_unit WHERE canonical_address = 'DRIFT-1/S-1/A-1')`,
        ),
        "DELETE FROM public.information_unit WHERE canonical_address = 'DRIFT-1/S-1/A-1'",
      ].join(";"),
    ),
  },
];

const BEFORE_THE_ENACTMENT: Change[] = [
  {
    what: "a written text is changed",
    code: "STOP_DRIFT",
    words: /changed after the second principal read them/,
    make: behindTriggers(...longer("DRIFT-1/S-1/A-2")),
  },
  {
    what: "a ledger row of the run is changed",
    code: "STOP_DRIFT",
    words: /changed after the second principal read them/,
    make: behindTriggers(
      "UPDATE cutter_governance.manifest_unit_block SET rationale = 'other' || coalesce(rationale, '') WHERE proposed_canonical_address = 'DRIFT-1/S-1'",
      "UPDATE cutter_governance.manifest_unit_block SET rationale = nullif(substr(rationale, 6), '') WHERE proposed_canonical_address = 'DRIFT-1/S-1'",
    ),
  },
  {
    what: "fn_iu_create has a comment more in its body",
    code: "STOP_GRANT_DELTA",
    words: /fn_iu_create/,
    make: otherCreateBody,
  },
  {
    what: "a letter of the Constitution is changed",
    code: "STOP_DRIFT",
    words: /protected document/,
    make: behindTriggers(...longer("ICX-CONST/NT-2")),
  },
];

beforeAll(async () => {
  host = await governedHost();
  // A closed run before this one gives the host a history that the signatures name.
  await host.register("EARLIER-1", LAW);
  expect(await host.cutter("orchestrate", "void", await host.cut("EARLIER-1"), "only for the history")).toMatchObject({
    status: 0,
  });
  version = await host.register("DRIFT-1", LAW);
  run = await host.cut("DRIFT-1");
  await host.authorizeCut(run);
});
afterAll(async () => {
  await host?.remove();
});

const refuses = async ({ make, code, words }: Change): Promise<void> => {
  const undo = await make();
  try {
    await expectRefused(host, resume, code, words);
  } finally {
    await undo();
  }
};

describe("after the signatures and before the cut all of this together stops the run, and it is named when", () => {
  let told: string;
  beforeAll(async () => {
    const undo: (() => unknown)[] = [];
    try {
      for (const { make } of OF_THE_ENVIRONMENT) undo.unshift(await make());
      told = wordsOf(await expectRefused(host, resume, "STOP_GRANT_DELTA"));
    } finally {
      for (const back of undo) await back();
    }
  });
  test.each(OF_THE_ENVIRONMENT)("$what", ({ words }) => {
    expect(told).toMatch(words);
  });
});

describe("after the signatures and before the cut the run stops when", () => {
  test.each(BEFORE_THE_CUT)("$what", refuses);
});

test("a colleague's edit of an unprotected draft does not stop the run, and every other change taken back lets it write", async () => {
  await host.sql(
    "SET ROLE directus; SELECT public.fn_iu_apply_edit_draft('PILOT/P-3', 'Edited while the run waited.', 'directus/thu')",
  );
  expect(await resume()).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
  expect(
    await host.sql("SELECT lifecycle_status FROM public.information_unit WHERE canonical_address LIKE 'DRIFT-1/%'"),
  ).toEqual(Array.from({ length: 3 }, () => ({ lifecycle_status: "draft" })));
});

describe("after the signature and before the enactment the run stops when", () => {
  beforeAll(async () => {
    await host.authorizeEnactment(run);
  });
  test.each(BEFORE_THE_ENACTMENT)("$what", refuses);
});

test("the closeout and the final report name the edited document, the person and the time", async () => {
  const [edit] = await host.sql<{ at: string }>(
    `SELECT to_char(max(v.created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') AS at FROM public.unit_version v JOIN public.information_unit u ON u.id = v.unit_id WHERE u.canonical_address = 'PILOT/P-3'`,
  );
  expect(await resume()).toMatchObject({ status: 0, stop: undefined });
  const [row] = await host.sql<{ findings: string[] }>(
    "SELECT output -> 'findings' AS findings FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'closeout'",
    [run],
  );
  const named = new RegExp(`document PILOT changed: .*${edit?.at ?? "?"}.* by directus/thu`);
  expect(row?.findings.filter((text) => named.test(text))).toHaveLength(1);
  const reports = readdirSync(root("reports"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /(11-closeout|12-final-report)/.test(name),
  );
  // Each as Markdown and as a page.
  expect(reports).toHaveLength(4);
  for (const report of reports) expect(readFileSync(root("reports", report), "utf8")).toMatch(/PILOT.*directus\/thu/);
});
