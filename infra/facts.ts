// What the probe printed, as facts to compare: one entry a thing, worded as the declaration words it.
import * as z from "zod";
import { Stopped } from "../runner/model/stop.ts";
import { majorOf, programFault } from "../runner/rules/postgres-versions.ts";
import { isOldNode } from "./program-versions.ts";
import type { Facts, Found, Spec } from "./drift.ts";
import { refusalOf, type Looks } from "./probe.ts";
import { toSeeDatabase, toSeeEngine } from "./looking-rights.ts";
import { ENGINE_ABSENT } from "./render/engine-database.ts";
import type { ProbeRequest } from "./render/probe.ts";

/** What a look is turned into facts with. */
export interface Reading {
  readonly spec: Spec;
  readonly request: ProbeRequest;
  readonly undeclared: ReadonlySet<string>;
}

/** Facts, and change witnesses of folders that nobody declares but in which declared things lie. */
export interface HostFacts {
  readonly facts: Facts;
  readonly witnesses: Readonly<Record<string, string>>;
}

/** All facts of one probe. */
export function factsOf(looks: Looks, reading: Reading): HostFacts {
  const files = fileFacts(looks, reading);
  const facts = {
    ...files.facts,
    ...configFacts(looks, reading, files.facts),
    ...envFacts(looks, reading),
    ...keyringFacts(looks, reading),
    ...userFacts(looks, reading),
    ...programFacts(looks, reading),
    ...databaseFacts(looks, reading),
    ...engineFacts(looks, reading),
  };
  return { facts: withPackages(facts, reading.spec), witnesses: files.witnesses };
}

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
const records = (bytes: Buffer): string[] => bytes.toString("utf8").split("\0").slice(0, -1);
const found = (
  { spec }: Reading,
  path: string,
  state: string,
  more: Omit<Partial<Found>, "state"> = {},
): [string, Found] => [
  path,
  {
    ...more,
    component:
      spec[path]?.component ??
      (more.parent === undefined ? undefined : spec[more.parent]?.component) ??
      more.component ??
      "",
    state,
  },
];

const TYPES: Readonly<Record<string, string>> = {
  d: "directory",
  f: "file",
  p: "pipe",
  s: "socket",
  b: "device",
  c: "device",
};

interface Entry {
  readonly path: string;
  readonly state: string;
  readonly closed: boolean;
  readonly witness: string;
}

function entriesOf(look: Buffer, hashes: ReadonlyMap<string, string>): Entry[] {
  const fields = records(look);
  return fields.flatMap((meta, index): Entry[] => {
    if (index % 2 === 1) return [];
    const path = fields[index + 1] ?? "";
    const [type = "", user = "", group = "", mode = "", changed = "", inode = "", links = "", ...target] =
      meta.split("\t");
    const state =
      type === "l"
        ? `link to ${target.join("\t")}`
        : [
            `${TYPES[type] ?? "thing"} ${user}:${group} ${mode.padStart(4, "0")}`,
            ...(hashes.has(path) ? [`sha256:${hashes.get(path) ?? ""}`] : []),
            ...(type === "f" && links !== "1" ? [`${links} names`] : []),
          ].join(" ");
    return [{ path, state, closed: type !== "d" && type !== "f", witness: `${changed} ${inode}` }];
  });
}

const hashesOf = (look: Buffer): Map<string, string> =>
  new Map(records(look).map((line) => [line.slice(66), line.slice(0, 64)]));

function fileFacts(looks: Looks, reading: Reading): HostFacts {
  const { request, spec } = reading;
  const alone = entriesOf(looks.paths, hashesOf(looks.hashes));
  const inTrees = entriesOf(looks.trees, hashesOf(looks.tree_hashes));
  const treeRoots = new Set(request.trees);
  const facts = [
    ...alone
      .filter(({ path }) => Object.hasOwn(spec, path))
      .map(({ path, state, closed, witness }) =>
        found(reading, path, state, { witness, ...(closed ? { closed } : {}) }),
      ),
    ...inTrees.map(({ path, state, closed, witness }) =>
      found(reading, path, state, {
        witness,
        ...(closed ? { closed } : {}),
        ...(treeRoots.has(path) ? {} : { parent: path.slice(0, path.lastIndexOf("/")) }),
        component: componentAbove(path, spec),
      }),
    ),
    ...linesOf(looks.digests).map((line) =>
      found(reading, `everything in ${line.slice(65)}`, `sha256:${line.slice(0, 64)}`),
    ),
  ];
  return {
    facts: Object.fromEntries(facts),
    witnesses: Object.fromEntries(alone.map(({ path, witness }) => [path, witness])),
  };
}

function componentAbove(path: string, spec: Spec): string {
  for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/")))
    if (Object.hasOwn(spec, at)) return spec[at]?.component ?? "";
  return "";
}

