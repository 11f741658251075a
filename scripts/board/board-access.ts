// Who may see the board: whoever opens the link that was printed, once; from then on that browser, by a cookie. Everything that came by
// another name than the one printed is refused, so that no page of the internet can look by a name it let point here.
import { randomBytes, timingSafeEqual } from "node:crypto";

/** The link's token is spent by its first use; `refused` says why in words for the person. */
export type Entry = { readonly session: string } | { readonly refused: string };

/** The keys of one board. `path`: the folder of all its addresses, so that its cookie goes to no other program of this machine. */
export interface Access {
  readonly path: string;
  readonly token: string;
  enter(token: string | undefined): Entry;
  knows(session: string | undefined): boolean;
}

/** Keys nobody else knows; `random` gives so many bytes. */
export function newAccess(random: (bytes: number) => Buffer = randomBytes): Access {
  const word = (bytes: number): string => random(bytes).toString("base64url");
  const [path, token, session] = [random(8).toString("hex"), word(32), word(32)];
  let spent = false;
  return {
    path,
    token,
    enter: (given) => {
      if (!same(given, token)) return { refused: "this link is not the one that was printed" };
      if (spent) return { refused: "this link was used; it opens the board once" };
      spent = true;
      return { session };
    },
    knows: (given) => spent && same(given, session),
  };
}

/** Equal, in a time that tells nothing of where they differ. */
function same(given: string | undefined, wanted: string): boolean {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a request was meant for this board: by the address that was printed, and by no page of another origin. */
export function isMeantForUs(
  { host, site }: { readonly host: string | undefined; readonly site: string | undefined },
  port: number,
): boolean {
  const ours = host === `127.0.0.1:${port}` || host === `localhost:${port}`;
  return ours && (site === undefined || site === "same-origin" || site === "none");
}
