// Makes UNIX users of the host that cannot log in; existing ones are only looked at.
import { renderHostScript } from "./host-script.ts";
import { command } from "./shell-text.ts";

/** One user: no password, no login. */
export interface HostUser {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** Text of the script. A user that exists with another home or shell is not changed: somebody else may need it so. */
export function renderUsers(users: readonly HostUser[]): string {
  return renderHostScript({
    title: "UNIX users",
    holds: users.map(
      ({ name, home, shell }) =>
        `[ "$(getent passwd ${command(name)} | cut -d: -f6,7)" = ${command(`${home}:${shell}`)} ]`,
    ),
    steps: users.map(
      ({ name, home, shell }) =>
        `getent passwd ${command(name)} > /dev/null || ${command("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", shell, "--", name)} || fail 'user ${name} could not be made'`,
    ),
  });
}
