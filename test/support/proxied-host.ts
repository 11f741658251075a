// A governed host whose runner reaches PostgreSQL through the door of commit-proxy, and the runner's processes by name.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { holderIsGone } from "../../runner/adapters/run-process.ts";
import { configSchema } from "../../runner/model/config.ts";
import { commitProxy, type CommitProxy, type HeldEffect, type Moment } from "./commit-proxy.ts";
import { governedHost, type CutterAnswer, type GovernedHost } from "./governed-host.ts";

/** The detached process that stands on a lease; it is signalled only while it is that very process. */
export interface Runner {
  readonly holder: string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  gone(): Promise<void>;
  /** Ends it if it still lives, stopped or not. */
  endForSure(): void;
}

export interface ProxiedHost extends GovernedHost {
  readonly proxy: CommitProxy;
  runner(documentId: string): Promise<Runner>;
  /** Starts `resume` and answers when its effect stands still; `answer` is what the caller of resume sees in the end. */
  resumeUntil(
    runId: string,
    phase: string,
    moment: Moment,
  ): Promise<{ held: HeldEffect; answer: Promise<CutterAnswer> }>;
}

/** The same configuration for every run of this host, because its digest is part of what people sign. */
export async function proxiedHost(): Promise<ProxiedHost> {
  const host = await governedHost();
  const proxy = await commitProxy(host.sandbox.database);
  const { configFile } = host.sandbox.place;
  const config = configSchema.parse(JSON.parse(readFileSync(configFile, "utf8")));
  writeFileSync(configFile, JSON.stringify({ ...config, database: { ...config.database, host: proxy.socketFolder } }));
  return {
    ...host,
    proxy,
    runner: async (documentId) => {
      const rows = z
        .array(z.object({ holder: z.string() }))
        .length(1)
        .parse(await host.sql("SELECT holder FROM cutter_runtime.lease WHERE document_id = $1", [documentId]));
      return runnerOf(rows[0]?.holder ?? "");
    },
    resumeUntil: async (runId, phase, moment) => {
      const trap = proxy.hold(phase, moment);
      const answer = host.cutter("orchestrate", "resume", runId);
      const ended = answer.then((early) => {
        throw new Error(`resume ended before ${phase} reached ${moment}: ${early.stderr}`);
      });
      return { held: await Promise.race([trap, ended]), answer };
    },
    remove: async () => {
      await proxy.stop();
      await host.remove();
    },
  };
}

function runnerOf(holder: string): Runner {
  const pid = Number(holder.split(" ")[1]);
  return {
    holder,
    endForSure: () => {
      if (!holderIsGone(holder)) process.kill(pid, "SIGKILL");
    },
    signal: (name) => {
      if (holderIsGone(holder)) throw new Error(`${holder} has ended`);
      process.kill(pid, name);
    },
    gone: async () => {
      while (!holderIsGone(holder)) await sleep(20);
    },
  };
}
