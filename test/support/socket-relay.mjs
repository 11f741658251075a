// Passes every byte between two sockets: `node socket-relay.mjs <listens at> <passes to>`, each a path or `<address>:<port>`. Says
// `listening` once it does.
import { createConnection, createServer } from "node:net";

const [listensAt, passesTo] = process.argv.slice(2).map((text) => {
  const [, host, port] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  return host === undefined ? { path: text } : { host, port: Number(port) };
});

createServer((client) => {
  const upstream = createConnection(passesTo);
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
    one.pipe(other);
  }
}).listen(listensAt, () => console.log("listening"));
