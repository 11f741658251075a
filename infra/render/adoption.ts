// Script that lays the list of adopted facts where the host's precheck reads it.
import { fileHolds, fileStep, type Ownership } from "./file-steps.ts";
import { renderHostScript } from "./host-script.ts";
import { command } from "./shell-text.ts";

/** The file as it shall stand. */
export interface AdoptedList {
  readonly path: string;
  readonly owned: Ownership;
  readonly sha: string;
  readonly bytes: Uint8Array;
}

/** Text of the script. A host without its folder yet has no runner to read the list; drift asks for it once the folder is there. */
export function renderAdoption({ path, owned, sha, bytes }: AdoptedList): string {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return renderHostScript({
    title: "Adopted facts",
    holds: [fileHolds(path, owned, sha)],
    steps: [
      `if [ ! -d ${command(folder)} ]; then echo 'no folder for the list yet: adopt again after the first up'; exit 0; fi`,
      fileStep(path, owned, sha, bytes),
    ],
  });
}
