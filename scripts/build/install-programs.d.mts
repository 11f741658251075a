// Types of install-programs.mjs, which stays plain JavaScript because it runs before anything is installed.
import type { Program } from "./programs.mjs";

export interface Situation {
  readonly forbidden: boolean;
  readonly apt: boolean;
  readonly root: boolean;
  readonly sudo: "absent" | "silent" | "asks" | "unneeded";
  readonly terminal: boolean;
}
export declare function decide(situation: Situation): { readonly act?: "ask" | "install"; readonly refuse?: string };
export declare function faultOf(words: readonly string[], errors: string): string;
export declare function offerInstall(
  missing: readonly Program[],
  how: {
    readonly forbidden: boolean;
    readonly say: (line: string) => void;
    readonly root: boolean;
    readonly terminal: boolean;
  },
): Promise<string | undefined>;
