// A fault of the operating system that nobody expected at its place (a full disk, a file where a folder belongs) is a stop, not a bug.
import { Stopped } from "./stop.ts";

const CALLS =
  "access chmod chown close copyfile fchmod fchown fstat fsync ftruncate link lstat mkdir mkdtemp open opendir read readdir readlink " +
  "realpath rename rmdir scandir stat statfs symlink truncate unlink utime write";
const OF_FILES: ReadonlySet<string> = new Set(CALLS.split(" "));
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** The stop of an error: itself, or STOP_COULD_NOT_LOOK naming call, place and code of a fault of files; undefined for anything else. */
export function stopOfError(error: unknown): Stopped | undefined {
  if (error instanceof Stopped) return error;
  if (!(error instanceof Error)) return undefined;
  const { syscall, code, path } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined || !OF_FILES.has(syscall)) return undefined;
  return new Stopped(
    "STOP_COULD_NOT_LOOK",
    {
      saw: `${path ?? "a file"}: ${code} at ${syscall}`,
      wanted: FULL.has(code) ? "room on this disk" : "a place that can be used as it is declared",
      hint: FULL.has(code)
        ? "make room there, then give the same command again"
        : "look at what stands there, then give the same command again",
    },
    error,
  );
}
