// Speaks to a resource plugin as the engine does: starts its program, reads the port, calls it over gRPC.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type * as GrpcModule from "@grpc/grpc-js";
import type * as EngineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as ProviderService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import type * as StructModule from "google-protobuf/google/protobuf/struct_pb.js";
import type * as EmptyModule from "google-protobuf/google/protobuf/empty_pb.js";

// The SDK's own copies: gRPC refuses messages made by another copy.
const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const grpc = sdk("@grpc/grpc-js") as typeof GrpcModule;
const { ResourceProviderClient } = sdk("./proto/provider_grpc_pb.js") as typeof ProviderService;
const { EngineService: engineService } = sdk("./proto/engine_grpc_pb.js") as typeof EngineService;
const messages = sdk("./proto/provider_pb.js") as typeof Messages;
const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb.js") as typeof StructModule;
const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb.js") as typeof EmptyModule;

/** Values as the engine sends them. */
export type Wire = Record<string, unknown>;

/** One running plugin; every call rejects with the text the engine would show. */
export interface PluginClient {
  version(): Promise<string>;
  check(news: Wire): Promise<{ readonly failures: readonly string[] }>;
  diff(olds: Wire, news: Wire): Promise<{ readonly changes: boolean; readonly replaces: readonly string[] }>;
  create(inputs: Wire): Promise<{ readonly id: string; readonly outputs: Wire }>;
  update(olds: Wire, news: Wire): Promise<Wire>;
  delete(properties: Wire): Promise<void>;
  /** Everything the plugin has printed or sent to the engine's log. */
  logged(): string;
  stop(): Promise<void>;
}

/** Stack in whose name every call is made. */
export const STACK = "sandbox";

/** The text wrapped as the engine wraps secrets. */
export function secret(value: unknown): Wire {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** Starts `program` with `environment` on top of PATH. */
export async function startPlugin(
  program: string,
  environment: Readonly<Record<string, string>>,
  type = "command:remote:Command",
): Promise<PluginClient> {
  const log: string[] = [];
  const engine = await startEngine((line) => log.push(line));
  const child = spawn(program, [engine.address], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.on("data", (chunk: Buffer) => void log.push(chunk.toString("utf8")));
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, "line")) as [string];
  lines.on("line", (line) => void log.push(line));
  const client = new ResourceProviderClient(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure());
  const urn = `urn:pulumi:${STACK}::cutter::${type}::probe`;
  await configure(client);
  return {
    ...calls(client, urn),
    logged: () => log.join("\n"),
    stop: async () => {
      client.close();
      engine.server.forceShutdown();
      const gone = once(child, "exit");
      if (child.exitCode === null && child.kill("SIGKILL")) await gone;
    },
  };
}

type Client = InstanceType<typeof ResourceProviderClient>;
type Answer<T> = (error: GrpcModule.ServiceError | null, value: T) => void;

// gRPC puts its status before the text; the engine shows the text.
function ask<T>(start: (answer: Answer<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error, value) => (error ? reject(new Error(error.details)) : resolve(value))),
  );
}

function calls(client: Client, urn: string): Omit<PluginClient, "logged" | "stop"> {
  const struct = (value: Wire): StructModule.Struct =>
    Struct.fromJavaScript(value as Record<string, StructModule.JavaScriptValue>);
  return {
    version: async () =>
      (await ask<{ getVersion(): string }>((done) => client.getPluginInfo(new Empty(), done))).getVersion(),
    check: async (news) => {
      const answer = await ask<Messages.CheckResponse>((done) =>
        client.check(new messages.CheckRequest().setUrn(urn).setOlds(struct({})).setNews(struct(news)), done),
      );
      return {
        failures: answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`),
      };
    },
    diff: async (olds, news) => {
      const request = new messages.DiffRequest()
        .setId("id")
        .setUrn(urn)
        .setOlds(struct(olds))
        .setNews(struct(news))
        .setOldInputs(struct(withoutOutputs(olds)));
      const answer = await ask<Messages.DiffResponse>((done) => client.diff(request, done));
      const detailed = [...answer.getDetaileddiffMap().getEntryList()]
        .filter(([, kind]) => [1, 3, 5].includes(kind.getKind()))
        .map(([path]) => path.split(/[.[]/)[0] ?? path);
      return {
        changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
        replaces: [...new Set([...answer.getReplacesList(), ...detailed])],
      };
    },
    create: async (inputs) => {
      const answer = await ask<Messages.CreateResponse>((done) =>
        client.create(
          new messages.CreateRequest()
            .setUrn(urn)
            .setName("probe")
            .setType("command:remote:Command")
            .setProperties(struct(inputs)),
          done,
        ),
      );
      return { id: answer.getId(), outputs: fields(answer.getProperties()) };
    },
    update: async (olds, news) => {
      const request = new messages.UpdateRequest()
        .setId("id")
        .setUrn(urn)
        .setName("probe")
        .setType("command:remote:Command")
        .setOlds(struct(olds))
        .setOldInputs(struct(withoutOutputs(olds)))
        .setNews(struct(news));
      return fields((await ask<Messages.UpdateResponse>((done) => client.update(request, done))).getProperties());
    },
    delete: async (properties) => {
      await ask((done) =>
        client.delete(
          new messages.DeleteRequest()
            .setId("id")
            .setUrn(urn)
            .setName("probe")
            .setType("command:remote:Command")
            .setProperties(struct(properties))
            .setOldInputs(struct(withoutOutputs(properties))),
          done,
        ),
      );
    },
  };
}

function fields(struct: StructModule.Struct | undefined): Wire {
  return struct === undefined ? {} : struct.toJavaScript();
}

function withoutOutputs({ stdout: _out, stderr: _err, ...inputs }: Wire): Wire {
  return inputs;
}

async function configure(client: Client): Promise<void> {
  const request = new messages.ConfigureRequest()
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSendsOldInputs(true)
    .setSendsOldInputsToDelete(true);
  await ask((done) => client.configure(request.setArgs(Struct.fromJavaScript({})), done));
}

// The official plugin logs to the engine it was started by.
async function startEngine(hear: (line: string) => void): Promise<{ address: string; server: GrpcModule.Server }> {
  const server = new grpc.Server();
  server.addService(engineService as unknown as GrpcModule.ServiceDefinition, {
    log: (call: { request: { getMessage(): string } }, done: Answer<EmptyModule.Empty>) => {
      hear(call.request.getMessage());
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, server };
}