// A value is told only as a number or a truth value in place of another one: config-leaves.ts.
const configKey = z.tuple([z.string(), z.boolean().nullable(), z.string().max(15).optional()]);
const configLook = z.union([
  z.literal("no node"),
  z.literal("no file"),
  z.strictObject({ json: z.boolean(), keys: z.array(configKey) }),
]);

/** Path of one key of the configuration. */
export const configPath = (key: string): string => `config ${key}`;
/** State of a key that holds its declared value; of another one no text is ever told. */
export const AS_DECLARED = "as declared";
/** Path of the file's bytes behind its keys. */
export const bytesPath = (file: string): string => `bytes of ${file}`;

function configFacts(looks: Looks, reading: Reading, files: Facts): Record<string, Found> {
  const {
    request: {
      config: { file },
    },
  } = reading;
  const entry = Object.hasOwn(files, file) ? files[file] : undefined;
  if (entry === undefined || entry.closed) return {};
  const parsed = configLook.safeParse(JSON.parse(looks.config.toString("utf8")));
  if (!parsed.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the look at the configuration is not in its form",
      wanted: "which keys stand as declared",
    });
  const [head = "", sha = ""] = entry.state.split(" sha256:");
  if (parsed.data === "no file" || (typeof parsed.data === "object" && !parsed.data.json))
    return Object.fromEntries([
      found(reading, file, parsed.data === "no file" ? head : `${head}, not a JSON object`, { ...entry, closed: true }),
    ]);
  const bytes = found(reading, bytesPath(file), `sha256:${sha}`, {
    parent: file,
    ...(entry.witness === undefined ? {} : { witness: entry.witness }),
  });
  // Without Node the keys cannot be read; the bytes still can.
  const keys =
    parsed.data === "no node"
      ? Object.entries(reading.spec)
          .filter(([, { parent, whole }]) => parent === file && whole !== true)
          .map(([path]) => [path, true] as const)
      : parsed.data.keys.map(([key, same, value]) => [configPath(key), same, value] as const);
  return Object.fromEntries([
    found(reading, file, head, entry),
    bytes,
    ...keys.map(([path, same, value]) =>
      found(reading, path, same === true ? AS_DECLARED : same === false ? (value ?? "another value") : "set", {
        parent: file,
        ...(entry.witness === undefined ? {} : { witness: entry.witness }),
      }),
    ),
  ]);
}

// Without Node nobody has read the files; that Node is missing is a difference of its own.
function envFacts(looks: Looks, reading: Reading): Record<string, Found> {
  const text = looks.env_files.toString("utf8").trim();
  const { questions } = reading.request.envFiles;
  if (text === "no node")
    return Object.fromEntries(questions.map(({ path }) => found(reading, path, "not looked into: no node")));
  const parsed = z
    .array(z.record(z.string(), z.string()))
    .safeParse(text === "" ? [] : text.split("\n").map((line): unknown => JSON.parse(line)));
  if (!parsed.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the look at the env files is not in its form",
      wanted: "which names they set",
    });
  return Object.fromEntries(
    parsed.data.flatMap((told) => Object.entries(told).map(([path, state]) => found(reading, path, state))),
  );
}

/** Path of a key in the host's keyring. */
export const keyPath = (fingerprint: string): string => `key ${fingerprint}`;

function keyringFacts(looks: Looks, reading: Reading): Record<string, Found> {
  const home = reading.request.keyring;
  const facts: [string, Found][] = [];
  let key: { validity: string; capabilities: string; fingerprint?: string } | undefined;
  const close = (): void => {
    if (key?.fingerprint !== undefined)
      facts.push(found(reading, keyPath(key.fingerprint), keyState(key), { parent: home }));
  };
  for (const line of linesOf(looks.keyring)) {
    const [type = "", validity = "", , , last = "", capabilities = ""] = line.split(":");
    if (type === "pub") {
      close();
      key = { validity, capabilities };
    } else if (type === "fpr" && key && key.fingerprint === undefined) key.fingerprint = last;
    else if (type === "secret") facts.push(found(reading, `secret keys in ${home}`, "there", { parent: home }));
  }
  close();
  return Object.fromEntries(facts);
}

function keyState({ validity, capabilities }: { readonly validity: string; readonly capabilities: string }): string {
  const faults = [
    ...(validity === "r" ? ["revoked"] : validity === "e" ? ["expired"] : []),
    ...(/E/.test(capabilities) ? [] : ["cannot encrypt"]),
  ];
  return faults.length === 0 ? "can encrypt" : faults.join(", ");
}

/** Path of a UNIX user. */
export const userPath = (name: string): string => `user ${name}`;
export const userState = (home: string, shell: string): string => `home ${home}, shell ${shell}`;

function userFacts(looks: Looks, reading: Reading): Record<string, Found> {
  return Object.fromEntries(
    linesOf(looks.users).map((line) => {
      const [name = "", home = "", shell = ""] = line.split(":");
      return found(reading, userPath(name), userState(home, shell));
    }),
  );
}

