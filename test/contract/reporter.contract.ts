// What every reporter must do: deliver whole, once, under the run's own name; never touch what is not the run's.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Stopped } from "../../runner/model/stop.ts";
import { ownerLine } from "../support/owner-line.ts";
import type { Reporter } from "../../runner/world/files.ts";

/** One reporter with an empty place behind it. `stored` answers undefined where nothing lies. */
export interface ReporterUnderTest {
  readonly reporter: Reporter;
  stored(runFolder: string, file: string): Promise<string | undefined>;
  /** Everything that lies in the place, as `<run folder>/<file>`, ordered. */
  all(): Promise<string[]>;
  /** Something that identifies one writing of a document: it changes only when the document is written again. */
  writing(runFolder: string, file: string): Promise<unknown>;
  plant(runFolder: string, file: string, text: string): Promise<void>;
  /** The next `tries` tries fail for an outside reason; later ones do not. */
  failNext(tries: number): Promise<void>;
  close(): Promise<void>;
}

const FOLDER = "knowledge/dev/laws/sample/v0123456789abcdef-automation-cut-20261120";
const FILE = "01-source-pin-2026-11-20.md";
const RUN = "ictr-20261120T080000Z-8a941203";
const document = (words: string, run = RUN): string =>
  `# 01\n\n- macro: governed-cut\n${ownerLine(run)}\n\n## Recorded\n\n${words}\n`;

export function reporterContract(name: string, make: () => Promise<ReporterUnderTest>): void {
  describe(`the ${name} reporter`, () => {
    let under: ReporterUnderTest;
    const deliver = (words: string, run = RUN): Promise<void> =>
      under.reporter.deliver(FOLDER, FILE, document(words, run));
    beforeEach(async () => {
      under = await make();
    });
    afterEach(async () => {
      await under.close();
    });

    test("a document lies byte for byte where the run's folder says, and nothing else beside it", async () => {
      await deliver("Điều 1 — đã cắt");
      expect(await under.stored(FOLDER, FILE)).toBe(document("Điều 1 — đã cắt"));
      expect(await under.all()).toEqual([`${FOLDER}/${FILE}`]);
    });

    test("the same document delivered again is not written again", async () => {
      await deliver("one");
      const first = await under.writing(FOLDER, FILE);
      await deliver("one");
      expect(await under.writing(FOLDER, FILE)).toEqual(first);
    });

    test("a renewed document of the same run replaces the old one", async () => {
      await deliver("one");
      const first = await under.writing(FOLDER, FILE);
      await deliver("two");
      expect(await under.stored(FOLDER, FILE)).toBe(document("two"));
      expect(await under.writing(FOLDER, FILE)).not.toEqual(first);
    });

    test("two failures are carried over in silence", async () => {
      await under.failNext(2);
      await deliver("late");
      expect(await under.stored(FOLDER, FILE)).toBe(document("late"));
    });

    test("three failures are a stop, and a later delivery goes through", async () => {
      await under.failNext(3);
      expect(await stopOf(deliver("never"))).toBe("STOP_KB_UPLOAD_FAILED");
      await under.failNext(0);
      expect(await under.all()).toEqual([]);
      await deliver("at last");
      expect(await under.all()).toEqual([`${FOLDER}/${FILE}`]);
    });

    test.each([
      ["..", FILE],
      ["a/../../b", FILE],
      ["/tmp", FILE],
      ["", FILE],
      ["a//b", FILE],
      ["a/.hidden", FILE],
      ["a\\b", FILE],
      ["a/b\u0000", FILE],
      [FOLDER, ".."],
      [FOLDER, "../x.md"],
      [FOLDER, "a/b.md"],
      [FOLDER, ""],
      [FOLDER, ".x.md"],
      [FOLDER, "x..md"],
      [FOLDER, "x\n.md"],
    ])("the name %j with %j is refused before anything is written", async (folder, file) => {
      expect(await stopOf(under.reporter.deliver(folder, file, document("x")))).toBe("STOP_REFUSED_INPUT");
      expect(await under.all()).toEqual([]);
    });
  });
}

/** For reporters with one place a name: what lies there and is not the run's stops the delivery. */
export function reporterOfPlacesContract(name: string, make: () => Promise<ReporterUnderTest>): void {
  describe(`the ${name} reporter, which has one place for a name`, () => {
    let under: ReporterUnderTest;
    const deliver = (words: string, run = RUN): Promise<void> =>
      under.reporter.deliver(FOLDER, FILE, document(words, run));
    beforeEach(async () => {
      under = await make();
    });
    afterEach(async () => {
      await under.close();
    });

    test("a document of another run or of nobody is never overwritten", async () => {
      for (const present of [
        document("theirs", "ictr-20261119T080000Z-00000000"),
        "notes of a colleague\n",
        `# x\n\n## y\n\n${ownerLine(RUN)}\n`,
      ]) {
        await under.plant(FOLDER, FILE, present);
        expect(await stopOf(deliver("ours"))).toBe("STOP_KB_UPLOAD_FAILED");
        expect(await under.stored(FOLDER, FILE)).toBe(present);
      }
    });

    test("a document that names no run replaces nothing, not even another without a name", async () => {
      await under.plant(FOLDER, FILE, "first\n");
      expect(await stopOf(under.reporter.deliver(FOLDER, FILE, "second\n"))).toBe("STOP_KB_UPLOAD_FAILED");
      expect(await under.stored(FOLDER, FILE)).toBe("first\n");
    });
  });
}

/** Code of the stop a promise ends in; any other end is a failure of the test. */
export async function stopOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Stopped) return error.code;
    throw error;
  }
  return "no stop";
}
