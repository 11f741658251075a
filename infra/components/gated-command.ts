// A remote command that runs when the declaration changed or the host differs from it, and at no other time.
// See docs/decisions/0080-drift.md for why these inputs and no others.
import type * as command from "@pulumi/command";
import { Command } from "@pulumi/command/remote/command.js";
import * as pulumi from "@pulumi/pulumi";
import type { Declared } from "../host-spec.ts";
import type { DriftLine } from "../drift.ts";
import { driftMessage } from "../drift-text.ts";

/** What one component needs to be wired: its declaration, its differences now, the connection, the marker of its drift. */
export interface GatedArguments {
  readonly declared: Declared;
  readonly lines: readonly DriftLine[];
  readonly marker: string;
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The one command line; the script comes over standard input. */
  readonly shell: string;
}

const LIMITS = { create: "15m", update: "15m" };

/** One component of the host with its one command. The type token is `cutter:host:<Name>`. */
export class HostPart extends pulumi.ComponentResource {
  readonly command: Command;
  constructor(
    type: string,
    name: string,
    { declared, lines, marker, connection, shell }: GatedArguments,
    options: pulumi.ComponentResourceOptions,
  ) {
    super(`cutter:host:${type}`, name, {}, options);
    const clean = lines.length === 0;
    this.command = new Command(
      `${name}-script`,
      {
        connection,
        stdin: declared.script,
        create: shell,
        update: clean ? shell : `${shell}\n# drift ${marker}`,
        logging: "none",
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        customTimeouts: LIMITS,
        // Clean: the stored text stands, whatever drift it once named. Standard input is never ignored: a changed declaration always shows.
        ignoreChanges: clean ? ["update"] : [],
        // The script is long and its differences are told in words.
        hideDiffs: ["stdin", "update", "create"],
      },
    );
    for (const line of lines) void pulumi.log.warn(driftMessage(line), this.command);
    this.registerOutputs({});
  }
}
