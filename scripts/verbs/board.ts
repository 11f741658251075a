// `npm run board`: a live page of a stack, served to this machine's browser; it shows and changes nothing, and ends with Ctrl-C.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { projectRoot } from "../../infra/place.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { newAccess } from "../board/board-access.ts";
import { entryPage, type BoardCode } from "../board/board-page.ts";
import { serveBoard, type BoardServer, type Served } from "../board/board-server.ts";
import { boardAfter, emptyBoard, type News } from "../board/board-state.ts";
import { targetFinder, watchBatches, watchHost } from "../board/watch-host.ts";
import { wholeHostProgram, type OperatorOptions } from "../frame/program.ts";
import { runProgram } from "../frame/run-program.ts";
import type { Target } from "../operator/target.ts";
import { openInBrowser } from "../reading/open-browser.ts";
import { defaultSandboxFolder } from "../sandbox/place.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import { lastLook } from "../stack/last-look.ts";

interface Options extends OperatorOptions {
  readonly port: number;
  readonly open: boolean;
}

/** The clone's own memory of drift is a file that `drift` writes beside us. */
const LOOKED_MILLISECONDS = 5_000;

wholeHostProgram(
  "board",
  "a live page of a stack for this machine's browser; shows runs, halts, drift, backups, batches",
)
  .option("--port <number>", "a port of this machine; default any that is free", portOf, 0)
  .option("--open", "open it in your browser", false)
  .action((options: Options) => runProgram(() => showBoard(options), { aboutRun: true }))
  .parse();

function portOf(word: string): number {
  const port = Number(word);
  if (!/^\d{1,5}$/.test(word) || port > 65_535) throw new InvalidArgumentError("a port from 0 to 65535");
  return port;
}

/** Serves until a person ends it. STOP_COULD_NOT_LOOK for a stack that is none, and for a port that is taken. */
async function showBoard({ stack, port, open, json }: Options): Promise<number> {
  const target = targetFinder(stack);
  insistStack(stack, target);
  let board = emptyBoard(stack, new Date().toISOString());
  const server = await serving({ access: newAccess(), code: boardCode(), board: () => board }, port);
  const tell = (news: News): void => {
    board = boardAfter(board, news);
    server.changed();
  };
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  const look = (): void => tell({ kind: "looked", looked: lastLook(projectRoot(), stack) });
  look();
  const looking = setInterval(look, LOOKED_MILLISECONDS);
  await told(server, { open, json });
  const watching = { stack, target, tell, looking: () => server.windows() > 0, ended: ended.signal };
  try {
    await Promise.all([watchHost(watching), watchBatches(watching)]);
  } finally {
    clearInterval(looking);
    rmSync(entryFile(), { force: true });
    await server.close();
  }
  return 0;
}

/** A host that is away is shown as such; a stack that nobody declared is a mistake of the command line. */
function insistStack(stack: string, target: () => Target): void {
  try {
    target();
  } catch (error) {
    if (stack !== SANDBOX_STACK || !existsSync(join(defaultSandboxFolder(), "state.json"))) throw error;
  }
}

async function serving(served: Served, port: number): Promise<BoardServer> {
  try {
    return await serveBoard(served, port);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      {
        saw: `port ${port} of this machine: ${String(error.code)}`,
        wanted: "a port that is free and that you may listen on",
        hint: "without --port any free one is taken",
      },
      error,
    );
  }
}

const entryFile = (): string => join(projectRoot(), ".state", `board-${process.pid}.html`);

/** The link goes to standard output; a browser is given a file that only this user can read, because a command line is seen by everybody. */
async function told({ link, port }: BoardServer, { open, json }: Pick<Options, "open" | "json">): Promise<void> {
  if (json) printJson({ event: "board", link, port });
  else process.stdout.write(`${link}\n`);
  process.stderr.write("the link opens the board once, in one browser of this machine; Ctrl-C ends it\n");
  if (!open) return;
  mkdirSync(join(projectRoot(), ".state"), { recursive: true });
  writeWhenChanged(entryFile(), entryPage(link), 0o600);
  await openInBrowser(entryFile());
}

function boardCode(): BoardCode {
  const read = (name: string): string => readFileSync(join(projectRoot(), "scripts", "board", "page", name), "utf8");
  return { style: read("style.css"), script: read("behaviour.js") };
}
