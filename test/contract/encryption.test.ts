// How the runner speaks with a server over TCP: each sslmode as libpq means it, in the driver and in psql, and never through a pooler.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster, type Cluster } from "../../runner/adapters/postgres-cluster.ts";
import { openSession, type ServerPlace } from "../../runner/adapters/postgres-connection.ts";
import { startProgram, withPasswordFile } from "../../runner/adapters/postgres-programs.ts";
import { findPostgresPrograms } from "../support/cluster.ts";
import { freePort } from "../support/throw-away-sshd.ts";

const PASSWORD = randomBytes(12).toString("hex");
let home = "";
let binDir = "";
let port = 0;
let cluster: Cluster;
let doors: Server[] = [];

/** A TCP door in front of the server's socket; `heard` sees what the client says, `told` may change what the server answers. */
async function door(heard: (bytes: Buffer) => void, told: (bytes: Buffer) => Buffer): Promise<number> {
  const server = createServer((client: Socket) => {
    const upstream = createConnection({ host: "127.0.0.1", port });
    client.on("data", (bytes) => {
      heard(bytes);
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => client.write(told(bytes)));
    for (const socket of [client, upstream])
      socket
        .on("error", () => undefined)
        .on("close", () => {
          client.destroy();
          upstream.destroy();
        });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  doors.push(server);
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  home = mkdtempSync("/tmp/tls-");
  chmodSync(home, 0o711);
  binDir = findPostgresPrograms();
  const openssl = (...words: string[]): unknown => execFileSync("openssl", words, { cwd: home, stdio: "ignore" });
  for (const ca of ["ours", "theirs"])
    openssl(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "3650",
      "-subj",
      `/CN=${ca}`,
      "-keyout",
      `${ca}.key`,
      "-out",
      `${ca}.crt`,
    );
  openssl(
    "req",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
  );
  openssl(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ours.crt",
    "-CAkey",
    "ours.key",
    "-CAcreateserial",
    "-days",
    "3650",
    "-copy_extensions",
    "copy",
    "-out",
    "server.crt",
  );
  const key = join(home, "server.key");
  chmodSync(key, 0o600);
  if (process.getuid?.() === 0)
    chownSync(key, Number(execFileSync("id", ["-u", "postgres"])), Number(execFileSync("id", ["-g", "postgres"])));
  port = await freePort();
  cluster = await startCluster({
    dataDir: join(home, "data"),
    socketDir: join(home, "socket"),
    binDir,
    runAs: "postgres",
    superuser: "chief",
    superuserPassword: PASSWORD,
    settings: {
      fsync: "off",
      listen_addresses: "127.0.0.1",
      port: String(port),
      ssl: "on",
      ssl_cert_file: join(home, "server.crt"),
      ssl_key_file: key,
    },
    hbaLines: [
      "local all all scram-sha-256",
      "hostssl all all 127.0.0.1/32 password",
      "hostnossl only_clear all 127.0.0.1/32 password",
    ],
  });
  const client = await openSession(
    { host: cluster.socketDir, port, sslmode: "disable", sslrootcert: null },
    { database: "postgres", user: "chief", password: PASSWORD },
    { applicationName: "test" },
  );
  await client.query("CREATE DATABASE only_clear");
  await client.end();
});
afterAll(async () => {
  for (const one of doors) one.close();
  doors = [];
  await cluster.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Both ways in: the driver and psql; `in` or the first words of why not. */
async function enter(place: ServerPlace): Promise<[driver: string, program: string]> {
  const login = { database: "postgres", user: "chief", password: PASSWORD };
  const driver = await openSession(place, login, { applicationName: "test" }).then(
    async (client) => {
      await client.end();
      return "in";
    },
    (error: unknown) => (error instanceof Error ? error.message : "?"),
  );
  const program = await withPasswordFile("/tmp", PASSWORD, undefined, async (file) => {
    const psql = startProgram(join(binDir, "psql"), ["-XAtqw", "-c", "SELECT 1"], {
      access: { ...place, ...login },
      password: file,
      user: undefined,
      capSeconds: 30,
    });
    psql.stdin.end();
    psql.stdout.resume();
    const ended = await psql;
    return ended.failed ? String(ended.stderr) : "in";
  });
  return [driver, program];
}

const at = (more: Partial<ServerPlace>): ServerPlace => ({
  host: "localhost",
  port,
  sslmode: "verify-full",
  sslrootcert: join(home, "ours.crt"),
  ...more,
});

const WAYS: readonly [words: string, more: () => Partial<ServerPlace>, in_: boolean][] = [
  ["without encryption where the server wants it", () => ({ sslmode: "disable" }), false],
  ["encrypted, whoever it is", () => ({ sslmode: "require", sslrootcert: null }), true],
  ["encrypted with an authority named", () => ({ sslmode: "require" }), true],
  [
    "encrypted with another authority named",
    () => ({ sslmode: "require", sslrootcert: join(home, "theirs.crt") }),
    false,
  ],
  ["an authority of ours, under another name", () => ({ sslmode: "verify-ca", host: "127.0.0.1" }), true],
  ["another authority", () => ({ sslmode: "verify-ca", sslrootcert: join(home, "theirs.crt") }), false],
  ["the authorities of the system", () => ({ sslmode: "verify-ca", sslrootcert: null }), false],
  ["our authority and the name", () => ({}), true],
  ["our authority and another name", () => ({ host: "127.0.0.1" }), false],
  ["a file of authorities that is not there", () => ({ sslrootcert: "/nonexistent/ca.crt" }), false],
];

test.each(WAYS)("%s: the driver and psql agree", async (_words, more, may) => {
  const [driver, program] = await enter(at(more()));
  expect({ driver: driver === "in", program: program === "in" }).toEqual({ driver: may, program: may });
});

test("a server that cannot encrypt is told no password: precheck sent it in the clear under verify-full", async () => {
  let said = "";
  const clear = await door(
    (bytes) => {
      said += bytes.toString("latin1");
    },
    (bytes) => bytes,
  );
  // The door answers a request for encryption as a server without it does.
  const refusing = createServer((client) =>
    client
      .on("error", () => undefined)
      .on("data", (bytes) => {
        said += bytes.toString("latin1");
        client.write("N");
      }),
  );
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  doors.push(refusing);
  const [driver] = await enter(at({ port: (refusing.address() as AddressInfo).port }));
  expect(driver).not.toBe("in");
  expect(await enter(at({ port: clear }))).toEqual(["in", "in"]);
  expect(said).not.toContain(PASSWORD);
});

test("PgBouncer answered as if it were the server: a pooler is refused by name", async () => {
  const pooled = await door(
    () => undefined,
    (bytes) => {
      // A pooler announces a process of its own: the message K, twelve bytes long, number first.
      const found = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (found >= 0) bytes.writeInt32BE(1_234_567, found + 5);
      return bytes;
    },
  );
  const socket = { host: "127.0.0.1", port: pooled, sslmode: "disable", sslrootcert: null } as const;
  const opened = openSession(
    socket,
    { database: "only_clear", user: "chief", password: PASSWORD },
    { applicationName: "test" },
  );
  await expect(opened).rejects.toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: { saw: expect.stringContaining("PgBouncer") as string, wanted: "PostgreSQL itself" },
  });
});
