// Bundles the Pulumi program. The SDK stays outside: the language host and the program must share one copy of it.
import { join } from "node:path";

/** Bundles infra/index.ts of `project` into `folder`/index.mjs. */
export async function buildInfra(project, folder) {
  const esbuild = await import("esbuild");
  await esbuild.build({
    bundle: true, platform: "node", target: "node20", format: "esm", charset: "ascii", legalComments: "none", preserveSymlinks: true,
    external: ["@pulumi/*", "pg-native"], logLevel: "warning", absWorkingDir: project, entryPoints: ["infra/index.ts"], outfile: join(folder, "index.mjs"),
    banner: { js: "import { createRequire as cutterCreateRequire } from 'node:module'; const require = cutterCreateRequire(import.meta.url);" },
  });
}
