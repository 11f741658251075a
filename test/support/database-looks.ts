// The probe's looks into a database, taken by the very script that a host gets; all other looks are empty.
import { execa } from "execa";
import { surroundingsRequest } from "../../infra/adopted-facts.ts";
import { databaseScope } from "../../infra/database-spec.ts";
import { declareHost } from "../../infra/host-spec.ts";
import { projectRoot } from "../../infra/place.ts";
import { readLooks, type Looks } from "../../infra/probe.ts";
import { LOOKS, probeLooks, renderLooks } from "../../infra/render/probe.ts";
import type { PsqlPlace } from "../../infra/render/psql.ts";
import { renderEnvironment, renderServer } from "../../infra/render/surroundings.ts";
import { readOwnSources } from "../../infra/sources.ts";
import { declaredSources, declaredStack } from "./declared-stack.ts";

/** Rights and statements of this checkout. */
export const ownSources = readOwnSources({ sandbox: true, database: { packages: [], ack: {} } }, projectRoot());

/** Takes them. A stop as drift would end with. */
export async function databaseLooks(place: PsqlPlace): Promise<Looks> {
  const { rights, environment, statement } = ownSources;
  const request = surroundingsRequest(declaredStack(), rights, environment, []);
  const database = { ...place, scope: databaseScope(rights), statement };
  const script = renderLooks({
    ...Object.fromEntries(LOOKS.map((name) => [name, `look_at_${name}() { true; }`])),
    database: probeLooks({ ...declareHost(declaredStack(), declaredSources(true)).request, database }).database,
    environment: renderEnvironment(request, place),
    server: renderServer(request, place),
  });
  return readLooks(`${(await execa("sh", ["-s"], { input: script })).stdout}\n`);
}
