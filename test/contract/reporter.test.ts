// The folder reporter and the reporter of tests under one contract; then what only a folder can do wrong.
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { folderReporter } from "../../runner/adapters/folder-reporter.ts";
import { ownerLine } from "../support/owner-line.ts";
import { memoryReporter } from "../support/memory-reporter.ts";
import { reporterContract, reporterOfPlacesContract, stopOf, type ReporterUnderTest } from "./reporter.contract.ts";

const RUN = "ictr-20261120T080000Z-8a941203";
const DOCUMENT = `# 01\n\n${ownerLine(RUN)}\n`;

async function filesUnder(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Fails by putting a file where the folder should be; the pause between two tries is when it is mended. */
async function folderUnderTest(): Promise<ReporterUnderTest> {
  const place = await mkdtemp("/tmp/crp-");
  const folder = join(place, "reports");
  const aside = join(place, "aside");
  await mkdir(folder);
  let failing = 0;
  const mend = async (): Promise<void> => {
    failing -= 1;
    if (failing > 0 || !(await exists(aside))) return;
    await rm(folder);
    await rename(aside, folder);
  };
  const at = (runFolder: string, file: string): string => join(folder, runFolder, file);
  return {
    reporter: folderReporter(join(folder, "kb"), mend),
    stored: async (runFolder, file) =>
      (await exists(at(`kb/${runFolder}`, file))) ? readFile(at(`kb/${runFolder}`, file), "utf8") : undefined,
    all: async () => (await filesUnder(folder)).map((name) => name.replace(/^kb\//, "")),
    writing: async (runFolder, file) => (await stat(at(`kb/${runFolder}`, file), { bigint: true })).ino,
    plant: async (runFolder, file, text) => {
      await mkdir(dirname(at(`kb/${runFolder}`, file)), { recursive: true });
      await writeFile(at(`kb/${runFolder}`, file), text);
    },
    failNext: async (tries) => {
      failing = tries;
      if (tries > 0) {
        await rename(folder, aside);
        await symlink("/dev/null", folder);
      } else {
        if (await exists(aside)) {
          await rm(folder);
          await rename(aside, folder);
        }
      }
    },
    close: () => rm(place, { recursive: true }),
  };
}

async function memoryUnderTest(): Promise<ReporterUnderTest> {
  const reporter = memoryReporter();
  const key = (runFolder: string, file: string): string => `${runFolder}/${file}`;
  return {
    reporter,
    stored: async (runFolder, file) => reporter.documents.get(key(runFolder, file)),
    all: async () => [...reporter.documents.keys()].sort(),
    writing: async () => reporter.writes(),
    plant: async (runFolder, file, text) => {
      reporter.documents.set(key(runFolder, file), text);
    },
    failNext: async (tries) => {
      reporter.failNext(tries);
    },
    close: async () => undefined,
  };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

reporterContract("folder", folderUnderTest);
reporterContract("memory", memoryUnderTest);
reporterOfPlacesContract("folder", folderUnderTest);
reporterOfPlacesContract("memory", memoryUnderTest);

async function inPlace<T>(work: (place: string) => Promise<T>): Promise<T> {
  const place = await mkdtemp("/tmp/crp-");
  try {
    return await work(place);
  } finally {
    await rm(place, { recursive: true });
  }
}

test("the folder reporter waits half a second, then two, and then stops", async () => {
  await inPlace(async (place) => {
    const waits: number[] = [];
    await writeFile(join(place, "reports"), "a file, not a folder");
    const reporter = folderReporter(join(place, "reports"), async (ms) => {
      waits.push(ms);
    });
    expect(await stopOf(reporter.deliver("a", "b.md", DOCUMENT))).toBe("STOP_KB_UPLOAD_FAILED");
    expect(waits).toEqual([500, 2000]);
  });
});

test("a link in the way is not followed out of the report folder", async () => {
  await inPlace(async (place) => {
    const outside = join(place, "outside");
    const folder = join(place, "reports");
    await mkdir(outside);
    await mkdir(folder);
    await symlink(outside, join(folder, "law"));
    const reporter = folderReporter(folder);
    expect(await stopOf(reporter.deliver("law/v1", "b.md", DOCUMENT))).toBe("STOP_KB_UPLOAD_FAILED");
    expect(await readdir(outside)).toEqual([]);
  });
});

test("a link with the report's name is left alone, and so is what it points to", async () => {
  await inPlace(async (place) => {
    const target = join(place, "precious");
    const folder = join(place, "reports");
    await writeFile(target, DOCUMENT);
    await mkdir(join(folder, "law"), { recursive: true });
    await symlink(target, join(folder, "law", "b.md"));
    expect(await stopOf(folderReporter(folder).deliver("law", "b.md", `${DOCUMENT}more`))).toBe(
      "STOP_KB_UPLOAD_FAILED",
    );
    expect(await readFile(target, "utf8")).toBe(DOCUMENT);
    expect((await lstat(join(folder, "law", "b.md"))).isSymbolicLink()).toBe(true);
  });
});

test("nothing of a report can be read by others or changed by its group", async () => {
  await inPlace(async (place) => {
    await folderReporter(join(place, "reports")).deliver("law", "b.md", DOCUMENT);
    for (const path of ["law/b.md", "law", ""])
      expect((await stat(join(place, "reports", path))).mode & 0o027, path).toBe(0);
  });
});

test("eight deliveries of one document at once leave one whole file and no parts", async () => {
  await inPlace(async (place) => {
    const reporter = folderReporter(join(place, "reports"));
    await Promise.all(Array.from({ length: 8 }, () => reporter.deliver("law/v1", "b.md", DOCUMENT)));
    expect(await filesUnder(join(place, "reports"))).toEqual(["law/v1/b.md"]);
    expect(await readFile(join(place, "reports", "law/v1/b.md"), "utf8")).toBe(DOCUMENT);
  });
});
