// Which code runs: the manifest beside the bundle, with every file's sha256 looked at before a run may use it.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { sha256 } from "../model/canonical.ts";
import { sha } from "../model/sha-schema.ts";
import { Stopped } from "../model/stop.ts";
import { sqlFolder } from "./statements.ts";

const manifestSchema = z.record(z.string().regex(/^[\w@./-]+$/), sha);

/** release_digest: sha256 of manifest.json. STOP_DRIFT names a file that differs from it or is missing. */
export function ownRelease(): string {
  const folder = dirname(sqlFolder());
  const path = join(folder, "manifest.json");
  if (!existsSync(path))
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "no manifest.json beside the program",
      wanted: "a built release",
      hint: "run a release, not the sources",
    });
  const bytes = readFileSync(path);
  for (const [file, wanted] of Object.entries(manifestSchema.parse(JSON.parse(bytes.toString("utf8"))))) {
    const there = existsSync(join(folder, file));
    if (!there || sha256(readFileSync(join(folder, file))) !== wanted) {
      throw new Stopped("STOP_DRIFT", {
        saw: `${file} of this release ${there ? "has other bytes than its manifest names" : "is missing"}`,
        wanted: "the release as it was built",
      });
    }
  }
  return sha256(bytes);
}
