// Lays files into an area of the host's runtime root, over standard input of ssh: no name on the host is chosen by a file's content.
import { basename } from "node:path";
import { readOrStop } from "../../runner/adapters/safe-file.ts";
import { SIGNATURE_CAP } from "../../runner/model/signature.ts";
import { parseStatement, statementFileNames, type Statement } from "../../runner/model/statement.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { STATEMENT_CAP } from "../../runner/model/strict-json.ts";
import { askedAgain, lineBroken, scriptOnHost } from "./host-call.ts";
import type { Target } from "./target.ts";

// Temporary name, then rename: whoever admits never sees half a file.
const WRITE = 'set -eu; umask 027; mkdir -p "${1%/*}"; cat > "$1.part"; mv -f "$1.part" "$1"';

/**
 * Writes `bytes` to `<runtime root>/<area>/<name>`; answers the path on the host. STOP_COULD_NOT_LOOK when the line
 * broke or the host refused.
 */
export async function upload(
  target: Target,
  place: { readonly area: string; readonly name: string },
  bytes: Buffer,
): Promise<string> {
  const path = `${target.runtimeRoot}/${place.area}/${place.name}`;
  // The same bytes under the same name: safe to lay again after a broken line.
  const { status, stderr } = await askedAgain(() => scriptOnHost(target, WRITE, [path], bytes));
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `${path} could not be written on the host`,
      wanted: "room and the right to write there",
    });
  return path;
}

/** A signed statement that lies on the host: the path that `gate admit` takes, and what it is for. */
export interface Uploaded {
  readonly path: string;
  readonly statement: Statement;
  readonly bytes: Buffer;
}

/**
 * Uploads a statement and its signature under the names their content gives them. STOP_APPROVAL_INVALID when one of the
 * two is no such file.
 */
export async function uploadSigned(target: Target, file: string): Promise<Uploaded> {
  const json = await plain(file, STATEMENT_CAP);
  const signature = await plain(file.replace(/(\.json)?$/, ".sig"), SIGNATURE_CAP);
  const statement = parseStatement(json);
  const names = statementFileNames(statement);
  // The signature first: a statement that is there has its signature beside it.
  await upload(target, { area: "approvals", name: names.sig }, signature);
  return { statement, bytes: json, path: await upload(target, { area: "approvals", name: names.json }, json) };
}

/** A file of this side that cannot be read says nothing of the host: it is no signed statement, and others may be. */
async function plain(file: string, cap: number): Promise<Buffer> {
  const said = { code: "STOP_APPROVAL_INVALID", wanted: "a signed statement and its .sig beside it" } as const;
  try {
    return await readOrStop(file, cap, { ...said, called: basename(file) });
  } catch (error) {
    if (!(error instanceof Stopped) || error.code !== "STOP_COULD_NOT_LOOK") throw error;
    throw new Stopped(said.code, { saw: error.facts.saw, wanted: said.wanted }, error);
  }
}
