// Where test clusters keep their files. Each test copies and drops a database, a thousand small files; on ext4 looking for free inodes among
// those just deleted took more than a third of all processor time of the database tests, in memory it takes none.
import { accessSync, constants, statfsSync } from "node:fs";

const MEMORY = "/dev/shm";
const ON_DISK = "/tmp";
/** Two workers' clusters and a host or two; a container often has 64 MB there. */
const ROOM = 3 * 1024 ** 3;

/** Every folder that clusters of a test run may lie in. */
export const CLUSTER_PARENTS: readonly string[] = [ON_DISK, MEMORY];

/** The folder in memory where there is one with room, else the one on disk. */
export function clusterParent(): string {
  try {
    accessSync(MEMORY, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ROOM ? MEMORY : ON_DISK;
  } catch {
    return ON_DISK;
  }
}
