// Tells by a program of the host's own: it gets the message as one JSON object on standard input and answers by its status.
import { spawn } from "node:child_process";
import type { ChannelConfig } from "../model/notification-config.ts";
import type { Channel, Delivery } from "../world/notification.ts";
import { codeOf } from "../model/error-text.ts";

const LIMIT_MS = 20_000;

/** The command channel of a configuration. The program starts in `/` with PATH alone; after `limitMs` it and its children are killed. */
export function commandChannel(settings: Extract<ChannelConfig, { kind: "command" }>, limitMs = LIMIT_MS): Channel {
  return {
    name: settings.name,
    deliver: (message) => run(settings, `${JSON.stringify(message)}\n`, limitMs),
  };
}

function run(
  { program, arguments: words }: Extract<ChannelConfig, { kind: "command" }>,
  input: string,
  limitMs: number,
): Promise<Delivery> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd: "/",
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    const end = (delivery: Delivery): void => {
      clearTimeout(timer);
      resolve(delivery);
    };
    const timer = setTimeout(() => {
      // Its whole group: a shell's child would hold on.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      end({ sent: false, reason: `no end within ${limitMs} ms` });
    }, limitMs);
    child.once("error", (error) => {
      end({ sent: false, reason: `${program} could not be started (${codeOf(error, "it failed")})` });
    });
    child.once("exit", (status, signal) => {
      end(status === 0 ? { sent: true } : { sent: false, reason: `${program} ended with ${status ?? signal ?? "?"}` });
    });
    // A program that does not read its input ends the pipe; its status says how it went.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
