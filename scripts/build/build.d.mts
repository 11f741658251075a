// Types of build.mjs, which stays plain JavaScript because it makes everything else runnable.
export declare const PROJECT: string;
export declare function build(project?: string): Promise<string>;
export declare function buildPlugin(project: string, folder: string): Promise<void>;
export declare function sourceDigest(project?: string): string;
export declare function builtFrom(project?: string): string | undefined;
