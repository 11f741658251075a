// The database packages as components of a host: what each must be there, and the script that lays it.
import { EXISTING, databaseSpec, definitionsSpec, packageComponent, passwordPath } from "./database-spec.ts";
import type { EnvLogin } from "../runner/rules/env-login.ts";
import type { Spec, Wanted } from "./drift.ts";
import { databasePath } from "./facts.ts";
import type { Declared } from "./host-spec.ts";
import { renderPackage } from "./render/package.ts";
import type { PsqlPlace } from "./render/psql.ts";
import type { OwnSources } from "./sources.ts";

/** Where packages are laid, and with which programs and env files of the host. */
export interface PackageGround {
  readonly place: PsqlPlace;
  readonly node: string;
  /** Login by role, of those whose password the package's script may set. */
  readonly logins: Readonly<Record<string, EnvLogin>>;
  /** Text of env-file.cjs. */
  readonly envProgram: string | undefined;
  /** Components the first package stands on. */
  readonly first: readonly string[];
}

/** The packages, each with the script that lays it, and what the existing system brings. */
export function packageComponents(
  { place, node, logins, envProgram, first }: PackageGround,
  sources: OwnSources,
): { readonly own: readonly Declared[]; readonly existing: Spec } {
  const whole = databasePath(place.name);
  const all = Object.fromEntries(
    Object.entries(databaseSpec(sources.rights, sources.packages)).map(([path, wanted]): [string, Wanted] => [
      path,
      { ...wanted, parent: wanted.parent ?? whole },
    ]),
  );
  const of = (component: string): Spec =>
    Object.fromEntries(Object.entries(all).filter(([, wanted]) => wanted.component === component));
  const own = sources.packages.map((declared, index): Declared => {
    const name = packageComponent(declared.name);
    const passwords = sources.rights.roles
      .filter(({ login, package: by }) => login && by === declared.name)
      .flatMap(({ name: role }) => {
        const source = logins[role];
        return source === undefined ? [] : [{ role, ...source }];
      });
    const spec: Spec = {
      ...of(name),
      ...Object.fromEntries(
        passwords.map(({ role }): [string, Wanted] => [
          passwordPath(role),
          { component: name, state: "set", up: "sets it from the role's env file", parent: `role ${role}` },
        ]),
      ),
    };
    const tables = definitionsSpec(sources.rights, [declared], sources.definitions);
    const script = renderPackage({
      declared,
      rights: sources.rights,
      entries: spec,
      statement: sources.statement,
      place,
      node,
      envProgram,
      passwords,
    });
    const before = sources.packages[index - 1];
    return {
      name,
      spec: { ...spec, ...tables },
      script,
      after: before === undefined ? first : [packageComponent(before.name)],
    };
  });
  return {
    own,
    existing: {
      ...of(EXISTING),
      [whole]: { component: EXISTING, state: "reachable", up: "nothing: the database belongs to the existing system" },
    },
  };
}
