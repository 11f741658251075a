// What can happen around a COMMIT, each rule once; the other side of each pair stands in around-commit.long.test.ts.
import {
  haltedAt,
  hostAtTheSignatures,
  killedAround,
  lostAnswers,
  raced,
  reverted,
  revokedAt,
  takenOver,
} from "../support/around-commit-cases.ts";

hostAtTheSignatures();
killedAround(["committed"]);
lostAnswers();
takenOver(["commit"]);
haltedAt(["commit"]);
revokedAt(["run"]);
reverted();
raced([1]);
