// Builds engine and Node language host from published Go modules, pinned by go.mod and go.sum, when the official archive
// cannot be had. The result lies where the official archive would lie.
import { once } from "node:events";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Stopped } from "../../runner/model/stop.ts";
import { programPath } from "../build/programs.mjs";
import { ENGINE_VERSION, LANGUAGE_HOST_VERSION } from "./versions.ts";

/** One program to build: folder of its go.mod below this one, Go package, version printed, file it becomes. */
interface GoProgram {
  readonly folder: string;
  readonly source: string;
  readonly version: string;
  readonly file: string;
}

const PROGRAMS: readonly GoProgram[] = [
  {
    folder: "language-nodejs",
    source: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
    version: LANGUAGE_HOST_VERSION,
    file: "pulumi-language-nodejs",
  },
  { folder: "engine", source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", version: ENGINE_VERSION, file: "pulumi" },
];
const VERSION_SYMBOL = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const LAST_LINES = 8;

/** Prints one line of progress. */
export type Say = (line: string) => void;

/** The `go` program, or undefined. Its own installer puts it where PATH often does not look. */
export function findGo(searchPath: string | undefined = process.env["PATH"]): string | undefined {
  return programPath("go", searchPath) ?? ["/usr/local/go/bin/go"].find((path) => existsSync(path));
}

/** Builds both programs into `binFolder`. `sources` holds the two go.mod folders. STOP_PRECHECK_FAILED with Go's last lines. */
export async function buildEngine(go: string, sources: string, binFolder: string, say: Say): Promise<void> {
  say(
    `building the Pulumi engine ${ENGINE_VERSION} from its Go modules (once; about 5 minutes ` +
      "on two free cores, 2 GB of memory and disk each)",
  );
  for (const program of PROGRAMS) {
    const folder = join(sources, program.folder);
    const total = await countPackages(go, folder, program.source, say);
    await compile(go, folder, program, { binFolder, total, say });
  }
}

async function countPackages(go: string, folder: string, source: string, say: Say): Promise<number> {
  say(`  ${source.split("/").at(-1) === "v3" ? "pulumi-language-nodejs" : "pulumi"}: fetching modules`);
  const lines: string[] = [];
  await runGo(go, folder, ["list", "-deps", "-f", "{{.ImportPath}}", source], {
    onOut: (line) => void lines.push(line),
    onErr: () => undefined,
  });
  return lines.length;
}

interface Compiling {
  readonly binFolder: string;
  readonly total: number;
  readonly say: Say;
}

async function compile(
  go: string,
  folder: string,
  program: GoProgram,
  { binFolder, total, say }: Compiling,
): Promise<void> {
  const began = Date.now();
  let compiled = 0;
  const tell = (): void =>
    say(
      `  ${program.file}: ${compiled} of at most ${total} packages compiled, ${Math.round((Date.now() - began) / 1000)} s`,
    );
  // A line every quarter of a minute, also while the linker is silent: a quiet terminal looks like a hung one.
  const clock = setInterval(tell, 15_000);
  try {
    await runGo(
      go,
      folder,
      [
        "build",
        "-v",
        "-trimpath",
        "-buildvcs=false",
        "-tags",
        "osusergo grpcnotrace",
        "-ldflags",
        `-s -w -X ${VERSION_SYMBOL}=v${program.version}`,
        "-o",
        join(binFolder, program.file),
        program.source,
      ],
      { onOut: () => undefined, onErr: (line) => void (compiled += line.startsWith("go: ") ? 0 : 1) },
    );
    tell();
  } finally {
    clearInterval(clock);
  }
}

async function runGo(
  go: string,
  folder: string,
  args: readonly string[],
  hear: { onOut: (line: string) => void; onErr: (line: string) => void },
): Promise<void> {
  // The caller's own Go settings (a workspace, -mod=mod) must not change what the pinned modules give.
  const child = spawn(go, args, {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const last: string[] = [];
  createInterface({ input: child.stdout }).on("line", hear.onOut);
  createInterface({ input: child.stderr }).on("line", (line) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    hear.onErr(line);
  });
  const end = (): void => void child.kill();
  process.once("exit", end);
  const [status] = (await once(child, "close").finally(() => process.removeListener("exit", end))) as [number | null];
  if (status === 0) return;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `Go could not build the Pulumi engine (${go} ${args[0] ?? ""} ended with ${status ?? "a signal"})`,
    wanted: `a build of the modules pinned in ${folder}`,
    details: last,
    hint: "the lines above are Go's; it needs Go 1.25 or newer, access to a Go module proxy (GOPROXY), 2 GB of memory and of disk",
  });
}
