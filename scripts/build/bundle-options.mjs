// What every bundle of this project has in common, so that the same sources give the same bytes wherever they are built.

/** One file for Node, without the names of its packages' licences; esbuild's options. */
export const ONE_FILE = {
  bundle: true,
  platform: "node",
  target: "node20",
  // Text beyond ASCII makes Node decode every file and keep two bytes a character (measured: 60 ms a process).
  charset: "ascii",
  legalComments: "none",
  // Paths stay as written: a linked node_modules must not bring its machine's folders into the bundle.
  preserveSymlinks: true,
  logLevel: "warning",
};

/** Some packages inside a bundle call require(); an ES module has none. The name differs from any that a bundled module declares. */
export const BANNER =
  "import { createRequire as cutterCreateRequire } from 'node:module'; const require = cutterCreateRequire(import.meta.url);";
