// Types of programs.mjs, which stays plain JavaScript because it runs before anything is installed.
export interface Program {
  readonly name: string;
  readonly debian: string;
  readonly why: string;
  readonly postgres: boolean;
}
export declare const PROGRAMS: readonly Program[];
export declare function programPath(name: string, searchPath?: string): string | undefined;
export declare function postgresPackage(osRelease?: string): string;
export declare function postgresBin(root?: string): string | undefined;
export declare function postgresMajor(bin: string): number | undefined;
export declare function missingPrograms(): readonly Program[];
export declare function installLine(missing: readonly Pick<Program, "debian">[]): string;
