// The ports of a rehearsal: where a run is tried out before anyone signs, and who judges what an effect changed.
import type { CountedEffect, Rehearsal } from "../model/rehearsal.ts";
import type { Verdict } from "../model/stop.ts";
import type { World } from "../world.ts";
import type { Reader } from "./database.ts";

/** Judges what an effect changed: on the host by the rehearsal that was signed, in a rehearsal by what the effect is made for. */
export interface RowCounts {
  judge(
    reader: Reader,
    of: { readonly run_id: string; readonly effect: CountedEffect },
    changes: Rehearsal["counts"][CountedEffect],
  ): Promise<Verdict>;
}

/** A database of a rehearsal: over the restored rows a World for each run that is tried out in it, and what became of the rows. */
export interface Stage {
  /** `host` is the World of the production run of this id; its halts count here too, nothing is written to its files. */
  worldFor(host: World, runId: string, counts: RowCounts): Promise<World>;
  /** Compares all restored rows with how they stood when the stage was made. */
  look(): Promise<readonly { table: string; lost: number; added: number; first_lost: string | null }[]>;
  end(): Promise<void>;
}

/** Where runs are tried out: databases made of the newest restored backup, in its scratch server. */
export interface RehearsalGround {
  /** Digest of the content that the restored copy of this process holds; undefined without one: a backup has to be taken first. */
  content(): string | undefined;
  /** STOP_PROOF_FAILED when the scratch server does not give one more database. */
  stage(name: string): Promise<Stage>;
}
