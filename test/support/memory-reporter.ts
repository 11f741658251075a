// A reporter that keeps documents in memory, for tests that need no folder; held to the same contract as the real one.
import { Stopped } from "../../runner/model/stop.ts";
import { ownerOf } from "../../runner/rules/report-owner.ts";
import type { Reporter } from "../../runner/world/files.ts";

/** `documents` by `<run folder>/<file>`; `failNext(n)` makes the next n tries fail; `writes` counts what was really stored. */
export interface MemoryReporter extends Reporter {
  readonly documents: Map<string, string>;
  readonly writes: () => number;
  failNext(tries: number): void;
}

export function memoryReporter(): MemoryReporter {
  const documents = new Map<string, string>();
  let failing = 0;
  let writes = 0;
  return {
    takesPages: false,
    documents,
    writes: () => writes,
    failNext: (tries) => {
      failing = tries;
    },
    deliver: async (runFolder, file, markdown) => {
      const key = `${runFolder}/${file}`;
      if (
        !key.split("/").every((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part) && !part.includes("..")) ||
        file.includes("/")
      ) {
        throw new Stopped("STOP_REFUSED_INPUT", { saw: "a name out of form", wanted: "plain names" });
      }
      for (let attempt = 0; failing > 0; attempt += 1) {
        failing -= 1;
        if (attempt === 2)
          throw new Stopped("STOP_KB_UPLOAD_FAILED", {
            saw: `${file} failed three times`,
            wanted: "a reporter that answers",
          });
      }
      const present = documents.get(key);
      if (present === markdown) return;
      if (present !== undefined && (ownerOf(present) === undefined || ownerOf(present) !== ownerOf(markdown))) {
        throw new Stopped("STOP_KB_UPLOAD_FAILED", { saw: `${key} belongs to another run`, wanted: "a free name" });
      }
      documents.set(key, markdown);
      writes += 1;
    },
  };
}
