// How one sees that leg A was cut: by what its process said, and by the rows it left.
import type { CutterAnswer, GovernedHost } from "./governed-host.ts";

/** Whether this very process cut leg A. */
export const cutLegA = ({ events }: CutterAnswer): boolean =>
  events.some((event) => event["event"] === "phase" && event["phase"] === "cut_leg_a" && event["status"] === "passed");

/** How many units, versions and births of a document there are. */
export async function rowsOfLegA(host: GovernedHost, prefix: string): Promise<number[]> {
  const counts = await host.sql<{ n: string }>(
    `SELECT count(*) AS n FROM public.information_unit WHERE canonical_address LIKE $1
     UNION ALL SELECT count(*) FROM public.unit_version v JOIN public.information_unit u ON u.id = v.unit_id WHERE canonical_address LIKE $1
     UNION ALL SELECT count(*) FROM public.birth_registry WHERE canonical_address LIKE $1`,
    [`${prefix}/%`],
  );
  return counts.map(({ n }) => Number(n));
}
