// A program of the contract tests: one worker of the scheduler. Its legs tell in a file when they begin and end; how long one lasts
// stands in its id (`…~800` is 800 ms). It ends with 75 when the scheduler says that it cannot go on, as the real worker does.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dbosScheduler } from "../../runner/adapters/dbos-scheduler.ts";

interface Order {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly worker: string;
  readonly told: string;
  readonly write: number;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const tell = (line: string): void => appendFileSync(order.told, `${line}\n`);
const scheduler = dbosScheduler({
  server: { host: order.host, port: order.port, sslmode: "disable", sslrootcert: null },
  database: "cutter_engine",
  credential: { user: "cutter_engine", password: order.password },
  release: "release-1",
  worker: order.worker,
  log: () => undefined,
});
const worker = await scheduler.worker(
  async (id) => {
    tell(`begin ${id} ${order.worker}`);
    await sleep(Number(/~(\d+)/.exec(id)?.[1] ?? 10));
    tell(`end ${id} ${order.worker}`);
  },
  { plan: 2, write: order.write },
);
tell(`ready ${order.worker}`);
process.stdin.on("data", (bytes: Buffer) => {
  for (const line of bytes.toString("utf8").split("\n").filter(Boolean)) {
    const [word = "", rest = ""] = line.split(" ");
    if (word === "close") void worker.close().then(() => process.exit(0));
    if (word === "hand-back") void worker.handBack([rest]).then((count) => tell(`handed back ${count}`));
  }
});
process.stdin.resume();
void worker.failed.then(() => process.exit(75));
