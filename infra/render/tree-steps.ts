// A folder of many files laid at once: sent as one archive, proven beside the place where it shall stand, put there by one rename.
// File by file it took the host four thousand processes and half a minute (docs/decisions/0080-drift.md).
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { sha256 } from "../../runner/model/canonical.ts";
import { directoryStep, modeWord, ownerWord, type Ownership } from "./file-steps.ts";
import { base64Lines, command, hereDocument } from "./shell-text.ts";

/**
 * Files by path below `root`, in the folder `above`; paths of letters, digits and `._-/` only. `folders`: those inside
 * `root`, outer ones first.
 */
export interface Tree {
  readonly above: string;
  readonly root: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly folders: readonly string[];
  readonly owned: Omit<Ownership, "mode">;
}

const FILE_MODE = "0644";
const FOLDER_MODE = "0755";
/** Where an archive is unpacked, in the folder above; what a killed attempt left there the next one removes. */
const INCOMING = ".incoming";
const PATH = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;

/**
 * Shell functions for one tree. `tree_is`: every file stands with kind, owner, mode and bytes; others may stand beside
 * it. `put_tree` takes the
 * archive on standard input; nothing of it is in place before all of it is proven. A tree that stands with differences is mended file by
 * file, because a run may be working with the others.
 */
export function treeFunctions({ files, owned }: Tree): string {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.some(([path]) => !PATH.test(path))) throw new Error("a file name that shell words could tear");
  const [owner, mode] = [command(ownerWord(owned)), modeWord(FILE_MODE)];
  const list = (name: string, line: (path: string, bytes: Uint8Array) => string): string =>
    `${name}() {\n  cat ${hereDocument(entries.map(([path, bytes]) => line(path, bytes)).join("\n"))}\n}`;
  return `${list("tree_paths", (path) => path)}
${list("tree_about", (path) => `f ${ownerWord(owned)} ${mode} ${path}`)}
${list("tree_sums", (path, bytes) => `${sha256(bytes)}  ${path}`)}
tree_is() (
  cd -P -- "$1" 2>/dev/null && [ "$(find -P $(tree_paths) -maxdepth 0 -printf '%y %u:%g %m %p\\n' 2>/dev/null)" = "$(tree_about)" ] && tree_sums | sha256sum -c --status --strict 2>/dev/null
)
unpack() (
  enter "$1" && rm -rf -- ./${INCOMING} && mkdir -m 700 -- ./${INCOMING} && cd -P -- ./${INCOMING} && [ -n "$(find . -maxdepth 0 -user "$me" ! -perm /077 -empty)" ] \\
    && { said=$(base64 -d | tar -xzf - -m --no-same-owner --no-same-permissions 2>&1) || { printf '%s\\n' "$said" | head -n 1 >&2; false; }; } \\
    && find . -mindepth 1 -type f -exec chmod -- ${mode} {} + && find . -mindepth 1 -exec chown -h -- ${owner} {} + && tree_is . && find . -exec sync {} +
)
put_tree() {
  unpack "$1" || { rm -rf -- "$1/${INCOMING}"; fail "$2 could not be written whole; what stood there is unchanged"; }
  if [ -e "$2" ]; then
    tree_sums | while read -r sum path; do
      file_is "$2/$path" ${owner} ${mode} "$sum" || put_file "$2/$path" ${owner} ${mode} "$sum" raw < "$1/${INCOMING}/$path"
    done || exit 1
    rm -rf -- "$1/${INCOMING}"
  else
    (enter "$1" && mv -T -- ./${INCOMING} "./\${2##*/}" && sync .) || fail "$2 could not be put in place"
  fi
}`;
}

/** Condition: the tree stands; needs {@link treeFunctions}. */
export const treeHolds = ({ root }: Tree): string => command("tree_is", root);

/** Steps: the tree stands with its folders; needs {@link treeFunctions}. */
export function treeSteps(tree: Tree): string[] {
  const { above, root, files, owned } = tree;
  const folders = [root, ...tree.folders.map((path) => `${root}/${path}`)]
    .map((path) => directoryStep(path, { ...owned, mode: FOLDER_MODE }))
    .join("\n");
  const archive = gzipSync(
    createTar(
      Object.entries(files)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, data]) => ({ name, data })),
      { attrs: { mtime: 0, uid: 0, gid: 0 } },
    ),
    { level: 9 },
  );
  return [
    directoryStep(above, { ...owned, mode: FOLDER_MODE }),
    `if [ -e ${command(root)} ] || [ -L ${command(root)} ]; then\n${folders}\nfi`,
    `${treeHolds(tree)} || ${command("put_tree", above, root)} ${hereDocument(base64Lines(archive))}`,
    folders,
  ];
}
