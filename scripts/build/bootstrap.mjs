// First step of every command: right Node, packages installed, dist/ built from the present sources. Plain node, no packages.
// npm's own pre- and post-hooks are not used: `ignore-scripts` switches them off. `bootstrap.mjs <purpose> <program> [words]` goes on with
// that program in this process, so that its words are known here before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { offerInstall } from "./install-programs.mjs";
import { missingPrograms, platformNote, PROGRAMS, TEST_PROGRAMS } from "./programs.mjs";

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OLDEST_NODE = [20, 11];
const EXIT_PRECHECK_FAILED = 4;
const EXIT_COULD_NOT_LOOK = 1;
const NO_INSTALL = "--no-install";

// Standard output belongs to the command that follows; `sandbox -- env` must print nothing else there.
const say = (line) => process.stderr.write(`${line}\n`);

function refuse(status, ...lines) {
  lines.forEach(say);
  process.exit(status);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (old)
    refuse(
      EXIT_PRECHECK_FAILED,
      `missing: Node ${OLDEST_NODE.join(".")} or newer (this is ${process.versions.node}); install it from https://nodejs.org`,
    );
}

// `start` and `test` need servers; installing or naming them before a minute of npm's installing saves that minute.
async function checkPrograms(purpose, words) {
  if ((purpose !== "start" && purpose !== "test") || words.some((word) => word === "--help" || word === "-h")) return;
  const note = platformNote();
  if (note !== undefined) say(note);
  const look = () => missingPrograms(purpose === "test" ? [...PROGRAMS, ...TEST_PROGRAMS] : PROGRAMS);
  const missing = look();
  if (missing.length === 0) return;
  const fault = await offerInstall(missing, {
    // npm takes the word for itself where it is typed without `--` before it.
    forbidden: words.includes(NO_INSTALL) || process.env.npm_config_install === "",
    say,
    root: process.getuid?.() === 0,
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  });
  if (fault !== undefined) refuse(EXIT_PRECHECK_FAILED, fault);
  const left = look().map(({ name }) => name);
  if (left.length > 0)
    refuse(EXIT_PRECHECK_FAILED, `installed, and still missing: ${left.join(", ")} (npm run doctor)`);
}

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

// npm records what it laid in node_modules/.package-lock.json as its last step. Versions are compared, not times: a checkout
// or a copy gives files any time, and an install that was not needed empties node_modules under whoever uses it.
function isInstalled() {
  const record = join(PROJECT, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const laid = readJson(record).packages;
  const wanted = Object.entries(readJson(join(PROJECT, "package-lock.json")).packages).filter(([path]) => path !== "");
  return wanted.every(([path, entry]) =>
    laid[path] === undefined ? entry.optional === true : laid[path].version === entry.version,
  );
}

function install() {
  if (isInstalled()) return;
  // `npm ci` empties node_modules first; through a link it would empty the packages of another folder.
  if (lstatSync(join(PROJECT, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) {
    refuse(
      EXIT_PRECHECK_FAILED,
      "node_modules is a link and does not fit package-lock.json: installing would empty the " +
        "folder it points to; remove the link, then run the same command again",
    );
  }
  say("installing packages (once, about a minute) …");
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm && /npm-cli\.c?js$/.test(npm) ? [process.execPath, npm] : ["npm"];
  const done = spawnSync(program, [...first, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: PROJECT,
    stdio: ["ignore", 2, 2],
  });
  if (done.error?.code === "ENOENT")
    refuse(EXIT_PRECHECK_FAILED, "missing: npm (Debian package npm, or with Node from https://nodejs.org)");
  if (done.status !== 0)
    refuse(
      EXIT_COULD_NOT_LOOK,
      "packages could not be installed; the lines above say why. When the network is back, run the same command again",
    );
}

// Two commands started at once must not install or build over each other. mkdir is atomic; the owner is named inside.
async function withLock(work) {
  const lock = join(PROJECT, ".state", "bootstrap.lock");
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
      else {
        if (!told) say("another command of this folder is installing or building; waiting for it …");
        told = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
  try {
    writeFileSync(join(lock, "pid"), String(process.pid));
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

// A lock without a pid is one being made, unless it is older than any making takes.
function isAbandoned(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const pidFile = join(lock, "pid");
    if (!existsSync(pidFile)) return age > 5_000;
    process.kill(Number(readFileSync(pidFile, "utf8")), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

async function buildWhenOld() {
  const { build, builtFrom, sourceDigest } = await import("./build.mjs");
  if (builtFrom(PROJECT) === sourceDigest(PROJECT)) return;
  await withLock(async () => {
    if (builtFrom(PROJECT) !== sourceDigest(PROJECT)) await build(PROJECT);
  });
}

// `cutter <verb>` (cutter.mjs) goes on by itself; its words follow the verb at once.
const isEntry = basename(process.argv[1]) === "bootstrap.mjs";
const [purpose, ...rest] = process.argv.slice(2);
const [program, ...words] = isEntry ? rest : [undefined, ...rest];
checkNode();
await checkPrograms(purpose, words);
if (!isInstalled()) await withLock(async () => install());
try {
  await buildWhenOld();
} catch (error) {
  refuse(70, `dist/ could not be built: ${error.message}`);
}
if (program !== undefined) {
  const path = join(PROJECT, program);
  process.argv.splice(1, process.argv.length, path, ...words.filter((word) => word !== NO_INSTALL));
  await import(pathToFileURL(path));
}
