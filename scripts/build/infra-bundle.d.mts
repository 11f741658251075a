// Types of infra-bundle.mjs.
export declare function buildInfra(project: string, folder: string): Promise<void>;
