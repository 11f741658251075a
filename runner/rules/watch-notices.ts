// What a scheduled look from outside the host tells people: that there is drift, or that nobody could look.
import { sha256 } from "../model/canonical.ts";
import type { Notice } from "../model/notice.ts";
import { withStack } from "./operator-command.ts";

/** Lines of what the look said that a message shows. */
const MOST_LINES = 60;

/** What a look ended with; `said` is its table or its last words, as it printed them. */
export interface Watched {
  readonly kind: "drift_found" | "could_not_look";
  readonly host: string;
  readonly stack: string;
  readonly said: string;
  readonly now: Date;
}

/** The same differences are one notice a day; not being able to look is one a day, whatever it said. */
export function watchNotice({ kind, host, stack, said, now }: Watched): Notice {
  const day = now.toISOString().slice(0, 10);
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const more = lines.length - MOST_LINES;
  const drift = kind === "drift_found";
  return {
    key: `${kind} ${stack} ${day} ${drift ? sha256(said).slice(0, 12) : ""}`.trimEnd(),
    kind,
    persons: [],
    run_id: null,
    subject: drift ? `${host} differs from its declaration` : `could not look at ${host}`,
    lines: [
      drift
        ? `${host} is not as stack ${stack} declares it:`
        : `Nothing is known about ${host} (stack ${stack}): everything may have changed behind this. The look said last:`,
      ...(drift ? lines.slice(0, MOST_LINES) : lines.slice(-MOST_LINES)),
      ...(more > 0 ? [`and ${more} lines more`] : []),
    ],
    next: [withStack("npm run drift", stack)],
  };
}
