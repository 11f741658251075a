import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isMap, isScalar, parse, parseDocument, type Pair } from "yaml";
import { parseStackConfig, STACK_KEYS } from "../../../../infra/config.ts";
import { projectRoot } from "../../../../infra/place.ts";
import { parseApprovers } from "../../../../runner/model/approvers.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import type { Person } from "../../../../scripts/first-day/people.ts";
import {
  answersSchema,
  HOST_QUESTIONS,
  KEY_QUESTIONS,
  WAY_QUESTIONS,
  type Answers,
} from "../../../../scripts/first-day/questions.ts";
import { filesOfStack, type StackFiles } from "../../../../scripts/first-day/stack-files.ts";
import { ensureBackupRecipient, ensurePeople } from "../../../../scripts/sandbox/throw-away-keys.ts";
import { placeOf } from "../../../../scripts/sandbox/place.ts";
import { readPrivateKey } from "openpgp";

const example = readFileSync(join(projectRoot(), "Pulumi.contabo.yaml.example"), "utf8");
let folder: string;
let people: Person[];
let answers: Answers;

beforeAll(async () => {
  folder = mkdtempSync("/tmp/first-day-");
  const place = placeOf(folder, { host: join(folder, "h"), database: join(folder, "d") });
  const { persons } = await ensurePeople(place, "h");
  await ensureBackupRecipient(place);
  people = await Promise.all(
    persons.map(async ({ id, name, gates, keyFile }) => {
      const key = join(folder, `${id}.asc`);
      writeFileSync(key, (await readPrivateKey({ armoredKey: readFileSync(keyFile, "utf8") })).toPublic().armor());
      return { id, name, key, gates: [...gates] };
    }),
  );
  answers = answersSchema.parse({
    ...Object.fromEntries(
      [...WAY_QUESTIONS, ...KEY_QUESTIONS, ...HOST_QUESTIONS].map(({ name, fallback }) => [name, fallback]),
    ),
    host: "host.example",
    key: people[0]?.key,
    "host-key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA",
    name: "vmi1",
    runner: "lawcut",
    gate: "lawgate",
    root: "/srv/cutter",
    "db-system-identifier": "7000000000000000001",
    "postgres-bin": "/usr/lib/postgresql/17/bin",
    "backup-key": place.backupKeySource,
    release: "/srv/release",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made = (change: Partial<Answers> = {}, persons: readonly Person[] = people): Promise<StackFiles> =>
  filesOfStack(
    { stack: "vmi1", answers: { ...answers, ...change }, people: persons, untouched: ["/opt/old"], looked: false },
    { project: folder, example, now: new Date() },
  );
const textOf = ({ files }: StackFiles, end: string): string => files.find(({ path }) => path.endsWith(end))?.text ?? "";
const declared = (files: StackFiles) => {
  const { config } = parse(textOf(files, "Pulumi.vmi1.yaml")) as { config: Record<string, unknown> };
  return parseStackConfig(Object.fromEntries(STACK_KEYS.map((key) => [key, config[`cutter:${key}`]])));
};

test("what init writes is a stack that drift and up accept, with every place, user and digest of the answers", async () => {
  const config = declared(await made());
  expect(config).toMatchObject({
    sandbox: false,
    connection: { host: "host.example", user: "cutter-provision", sudo: true },
    users: [
      { name: "lawcut", home: "/srv/cutter" },
      { name: "lawgate", home: "/srv/cutter" },
    ],
    runtime: { root: "/srv/cutter", owner: "lawcut", group: "lawcut" },
    orchestrator: {
      content: {
        host: "vmi1",
        orchestrator: { sidecar_root: "/srv/cutter/runs" },
        backup: { postgres_bin: "/usr/lib/postgresql/17/bin" },
      },
    },
    untouched: [{ path: "/opt/old", sha256: "0".repeat(64) }],
  });
  const left = Object.values(config).filter((value) =>
    /\b(?:PATH\/TO|SHA256_OF|HOST\+KEY|FULL_FINGERPRINT|SYSTEM_IDENTIFIER)\b/.test(JSON.stringify(value)),
  );
  expect(left).toEqual([]);
});

test("a host that calls itself otherwise than approvers know it is declared by both names, or no cut would begin there", async () => {
  const machine = async (name: string) => {
    const told = { stack: "vmi1", answers, people, untouched: [], looked: true, machine: name };
    const { host, uname } = declared(await filesOfStack(told, { project: folder, example, now: new Date() }))
      .orchestrator.content;
    return [host, uname];
  };
  expect(await machine("VMI1")).toEqual(["vmi1", undefined]);
  expect(await machine("db-1.internal")).toEqual(["vmi1", "db-1.internal"]);
});

test("a jump host that was answered is declared with a key of its own; user and key file are those of the host where nobody said others", async () => {
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB";
  const jumped = { jump: "bastion.example.org", "jump-port": 2222, "jump-host-key": hostKey };
  const { jump } = declared(await made(jumped)).connection;
  const { login, key } = answers;
  expect(jump).toEqual({ host: "bastion.example.org", port: 2222, user: login, privateKeyFile: key, hostKey });
  const other = declared(await made({ ...jumped, "jump-login": "hop", "jump-key": "/keys/hop" })).connection.jump;
  expect(other).toMatchObject({ user: "hop", privateKeyFile: "/keys/hop" });
  expect(declared(await made()).connection.jump).toBeUndefined();
});

test.each([{}, { jump: "bastion.example.org", "jump-port": 22, "jump-host-key": "ssh-ed25519 AAAA" }])(
  "every key of the written file is explained by a comment at it or at the line it stands in: %j",
  async (change) => {
    const text = textOf(await made(change), "Pulumi.vmi1.yaml");
    const bare: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (!isMap(node)) return;
      (node.items as Pair[]).forEach(({ key, value }, index) => {
        const name = `${path}/${isScalar(key) ? String(key.value) : "?"}`;
        const above = index === 0 ? node.commentBefore : isScalar(key) ? key.commentBefore : undefined;
        if (!above && !(isScalar(key) && key.commentBefore)) bare.push(name);
        // A map on one line is explained as a whole.
        if (isMap(value) && value.flow !== true) walk(value, name);
      });
    };
    walk(parseDocument(text).get("config"), "config");
    expect(bare).toEqual([]);
  },
);

test("each person has a profile that pins the written set, and a page with the command of their own machine", async () => {
  const files = await made();
  const { sha, set } = parseApprovers(Buffer.from(textOf(files, "approvers.json")));
  expect(sha).toBe(declared(files).approvers.sha);
  expect(set.persons.map(({ id }) => id)).toEqual(people.map(({ id }) => id));
  for (const { id } of people) {
    expect(JSON.parse(textOf(files, `/${id}.profile.json`))).toMatchObject({
      person: id,
      approvers_sha: sha,
      host: "vmi1",
      stack: "vmi1",
      sandbox: false,
    });
    expect(textOf(files, `/${id}.md`)).toContain(`--profile people/vmi1/${id}.profile.json`);
    expect(textOf(files, `/${id}.md`)).toContain(sha);
  }
});

test("keys that are none, a set that cannot authorize a cut and files that are not there are told all at once", async () => {
  const stop = await made({ key: "/no/such", "backup-key": people[0]?.key ?? "" }, people.slice(0, 1)).catch(
    (error: unknown) => error,
  );
  expect(stop).toBeInstanceOf(Stopped);
  expect((stop as Stopped).facts.details).toEqual([
    expect.stringContaining("no persons of the set can sign"),
    expect.stringContaining("--backup-key: the key has no valid encryption subkey"),
    "--key: no file /no/such",
  ]);
});
