// What `plan` and `cut` on the host say of a text that the grammar refuses: the same as `intake` on the workstation.
import { expect, test } from "vitest";
import type { Config } from "../../../runner/model/config.ts";
import { Stopped } from "../../../runner/model/stop.ts";
import { materialOf } from "../../../runner/plan.ts";
import { stopText } from "../../../runner/terminal/stop-text.ts";

const CONFIG = { caps: { units: 100, hard: 100 }, plan: {} } as unknown as Config;
const LAW = [
  "LUẬT THƯ VIỆN",
  "Điều 1. Sách",
  "Sách được giữ.",
  "Đicu 2. Báo",
  "Báo được giữ.",
  "Điều 3. Đọc",
  "Đọc tại chỗ.",
  "Điều l4. Mượn",
  "Điều 5. Trả",
  "Trả đúng hạn.",
].join("\n");

function stopOf(text: string): Stopped {
  const grammar = { profile: "vn-law-1", options: { depth: "dieu" as const, annexes: false, hints: [] } };
  try {
    materialOf(Buffer.from(text), { run_id: "r", document_id: "LAW", region_sha: "", grammar }, CONFIG);
  } catch (error) {
    if (error instanceof Stopped) return error;
    throw error;
  }
  throw new Error("the law was cut");
}

test("a law refused on the host lists every place, each with the hint line that settles it, in the form of a hints file", () => {
  const stop = stopOf(LAW);
  expect(stop.facts).toMatchObject({ saw: expect.stringContaining("line 4 could be Điều 2, spoiled"), line: 4 });
  expect(stop.facts.details).toEqual([
    "# line 4 could be Điều 2, spoiled, which is missing between Điều 1 of line 2 and Điều 3 of line 6",
    "line 4 is a heading: Điều 2, spoiled",
    "# line 8 could be Điều 4, spoiled, which is missing between Điều 3 of line 6 and Điều 5 of line 9",
    "line 8 is a heading: Điều 4, spoiled",
  ]);
  expect(stopText(stop)).toContain("line 8 is a heading: Điều 4, spoiled");
});

test("two texts in one file are told with the lines between which the sentinels belong", () => {
  const second = ["", "CHỦ TỊCH", "Nguyễn Văn A", "", "QUY CHẾ", "Điều 1. Làng", "Làng giữ.", "Điều 2. Xã", "Xã giữ."];
  const stop = stopOf(
    ["QUYẾT ĐỊNH", "Điều 1. Ban hành", "Quy chế này.", "Điều 2. Hiệu lực", "Có hiệu lực ngay.", ...second].join("\n"),
  );
  expect(stop.facts.details?.join("\n")).toContain("<!-- CUT:BEGIN -->");
});
