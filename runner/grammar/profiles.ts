// Which grammar profiles exist.
import type { GrammarProfile } from "../model/manifest.ts";
import { Stopped } from "../model/stop.ts";
import { genericAtx1 } from "./generic-atx-1.ts";
import { vnLaw1 } from "./vn-law-1.ts";

const PROFILES: readonly GrammarProfile[] = [genericAtx1, vnLaw1];

/** The profile of this name. Stops with STOP_REFUSED_INPUT for any other name, without repeating it. */
export function grammarProfile(name: string): GrammarProfile {
  const found = PROFILES.find((profile) => profile.name === name);
  if (found === undefined) {
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "a grammar profile this release does not have",
      wanted: PROFILES.map((profile) => profile.name).join(" or "),
    });
  }
  return found;
}
