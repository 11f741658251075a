// Program of the stand-in plugin. The engine starts it with its own address and reads the port from the first line.
import { main } from "@pulumi/pulumi/provider";
import { COMMAND_PLUGIN_VERSION } from "../versions.ts";
import { CommandProvider } from "./command-provider.ts";
import { LIMIT_VARIABLE, STACK_VARIABLE } from "./variables.ts";

const DEFAULT_LIMIT_SECONDS = 600;
const limit = Number(process.env[LIMIT_VARIABLE]);

// A killed engine does not end its plugins; one without an engine would wait for ever.
const engine = process.ppid;
setInterval(() => process.ppid === engine || process.exit(1), 1_000).unref();

void main(
  new CommandProvider(COMMAND_PLUGIN_VERSION, {
    stack: process.env[STACK_VARIABLE],
    commandLimitSeconds: Number.isFinite(limit) && limit > 0 ? limit : DEFAULT_LIMIT_SECONDS,
  }),
  process.argv.slice(2),
);
