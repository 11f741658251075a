#!/usr/bin/env node
// `cutter <verb>` from any folder: what `npm run <verb>` does, in one process: the bootstrap, then the built front program.
// Relative paths are relative to where the person stands; npm is not needed and prints nothing.
await import("./bootstrap.mjs");
await import("../../dist/scripts/cutter.mjs");
