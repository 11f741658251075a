// Places of a host in the configuration that people sign: each says where something really lies.
import { expect, test } from "vitest";
import { configSchema } from "../../../../runner/model/config.ts";
import { declaredStack } from "../../../support/declared-stack.ts";

const { content } = declaredStack().orchestrator;

test.each([
  ["sidecar_root", "<runtime_root>/runs"],
  ["batch_dir", "<runtime_root>/batches"],
])("%s was signed and never read: another place than where its files lie is refused", (name, wanted) => {
  expect(configSchema.safeParse(content).success).toBe(true);
  const elsewhere = { ...content, orchestrator: { ...content.orchestrator, [name]: "/srv/elsewhere" } };
  expect(configSchema.safeParse(elsewhere).error?.issues).toMatchObject([
    { path: ["orchestrator", name], message: expect.stringContaining(`must be ${wanted}`) as string },
  ]);
});
