// Types of programs.mjs, which stays plain JavaScript because it runs before anything is installed.
export interface Program {
  readonly name: string;
  readonly debian: string;
  readonly why: string;
  readonly postgres: boolean;
}
export declare const PROGRAMS: readonly Program[];
export declare function programPath(name: string, searchPath?: string): string | undefined;
export declare function programPlaces(name: string, searchPath: string, platform: NodeJS.Platform): readonly string[];
export declare function platformNote(platform?: NodeJS.Platform): string | undefined;
export declare function postgresPackage(osRelease?: string): string;
export declare function postgresBin(root?: string): string | undefined;
export declare function postgresMajor(bin: string): number | undefined;
export declare const TEST_PROGRAMS: readonly Program[];
export declare function missingPrograms(programs?: readonly Program[]): readonly Program[];
/** What the commands depend on; by default this process and this machine. */
export interface Circumstances {
  readonly root?: boolean;
  readonly systemd?: boolean;
}
export interface InstallStep {
  readonly words: readonly string[];
  readonly after: boolean;
}
export declare function installSteps(
  missing: readonly Pick<Program, "debian">[],
  circumstances?: Circumstances,
): readonly InstallStep[];
export declare function installLine(missing: readonly Pick<Program, "debian">[], circumstances?: Circumstances): string;
