// Makes a stand-in of the docker program as an executable file, with an engine of its own behind it.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram } from "./bundle.ts";
import { containers, remove, type Engine } from "./docker-stand-in.ts";

/** The program, and what a test may know of its engine. */
export interface DockerStandIn {
  readonly program: string;
  /** Ids of the containers there are. */
  ids(): string[];
  /** Every call so far, its words as they stood in the process list. */
  calls(): string;
  /** Removes what was left running. */
  end(): Promise<void>;
}

/** `images`: the folder of PostgreSQL's programs by image; `down`: an engine that does not run. */
export async function dockerStandIn(
  folder: string,
  images: Readonly<Record<string, string>>,
  down = false,
): Promise<DockerStandIn> {
  const engine: Engine = { folder: join(folder, `engine-${randomBytes(4).toString("hex")}`), images, down };
  mkdirSync(engine.folder);
  chmodSync(engine.folder, 0o755);
  const [program, calls] = [`${engine.folder}.docker`, join(engine.folder, "calls")];
  await bundleProgram(
    `${program}.mjs`,
    `import { answerAsDocker } from "./test/support/docker-stand-in.ts";\nawait answerAsDocker(${JSON.stringify(engine)}, process.argv.slice(2));`,
  );
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${program}.mjs' "$@"\n`, { mode: 0o755 });
  return {
    program,
    ids: () => containers(engine).map(({ id }) => id),
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8") : ""),
    end: async () => {
      for (const one of containers(engine)) await remove(engine, one);
    },
  };
}
