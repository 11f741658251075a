// Files of a rehearsal: snapshots and halts are the host's own, everything written stays in memory and goes with it.
import type { RunFiles } from "../world/files.ts";

/** Reads through to `host`; `runId` is the production run, whose halt stops its rehearsal too. */
export async function rehearsalFiles(host: RunFiles, runId: string): Promise<RunFiles> {
  const written = new Map<string, Uint8Array>();
  let index = await host.runsIndex();
  return {
    root: host.root,
    artifact: (id) => host.artifact(id),
    registration: (id) => host.registration(id),
    writeRun: async (run, relative, data) => void written.set(`${run}/${relative}`, Buffer.from(data)),
    readRun: async (run, relative) => written.get(`${run}/${relative}`),
    write: async () => undefined,
    read: async () => undefined,
    runsIndex: async () => index,
    appendRunsIndex: async (line) => {
      index += `${line}\n`;
    },
    haltFile: () => host.haltFile(runId),
  };
}
