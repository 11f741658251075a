// Bundles the Pulumi program. The SDK stays outside: the language host and the program must share one copy of it.
import { join } from "node:path";
import { BANNER, ONE_FILE } from "./bundle-options.mjs";

// The SDK's index loads the TypeScript compiler and npm's resolver, which serialise functions; this program has none. Its parts alone
// are the same modules in the same copy, and a run of the program takes one second of processor less of six.
const SDK_PARTS = `
export { ComponentResource, CustomResource, mergeOptions } from "@pulumi/pulumi/resource.js";
export { output, secret } from "@pulumi/pulumi/output.js";
export { Config } from "@pulumi/pulumi/config.js";
export { RunError } from "@pulumi/pulumi/errors.js";
export * as log from "@pulumi/pulumi/log/index.js";
export * as runtime from "@pulumi/pulumi/runtime/settings.js";
`;

const sdkParts = {
  name: "sdk-parts",
  setup(build) {
    build.onResolve({ filter: /^@pulumi\/pulumi$/ }, () => ({ path: "sdk-parts", namespace: "sdk-parts" }));
    // The command package asks for it to call functions of a provider; a resource needs none.
    build.onResolve({ filter: /^@pulumi\/pulumi\/runtime$/ }, () => ({ path: "nothing", namespace: "sdk-parts" }));
    build.onLoad({ filter: /.*/, namespace: "sdk-parts" }, ({ path }) => ({
      contents: path === "nothing" ? "export {}" : SDK_PARTS,
      resolveDir: build.initialOptions.absWorkingDir,
    }));
  },
};

/** Bundles infra/index.ts of `project` into `folder`/index.mjs. */
export async function buildInfra(project, folder) {
  const esbuild = await import("esbuild");
  await esbuild.build({
    ...ONE_FILE,
    format: "esm",
    external: ["@pulumi/pulumi/*", "pg-native"],
    plugins: [sdkParts],
    absWorkingDir: project,
    entryPoints: ["infra/index.ts"],
    outfile: join(folder, "index.mjs"),
    banner: { js: BANNER },
  });
}
