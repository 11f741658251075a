// Whether this machine can keep the files of a run's next step. A worker takes no leg while it cannot: with a full disk it took one, ended
// in its first look, began anew and took the next, and kept every other machine from writing for as long as the disk was full.
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../model/error-text.ts";
import type { World } from "../world.ts";

/** What the files of a run's next step need at least. */
const ROOM_BYTES = 256 * 1024;
const LOOK_MILLISECONDS = 2_000;

/** Why this machine cannot keep a file now; undefined while it can. */
export async function machineFault({ files }: Pick<World, "files">): Promise<string | undefined> {
  return files.write("batches", "last-look-for-room", "x".repeat(ROOM_BYTES)).then(() => undefined, messageOf);
}

/** Who waits for room: told when it begins to and when it goes on; `mustEnd` ends it. */
export interface RoomWaiter {
  readonly mustEnd: () => boolean;
  readonly tell: (why: string | undefined) => void;
}

/** Returns true once files can be kept, false when it was asked to end before. */
export async function untilRoom(world: Pick<World, "files">, { mustEnd, tell }: RoomWaiter): Promise<boolean> {
  for (let told = false; ; told = true) {
    const fault = await machineFault(world);
    if (fault === undefined) {
      if (told) tell(undefined);
      return true;
    }
    if (!told) tell(fault);
    if (mustEnd()) return false;
    await sleep(LOOK_MILLISECONDS);
  }
}
