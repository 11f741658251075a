// How fast a 10 MB document is parsed, planned and proven, and what memory that needs; prints, never judges. With folders of law texts
// (`npm run bench -- parse <folder> …`): how many of them are cut at each depth, beside the counts of the folder's SOURCES.tsv.
import { takeIn } from "../../runner/commands/intake.ts";
import { folders, median, rounds, sizes } from "../support/bench-ground.ts";
import { folderReport } from "../support/law-folder.ts";

const ROUNDS = rounds(5);

const TARGET = 10_000_000;
const CLAUSE =
  "Người giữ sách chịu trách nhiệm trước xã về việc giữ, cho mượn và nhận lại sách theo quy định của pháp luật về thư viện; "
    .repeat(2)
    .trimEnd();
const LINE =
  "Điều khoản này quy định về quyền và nghĩa vụ của các bên; the parties *shall* observe [it](#a) in `good` faith.\n";
const SECTION = [
  "- một danh mục\n  tiếp theo\n- hai\n\n",
  "> a quotation\nlazily continued\n\n",
  "```sh\n# not a heading\n```\n\n",
  "| a | b |\n|---|---|\n\n",
];

/** Markdown of about 10 MB in `units` sections, half law text and half English, with lists, quotes, fences and tables. */
function document(units: number): Buffer {
  const size = TARGET / units;
  const parts: string[] = [];
  for (let unit = 0; unit < units; unit += 1) {
    parts.push(`${"#".repeat(1 + (unit % 3))} Heading ${unit}\n\n`, SECTION[unit % SECTION.length] ?? "");
    for (let length = 0; length < size; length += LINE.length + 12) parts.push(LINE, length % 5 === 0 ? "\n" : "");
  }
  return Buffer.from(parts.join(""), "utf8");
}

function measure(units: number): string {
  const bytes = document(units);
  const options = { empty_body: "refuse", caps: { units, hard: units } } as const;
  const times: number[] = [];
  let peak = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.memoryUsage().rss;
    // CPU time: what else runs on the machine must not count.
    const start = process.cpuUsage();
    const taken = takeIn(bytes, "BENCH", options);
    const used = process.cpuUsage(start);
    times.push((used.user + used.system) / 1000);
    peak = Math.max(peak, process.memoryUsage().rss - before);
    if (taken.refusal) throw new Error(taken.refusal.reason);
  }
  const seconds = median(times) / 1000;
  const megabytes = bytes.length / 1e6;
  return `${units} units  ${megabytes.toFixed(1)} MB  ${(seconds * 1000).toFixed(0)} ms CPU  ${(megabytes / seconds).toFixed(1)} MB/s  rss +${(peak / 1e6).toFixed(0)} MB`;
}

/** One law of about `target` bytes: chapters, articles, clauses, points, quotations and page heads. */
function law(articles: number, target: number): Buffer {
  const parts: string[] = [];
  for (let article = 1; article <= articles; article += 1) {
    if (article % 20 === 1) parts.push(`Chương ${Math.ceil(article / 20)}\nQUY ĐỊNH VỀ SÁCH\n`);
    parts.push(`Điều ${article}. Trách nhiệm\n`);
    for (let clause = 1, length = 0; length < target / articles; clause += 1) {
      parts.push(
        `${clause}. ${CLAUSE}\na) ${CLAUSE}\nb) Cụm từ “thư viện\nlàng” được hiểu theo\nĐiều 2 của Luật này.\n`,
        clause % 9 === 0 ? "\n12\nCÔNG BÁO/Số 1 + 2/Ngày 01-02-2031\n\n" : "",
      );
      length += 2 * Buffer.byteLength(CLAUSE) + 120;
    }
  }
  return Buffer.from(parts.join(""), "utf8");
}

function measureLaw(name: string, bytes: Buffer, depth: "dieu" | "diem"): string {
  const times: number[] = [];
  let peak = 0;
  let answer = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.memoryUsage().rss;
    const start = process.cpuUsage();
    const taken = takeIn(bytes, "BENCH", { profile: "vn-law-1", depth, caps: { units: 1_000_000, hard: 1_000_000 } });
    const used = process.cpuUsage(start);
    times.push((used.user + used.system) / 1_000_000);
    peak = Math.max(peak, process.memoryUsage().rss - before);
    answer = taken.refusal ? `refused at line ${taken.refusal.line}` : `${taken.manifest.units.length} units`;
  }
  const seconds = median(times);
  return `vn-law-1 ${name} ${depth}: ${answer}  ${(bytes.length / 1e6).toFixed(1)} MB  ${(seconds * 1000).toFixed(0)} ms CPU  rss +${(peak / 1e6).toFixed(0)} MB`;
}

function measureAll(): void {
  for (const units of sizes([100, 1_000, 10_000])) console.log(measure(units));
  const once = law(100, TARGET / 14);
  for (const depth of ["dieu", "diem"] as const) {
    console.log(measureLaw("900 articles", law(900, TARGET), depth));
    // The same law again and again has every number many times: two readings, found in the same time.
    console.log(measureLaw("repeated law", Buffer.concat(Array.from({ length: 14 }, () => once)), depth));
  }
}

if (folders.length === 0) measureAll();
for (const folder of folders) for (const line of folderReport(folder)) console.log(line);
