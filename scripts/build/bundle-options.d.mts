// Types of bundle-options.mjs, which stays plain JavaScript as the builds that use it.
import type { BuildOptions } from "esbuild";
export declare const ONE_FILE: BuildOptions;
export declare const BANNER: string;
