// Has the Pulumi engine ready: present, else the official download, else a build from pinned Go modules, else one line.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { exclusively } from "../frame/exclusive.ts";
import { projectRoot } from "../../infra/place.ts";
import { buildEngine, findGo, type Say } from "./build-engine.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { engineFolder, engineIsPresent } from "./pulumi-home.ts";
import { ENGINE_VERSION } from "./versions.ts";

const DOWNLOAD_LIMIT_MS = 300_000;
// Nothing of ours is older than the lock we hold, so a folder of this name belongs to an install that was killed.
const UNFINISHED = "incoming-";

/** Where the engine may come from; tests name other places, everything else takes the defaults. */
export interface EngineSources {
  /** The two go.mod folders. */
  readonly modules: string;
  /** Program that downloads the official archive into $PULUMI_HOME and then runs it: the npm package `pulumi`. */
  readonly launcher: string;
  readonly go: string | undefined;
}

/** Sources of this checkout. */
function engineSources(): EngineSources {
  const root = projectRoot();
  const launcher = createRequire(join(root, "package.json")).resolve("pulumi/run.js");
  return { modules: join(root, "scripts", "toolchain"), launcher, go: findGo() };
}

/**
 * Makes the engine present in `home`. Two at once: the second waits and finds it. A killed install leaves nothing that
 * looks whole, because the folder appears by one rename. STOP_PRECHECK_FAILED says what to install.
 */
export async function ensureEngine(home: string, say: Say, sources: EngineSources = engineSources()): Promise<void> {
  if (engineIsPresent(home)) return;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (existsSync(join(home, "lock"))) say("another command is preparing the Pulumi engine; waiting for it …");
  await exclusively(home, async () => {
    if (engineIsPresent(home)) return;
    for (const name of readdirSync(home).filter((entry) => entry.startsWith(UNFINISHED)))
      rmSync(join(home, name), { recursive: true, force: true });
    const incoming = join(home, `${UNFINISHED}${process.pid}`);
    try {
      await obtain(incoming, say, sources);
      rmSync(engineFolder(home), { recursive: true, force: true });
      mkdirSync(dirname(engineFolder(home)), { recursive: true });
      renameSync(engineFolder(incoming), engineFolder(home));
      say(`Pulumi engine ${ENGINE_VERSION} is ready in ${engineFolder(home)}`);
    } finally {
      rmSync(incoming, { recursive: true, force: true });
    }
  });
}

async function obtain(incoming: string, say: Say, { launcher, go, modules }: EngineSources): Promise<void> {
  const problem = await download(incoming, launcher, say);
  if (problem === undefined) return;
  if (go === undefined) {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `no Pulumi engine ${ENGINE_VERSION}, its download failed (${problem}), and there is no Go to build it`,
      wanted: `network access to get.pulumi.com, or Go 1.25 or newer and a Go module proxy`,
      hint: "install Go from https://go.dev/dl (or the Debian package golang-go of that version), then run the same command again",
    });
  }
  rmSync(incoming, { recursive: true, force: true });
  const bin = join(engineFolder(incoming), "bin");
  mkdirSync(bin, { recursive: true });
  await buildEngine(go, modules, bin, say);
}

// Undefined when it worked, else the reason in a few words.
async function download(incoming: string, launcher: string, say: Say): Promise<string | undefined> {
  say(`fetching the Pulumi engine ${ENGINE_VERSION} …`);
  const done = await execa(process.execPath, [launcher, "version"], {
    env: engineEnvironment(incoming),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: DOWNLOAD_LIMIT_MS,
  });
  if (done.exitCode === 0 && engineIsPresent(incoming)) return undefined;
  const last = done.stderr.trim().split("\n").at(-1) ?? "";
  const problem = done.timedOut
    ? `no end after ${DOWNLOAD_LIMIT_MS / 1000} s`
    : last.replace(/^pulumi: /, "").slice(0, 120) || `status ${done.exitCode ?? "?"}`;
  say(`  no official download: ${problem}`);
  return problem;
}
