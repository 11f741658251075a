// The other side of each pair of around-commit.test.ts: killed before the COMMIT, taken over before leg A, halted while it works, the nonce
// revoked, and a second race.
import {
  haltedAt,
  hostAtTheSignatures,
  killedAround,
  raced,
  revokedAt,
  takenOver,
} from "../support/around-commit-cases.ts";

hostAtTheSignatures();
killedAround(["commit"]);
takenOver(["begin"]);
haltedAt(["end"]);
revokedAt(["nonce"]);
raced([2]);
