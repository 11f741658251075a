// What a release is made of: the CycloneDX list that npm writes from the lock file, without what differs from one run to the next.
import * as z from "zod";
import { shell } from "../frame/shell.ts";
import { Stopped } from "../../runner/model/stop.ts";

/** Name of the list among the files of a release. */
export const BILL_FILE = "sbom.cdx.json";

const LIMIT_MS = 120_000;
const billSchema = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  serialNumber: z.string().optional(),
  metadata: z.looseObject({
    timestamp: z.string().optional(),
    component: z.looseObject({ name: z.string(), purl: z.string() }),
  }),
  components: z.array(z.looseObject({ purl: z.string() })).min(1),
});

/**
 * The same lock file gives the same text in every folder and at any time, because the release digest covers it: the random number and the
 * time are left out, and the project is called by its own name where npm writes that of its folder. TypeError (a bug) for another text.
 */
function settledBill(text: string): string {
  const bill = billSchema.parse(JSON.parse(text));
  const { component } = bill.metadata;
  const name = /^pkg:npm\/(.+)@[^@]+$/.exec(component.purl)?.[1] ?? component.name;
  const own = { ...component, name: decodeURIComponent(name) };
  // JSON leaves out what is undefined.
  const settled = {
    ...bill,
    serialNumber: undefined,
    metadata: { ...bill.metadata, timestamp: undefined, component: own },
  };
  return `${JSON.stringify(settled, null, 2)}\n`;
}

/**
 * Every package of the lock file; those that only build and test are marked `cdx:npm:package:development`. `--omit dev` is not used: npm
 * 11 then leaves out packages that something else needs for building too.
 */
export async function billOfMaterials(project: string): Promise<string> {
  const npm = shell({ cwd: project, env: process.env, timeout: LIMIT_MS });
  const done = await npm`npm sbom --sbom-format cyclonedx --package-lock-only`;
  if (done.exitCode !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `npm sbom ended with status ${done.exitCode ?? "none"}`,
      wanted: "the list of packages in package-lock.json",
      details: done.stderr.split("\n").slice(0, 5),
    });
  return settledBill(done.stdout);
}
