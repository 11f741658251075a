// Holds the legs of a batch back while the server is busy or a person laid the file THROTTLE; looked at between legs and between the
// documents of a planned wave, never inside an effect.
import { setTimeout as sleep } from "node:timers/promises";
import type { Throttle } from "../model/batch.ts";
import { judgeLoad, nextStep, seenAfter, type LoadVerdict, type Pause, type SeenSince } from "../rules/throttle.ts";
import type { World } from "../world.ts";

/** What looking needs; `byHand` whether the file THROTTLE lies among the host's locks. */
export interface ThrottleGround {
  readonly world: Pick<World, "database">;
  readonly byHand: () => Promise<boolean>;
  /** Whether this process was asked to end, which ends a pause. */
  readonly mustEnd: () => boolean;
  readonly say: (line: string) => void;
}

/** The looks of one process: it remembers since when it has seen each transaction of others. */
export class LoadWatch {
  private seen: SeenSince = new Map();
  constructor(private readonly ground: ThrottleGround) {}

  /** One look. */
  async look(throttle: Throttle): Promise<{ readonly verdict: LoadVerdict; readonly now: Date }> {
    const load = await this.ground.world.database.read("exec", (reader) => reader.one("read/load"));
    this.seen = seenAfter(this.seen, load);
    return { verdict: judgeLoad(load, this.seen, throttle, await this.ground.byHand()), now: load.now };
  }

  /** Returns when the batch may go on: at once on a quiet server, after ten quiet seconds when it was busy. */
  async untilQuiet(throttle: Throttle, what: string): Promise<void> {
    let pause: Pause | undefined;
    let told = "";
    while (!this.ground.mustEnd()) {
      const { verdict, now } = await this.look(throttle);
      const step = nextStep(pause, verdict, now.getTime());
      if (step.go) return void (pause && this.ground.say(`${what} goes on`));
      pause = step.pause;
      if (verdict.kind !== "goes_on" && verdict.kind !== told)
        this.ground.say(`${what} ${verdict.kind}: ${verdict.why}`);
      told = verdict.kind;
      await sleep(step.wait);
    }
  }
}
