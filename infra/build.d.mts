// Types of build.mjs.
export declare function buildInfra(project: string, folder: string): Promise<void>;
