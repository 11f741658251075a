// Holds a batch back while the server is busy or a person laid the file THROTTLE; looked at between legs, between the documents of a
// planned wave and before each effect, never inside one.
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchManifest, Throttle } from "../model/batch.ts";
import {
  heldBackWord,
  judgeLoad,
  nextStep,
  seenAfter,
  type LoadVerdict,
  type Pause,
  type SeenSince,
} from "../rules/throttle.ts";
import type { World } from "../world.ts";

/** What looking needs; `byHand` tells the file THROTTLE when it lies among the locks of this machine. */
export interface ThrottleGround {
  readonly world: Pick<World, "database">;
  readonly byHand: () => Promise<string | undefined>;
  /** Whether this process was asked to end, which ends a pause. */
  readonly mustEnd: () => boolean;
  readonly say: (line: string) => void;
  /** What this process is at, for whoever asks how the batch stands; undefined once it goes on. */
  readonly tell: (heldBack: string | undefined) => void;
}

/** The looks of one process: it remembers since when it has seen each transaction of others. */
export class LoadWatch {
  private seen: SeenSince = new Map();
  private asleep = 0;
  constructor(private readonly ground: ThrottleGround) {}

  /** Whether the server was found critical and is asked nothing now: then nothing else of this process may ask it either. */
  sleeps(): boolean {
    return this.asleep > 0;
  }

  /** One look. `database`: of whoever asks, where it has a connection open already. */
  async look(
    throttle: Throttle,
    database: Pick<World["database"], "read"> = this.ground.world.database,
  ): Promise<{ readonly verdict: LoadVerdict; readonly now: Date }> {
    const load = await database.read("exec", (reader) => reader.one("read/load"));
    this.seen = seenAfter(this.seen, load);
    return { verdict: judgeLoad(load, this.seen, throttle, await this.ground.byHand()), now: load.now };
  }

  /** Returns when the batch may go on: false at once on a quiet server, true after ten quiet seconds when it was busy. */
  async untilQuiet(
    { throttle, batch_id }: Pick<BatchManifest, "throttle" | "batch_id">,
    what: string,
    database?: Pick<World["database"], "read">,
  ): Promise<boolean> {
    let pause: Pause | undefined;
    let told = "";
    while (!this.ground.mustEnd()) {
      const { verdict, now } = await this.look(throttle, database);
      const step = nextStep(pause, verdict, now.getTime());
      if (step.go) {
        if (pause) this.ground.say(`${what} goes on`);
        break;
      }
      pause = step.pause;
      if (verdict.kind !== "goes_on") this.ground.tell(heldBackWord(batch_id, verdict));
      if (verdict.kind !== "goes_on" && verdict.kind !== told)
        this.ground.say(`${what} ${verdict.kind}: ${verdict.why}`);
      told = verdict.kind;
      this.asleep += verdict.kind === "sleeps" ? 1 : 0;
      await sleep(step.wait);
      this.asleep -= verdict.kind === "sleeps" ? 1 : 0;
    }
    this.ground.tell(undefined);
    return pause !== undefined;
  }
}
