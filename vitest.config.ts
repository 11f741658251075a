// Which tests run with what: `unit` and `architecture` need no server, `database` shares one PostgreSQL cluster,
// `process` starts and ends whole programs, `infra` runs the Pulumi engine. `long` holds the long tables of the last
// three and runs with `npm run test:all` only (docs/decisions/0140-two-suites.md).
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG = "test/**/*.long.test.ts";

const SERVER_SETUP = ["test/support/global-setup.ts"];
const ENGINE_SETUP = ["test/support/engine-setup.ts"];

/** Whatever takes longest begins first; begun last, it would leave a core idle behind the others. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const longest = ({ moduleId }: TestSpecification): boolean =>
      /(?:npm-start|around-commit|types-and-lint|operator-story)[.]/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(longest), ...sorted.filter((file) => !longest(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // A filter that matches nothing is a mistake, not a success.
    passWithNoTests: false,
    // A focused test hides all others; the run refuses it.
    allowOnly: false,
    // Two cores are what this suite is measured on; each database worker holds at most two connections a role.
    maxWorkers: 2,
    teardownTimeout: 30_000,
    reporters: ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // One world for all files of a worker: no test of this project leaves anything behind, and libraries are loaded once.
          isolate: false,
          include: ["test/{unit,golden}/**/*.test.ts"],
          exclude: [LONG],
          setupFiles: ["test/support/property-seed.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "architecture",
          include: ["test/architecture/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "database",
          // As above: what a file changes it takes back, and its databases are its own.
          isolate: false,
          include: ["test/{sql,contract,attacks}/**/*.test.ts"],
          exclude: [LONG],
          globalSetup: SERVER_SETUP,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "process",
          include: ["test/{faults,scenarios}/**/*.test.ts"],
          exclude: [LONG],
          globalSetup: ENGINE_SETUP,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // The real Pulumi engine.
        extends: true,
        test: {
          name: "infra",
          include: ["test/infra/**/*.test.ts"],
          exclude: [LONG],
          globalSetup: ENGINE_SETUP,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "long",
          include: [LONG],
          globalSetup: [...SERVER_SETUP, ...ENGINE_SETUP],
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