/** Path of a program the host must bring by itself. */
export const programPathOf = (file: string): string => `program ${file}`;
export const PROGRAM_THERE = "there";

function programFacts(looks: Looks, reading: Reading): Record<string, Found> {
  const { node, database } = reading.request;
  const version = looks.node.toString("utf8").trim();
  const ring = looks.keyring.toString("utf8").startsWith("no gpg");
  return Object.fromEntries([
    ...(version === "absent"
      ? []
      : [found(reading, programPathOf(node), isOldNode(version) ? `too old (${version})` : PROGRAM_THERE)]),
    ...(looks.database.toString("utf8") === "no psql"
      ? []
      : [found(reading, programPathOf(database.psql), PROGRAM_THERE)]),
    ...(ring ? [] : [found(reading, programPathOf("gpg"), PROGRAM_THERE)]),
    ...postgresFacts(looks, reading),
  ]);
}

// A program older than the server refuses it, at the first backup: told here by both versions.
function postgresFacts(looks: Looks, reading: Reading): [string, Found][] {
  const lines = linesOf(looks.postgres).map((line) => line.split("\t"));
  const told = lines.find(([name]) => name === "server")?.[1] ?? "";
  const initdb = reading.request.postgres.some((path) => path.endsWith("/initdb"));
  const server = /^\d{6}$/.test(told) ? majorOf(Number(told)) : undefined;
  return lines
    .filter(([path = ""]) => path.startsWith("/"))
    .map(([path = "", answer = ""]) =>
      found(reading, programPathOf(path), programFault(answer, server, initdb ? "server" : "client") ?? PROGRAM_THERE),
    );
}

/** Path of the database as a whole. */
export const databasePath = (name: string): string => `database ${name}`;

/** State of the scheduler's database when everything its check asks holds. */
export const AS_LAID = "as laid";

function engineFacts(looks: Looks, reading: Reading): Record<string, Found> {
  const { engine } = reading.request;
  const said = looks.engine.toString("utf8").trim();
  if (engine === null || said === ENGINE_ABSENT) return {};
  const refusal = refusalOf(looks.engine);
  const state =
    refusal !== undefined
      ? `not looked into: ${refusal}; ${toSeeEngine(engine.database, reading.request.database.user)}`
      : said === ""
        ? AS_LAID
        : `does not hold: ${said.split("\n").join("; ")}`;
  return Object.fromEntries([found(reading, databasePath(engine.database), state)]);
}

function databaseFacts(looks: Looks, reading: Reading): Record<string, Found> {
  const path = databasePath(reading.request.database.name);
  if (looks.database.toString("utf8") === "no psql")
    return Object.fromEntries([found(reading, path, "not looked into: no psql", { closed: true })]);
  const refusal = refusalOf(looks.database);
  if (refusal !== undefined) {
    const state = `not looked into: ${refusal}; ${toSeeDatabase(reading.request.database.user)}`;
    return Object.fromEntries([found(reading, path, state, { closed: true })]);
  }
  const fields = records(looks.database);
  if (fields.length % 4 !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "the database's facts are cut off", wanted: "four fields a fact" });
  const rows = Array.from({ length: fields.length / 4 }, (_, index) => fields.slice(index * 4, index * 4 + 4));
  return Object.fromEntries([
    found(reading, path, "reachable"),
    ...rows
      .filter(([name = ""]) => !reading.undeclared.has(name))
      .map(([name = "", liesIn = "", state = "", witness = ""]) => {
        const wanted = Object.hasOwn(reading.spec, name) ? reading.spec[name] : undefined;
        // A trigger of the existing system that fires always is the safer form of the one that fires ordinarily.
        const safe =
          wanted !== undefined &&
          name.startsWith("trigger ") &&
          state === wanted.state.replace(/ordinarily$/, "always");
        return found(reading, name, safe ? wanted.state : state, {
          parent: liesIn === "" ? path : liesIn,
          witness,
          component: "existing-system",
        });
      }),
  ]);
}

/** Shared by every database of the cluster: what another one brought does not make a package of this one begun. */
const OF_THE_CLUSTER = /^(?:role|password of role|membership of) /;

// A package is applied when anything it brings to this database is there; else it is told as one missing thing.
function withPackages(facts: Facts, spec: Spec): Facts {
  const packages = Object.entries(spec).filter(([path]) => path.startsWith("package "));
  const applied = packages.filter(([path, { component }]) =>
    Object.keys(facts).some(
      (one) =>
        one !== path && !OF_THE_CLUSTER.test(one) && Object.hasOwn(spec, one) && spec[one]?.component === component,
    ),
  );
  return {
    ...facts,
    ...Object.fromEntries(
      applied.map(([path, { component, state, parent }]): [string, Found] => [
        path,
        { component, state, ...(parent === undefined ? {} : { parent }) },
      ]),
    ),
  };
}
