// A clone of the project as an operator of a provisioned test host has it: the built programs, and the host's stack under the names they look for.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { projectRoot } from "../../infra/place.ts";
import type { ProvisionedHost } from "./provisioned-host.ts";

/** How a program ended. */
export interface ProgramAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The clone; its stack is `sandbox`. */
export interface HostClone {
  readonly folder: string;
  /** `npm run <name> -- <args>` without npm. */
  run(name: string, ...args: string[]): Promise<ProgramAnswer>;
  /** The command line of such a program. */
  line(name: string, ...args: string[]): readonly [string, ...string[]];
}

/** Makes the folder of the host's stack a clone; built programs must be there (`node scripts/build/bootstrap.mjs`). */
export function cloneOf({ engine: { place } }: ProvisionedHost): HostClone {
  const [root, folder] = [projectRoot(), place.project];
  const programs = join(root, "dist", "scripts");
  if (!existsSync(join(programs, "drift.mjs")))
    throw new Error("the programs are not built: node scripts/build/bootstrap.mjs");
  // Copied, because a program finds its project from where it truly lies.
  cpSync(programs, join(folder, "dist", "scripts"), { recursive: true });
  writeFileSync(join(folder, "package.json"), readFileSync(join(root, "package.json")));
  for (const part of ["sql", "infra", "scripts", join("dist", "plugin")])
    symlinkSync(join(root, part), join(folder, part));
  mkdirSync(join(folder, ".state"), { mode: 0o700, recursive: true });
  symlinkSync(join(folder, "state"), join(folder, ".state", "pulumi"));
  symlinkSync(place.passphraseFile, join(folder, ".state", "pulumi-passphrase"));
  const line = (name: string, ...args: string[]): readonly [string, ...string[]] => [
    process.execPath,
    join(folder, "dist", "scripts", `${name}.mjs`),
    ...args,
  ];
  return {
    folder,
    line,
    run: async (name, ...args) => {
      const [program, ...words] = line(name, ...args);
      const done = await execa(program, words, { cwd: folder, reject: false, stdin: "ignore" });
      return { status: done.exitCode ?? -1, stdout: done.stdout, stderr: done.stderr };
    },
  };
}
