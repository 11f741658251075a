import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { withConfigKey } from "../../../../scripts/stack/config-key.ts";

const VALUE = { file: "Pulumi.x.adopted.json", sha: "a" };
const FILES: readonly (readonly [string, string])[] = [
  ["a new key stands first", "# ours\nconfig:\n  # the host\n  cutter:node: /usr/bin/node\n"],
  ["a key on one line is replaced", 'config:\n  cutter:adopted: {"file":"old"}\n  cutter:node: /usr/bin/node\n'],
  [
    "a key of several lines is replaced whole",
    "config:\n  cutter:adopted:\n    file: old\n    sha: b\n  cutter:node: x\n",
  ],
  ["the last key of several lines", "config:\n    cutter:node: x\n    cutter:adopted:\n        file: old\n"],
  ["no config yet", "encryptionsalt: v1:abc\n"],
];

test.each(FILES)("%s, and nothing else of the file changes", (_name, text) => {
  const after = withConfigKey(text, "cutter:adopted", VALUE);
  const [was, is] = [text, after].map((one) => parseYaml(one) as { config?: Record<string, unknown> });
  expect(is).toEqual({ ...was, config: { ...was?.config, "cutter:adopted": VALUE } });
  expect(withConfigKey(after, "cutter:adopted", VALUE)).toBe(after);
  for (const comment of text.split("\n").filter((line) => line.includes("#"))) expect(after).toContain(comment);
});
