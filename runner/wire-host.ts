// The host's own files and processes for verbs that must start fast or work when the database is down.
import { loadConfig } from "./adapters/configuration.ts";
import { eventsLength, followEvents } from "./adapters/run-events.ts";
import { exists, runFiles, runFolder, writeWhole } from "./adapters/run-files.ts";
import {
  claimAsk,
  claimRun,
  holderIsGone,
  isAlive,
  listenForEnd,
  ownHolder,
  startDetached,
} from "./adapters/run-process.ts";
import { makeRunKey } from "./adapters/run-key.ts";
import { readSafely } from "./adapters/safe-file.ts";

/** Everything here reads or writes this host only; nothing connects. */
export const host = {
  claimAsk,
  claimRun,
  loadConfig,
  eventsLength,
  exists,
  followEvents,
  runFiles,
  runFolder,
  writeWhole,
  holderIsGone,
  isAlive,
  listenForEnd,
  makeRunKey,
  ownHolder,
  startDetached,
  readSafely,
} as const;
