// Installs the programs that npm cannot, on Debian and Ubuntu: shows what and how, asks on a terminal, and says what went wrong in one line
// (docs/decisions/0141-programs-installed.md). Plain node: runs before node_modules exists.
import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { installLine, installSteps, programPath } from "./programs.mjs";

/** What to do about missing programs, from what is so: `install`, `ask`, or why nothing is done. Pure. */
export function decide({ forbidden, apt, root, sudo, terminal }) {
  if (forbidden) return { refuse: "nothing was installed: --no-install" };
  if (!apt) return { refuse: "nothing was installed: only Debian and Ubuntu are known here, and apt-get is not there" };
  if (!root && sudo === "absent")
    return { refuse: "nothing was installed: not root, and sudo is not there; type the line as root" };
  if (terminal) return { act: "ask" };
  if (root || sudo === "silent") return { act: "install" };
  return {
    refuse:
      "nothing was installed: sudo asks for a password and there is no terminal to type it on; type the line on one",
  };
}

// The first that fits is told. A failed download is only a warning of `update`, so it is looked for before what follows from it.
const FAULTS = [
  [
    /could not get lock|unable to (?:acquire|lock)|is another process using it/i,
    "another program is installing (apt's lock is held); wait until it ends",
  ],
  [/dpkg was interrupted/i, "an earlier installation was broken off; type: dpkg --configure -a (as root)"],
  [/no space left|don't have enough free space/i, "the disk is full; make room"],
  [
    /failed to fetch|could not resolve|could not connect|unable to connect|network is unreachable|temporary failure/i,
    "the servers of /etc/apt cannot be reached; look at the network and at /etc/apt/sources.list",
  ],
  [
    /unable to locate package|no installation candidate/i,
    "the sources of /etc/apt do not have one of the packages; add the distribution's main archive (PostgreSQL: also apt.postgresql.org)",
  ],
  [
    /not in the sudoers|not allowed to execute|a password is required|incorrect password/i,
    "sudo does not let you; type the line as root",
  ],
];

/** One line about a failed command and the way out. `errors`: what all commands so far wrote to standard error. Pure. */
export function faultOf(words, errors) {
  const known = FAULTS.find(([pattern]) => pattern.test(errors))?.[1];
  const last = errors.trim().split("\n").at(-1);
  const program = words.find((word) => ["apt-get", "sed", "systemctl"].includes(word)) ?? words[0];
  return `${program} failed: ${known ?? (last || "it said nothing")}; then run the same command again`;
}

/**
 * Installs `missing` or not; undefined when it was done, else the line to end with. Standard output stays untouched.
 * `forbidden`: --no-install. `say`: where lines go. `root`, `terminal`: as this process is.
 */
export async function offerInstall(missing, { forbidden, say, root, terminal }) {
  const sudo = root ? "unneeded" : sudoState();
  const asTyped = { root: root || sudo === "absent" };
  missing.forEach(({ name, debian, why }) => say(`missing: ${name} (Debian package ${debian}): ${why}`));
  say(`install all of it: ${installLine(missing, asTyped)}`);
  const { act, refuse } = decide({ forbidden, apt: programPath("apt-get") !== undefined, root, sudo, terminal });
  if (refuse !== undefined) return refuse;
  if (act === "ask" && !(await saysYes())) return "nothing was installed";
  return runSteps(installSteps(missing, asTyped));
}

function sudoState() {
  const asked = spawnSync("sudo", ["-n", "true"], { stdio: "ignore" });
  if (asked.error !== undefined) return "absent";
  return asked.status === 0 ? "silent" : "asks";
}

// Enter is yes: the person typed a command that needs these. The end of the input is no answer, so nothing is done.
async function saysYes() {
  for (;;) {
    const answer = await ask("install it now? [Y/n] ");
    if (answer === undefined || /^no?$/i.test(answer)) return false;
    if (/^(?:y(?:es)?)?$/i.test(answer)) return true;
  }
}

function ask(question) {
  process.stderr.write(question);
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, terminal: false });
    lines.once("close", () => resolve(undefined));
    lines.once("line", (line) => {
      resolve(line.trim());
      lines.close();
    });
  });
}

function runSteps(steps) {
  let errors = "";
  let fault;
  for (const { words, after } of steps) {
    if (fault !== undefined && !after) continue;
    const [program, ...rest] = words;
    const done = spawnSync(program, rest, { stdio: ["ignore", 2, "pipe"], encoding: "utf8" });
    process.stderr.write(done.stderr ?? "");
    errors += `${done.stderr ?? ""}${done.error === undefined ? "" : `${done.error.message}\n`}`;
    if (done.status !== 0) fault ??= faultOf(words, errors);
  }
  return fault;
}
