import { describe, expect, test } from "vitest";
import { addresses, cutLaw, findingLines, refusedLaw, unitOf } from "../../../support/law.ts";

/** A law of the given middle between two short articles. */
const around = (middle: string): string => `LUẬT LÀNG\n\nĐiều 1. Làng\nLàng là nơi ở.\n${middle}`;
/** A text that is wrapped over lines, so that a line's end says nothing. */
const WRAPPED = `${"Người giữ sách chịu trách nhiệm trước xã về việc giữ sách và cho\nmượn sách của làng theo quy định của pháp luật về thư viện và của\nhương ước.\n".repeat(6)}`;

describe("a line that begins with a reference", () => {
  test.each([
    ["a preposition before it", "theo quy định tại\nĐiều 9. Việc giữ sách do xã lo."],
    ["a clause before it", "sách quy định tại điểm a khoản 1\nĐiều 9."],
    ["a comma before it", "các điều sau: Điều 7, Điều 8,\nĐiều 9. Hết."],
    ["a bracket before it", "sách (xem\nĐiều 9. Sách) của làng."],
  ])("is no article with %s", (_, text) => {
    expect(
      addresses(cutLaw(around(`${WRAPPED}Việc giữ ${text}\nĐiều 2. Hiệu lực\nLuật này có hiệu lực ngay.\n`))),
    ).toEqual(["DIEU-1", "DIEU-2"]);
  });
  test("is refused as the last article where only the line before speaks against it", () => {
    expect(
      refusedLaw(
        around(
          `${WRAPPED}Người giữ sách của làng giữ sách của làng trong tủ của làng và xã\nĐiều 2. Hiệu lực\nLuật này có hiệu lực ngay.\n`,
        ),
      ),
    ).toMatchObject({
      line: 24,
      reason: "line 24 reads as Điều 2, but line 23 does not end a sentence; a hints file decides",
    });
  });
});

describe("items of a list", () => {
  test.each([
    ["no mark", "", ""],
    ["commas", ",", ""],
    ["a word before the last", ";", " và"],
  ])("are clauses and points with %s at their ends", (_, end, word) => {
    const text = around(
      `1. Người đọc gồm:\na) Người lớn${end}\nb) Trẻ em${end}${word}\nc) Khách\n2. Người giữ${end}${word}\n3. Xã\nĐiều 2. Hiệu lực\nNgay.\n`,
    );
    expect(addresses(cutLaw(text, { depth: "diem" }))).toEqual([
      "DIEU-1",
      "DIEU-1/KHOAN-1",
      "DIEU-1/KHOAN-1/DIEM-A",
      "DIEU-1/KHOAN-1/DIEM-B",
      "DIEU-1/KHOAN-1/DIEM-C",
      "DIEU-1/KHOAN-2",
      "DIEU-1/KHOAN-3",
      "DIEU-2",
    ]);
  });
  test("that are missing are findings, and those that stand there twice refuse", () => {
    expect(
      findingLines(cutLaw(around("a) Một;\nb) Hai;\nc) Ba;\nd) Bốn;\ne) Năm.\n"), { depth: "diem" }), "gap"),
    ).toEqual(["9 gap"]);
    expect(refusedLaw(around("a) Một;\nb) Hai;\nb) Ba.\n"), { depth: "diem" })).toMatchObject({
      line: 7,
      reason: "lines 6 and 7 both read as điểm b of Điều 1; a hints file decides",
    });
    expect(addresses(cutLaw(around("a) Một;\nb) Hai;\nb) Ba.\n")))).toEqual(["DIEU-1"]);
  });
  test("are no dates, amounts or cells of a table", () => {
    const text = around(
      "1. Sách được trả trước\n01.01.2020. Mức tiền là\n1.500.000 đồng.\n2. Bảng:\nSTT\n1a.\nSách\n3. Hết.\n",
    );
    expect(addresses(cutLaw(text, { depth: "khoan" }))).toEqual([
      "DIEU-1",
      "DIEU-1/KHOAN-1",
      "DIEU-1/KHOAN-2",
      "DIEU-1/KHOAN-3",
    ]);
  });
});

describe("quotation marks", () => {
  const amended = (quoted: string): string =>
    around(
      `Điều 2. Sửa đổi Luật cũ\n1. Sửa đổi, bổ sung Điều 3 như sau:\n${quoted}\n2. Bãi bỏ Điều 9.\nĐiều 3. Hiệu lực\nLuật này có hiệu lực ngay.\n`,
    );
  const wanted = ["DIEU-1", "DIEU-2", "DIEU-2/KHOAN-1", "DIEU-2/KHOAN-2", "DIEU-3"];
  test.each([
    ["curved", "“Điều 3. Sách\n1. Một.\n2. Hai.”."],
    ["straight", '"Điều 3. Sách\n1. Một.\n2. Hai.".'],
    ["a closing one in place of the opening one", "”Điều 3. Sách\n1. Một.\n2. Hai.”."],
    ["one inside another", "“Điều 3. Sách\n1. Cụm từ “một” là một.\n2. Hai.”."],
    ["no opening one", "Điều 3. Sách\n1. Một.\n2. Hai.”."],
    ["angular", "«Điều 3. Sách\n1. Một.\n2. Hai.»."],
  ])("hold an article of another law: %s", (_, quoted) => {
    expect(addresses(cutLaw(amended(quoted), { depth: "khoan" }))).toEqual(wanted);
  });
  test("that are forgotten in a sentence do not swallow what follows", () => {
    expect(
      addresses(cutLaw(around("Cụm từ “thư viện được hiểu rộng.\nĐiều 2. Sách\nSách là sách.\nĐiều 3. Hết\nHết.\n"))),
    ).toEqual(["DIEU-1", "DIEU-2", "DIEU-3"]);
  });
  test("around what is missing outside are refused, with the line that opens them", () => {
    expect(refusedLaw(around("“Mở đầu.\nĐiều 2. Sách\nSách.\nHết.”.\nĐiều 3. Hết\nHết.\n"))).toMatchObject({
      line: 6,
      reason: expect.stringContaining("line 5 opens a quotation around it"),
    });
    expect(refusedLaw(around("“Mở đầu.\nĐiều 2. Sách\nSách.\nHết.”.\n"))).toMatchObject({
      line: 6,
      reason: expect.stringContaining("that nothing announces"),
    });
  });
  test("that are missing altogether leave two readings", () => {
    expect(refusedLaw(amended("Điều 3. Sách\nMột.\nĐiều 4. Báo\nHai."))).toMatchObject({
      line: 12,
      reason: "lines 7 and 12 both read as Điều 3; a hints file decides",
    });
  });
});

describe("pages", () => {
  test("have running heads that are no text between a heading and its title", () => {
    const page = (number: number): string => `\n${number}\nThư viện pháp luật của làng\n\n`;
    const text = around(`${page(2)}Làng có đình${page(3)}Điều 2. Đình\nĐình là nơi họp.${page(4)}Điều 3. Hết\nHết.\n`);
    expect(findingLines(cutLaw(text), "weak_heading")).toEqual([]);
    expect(addresses(cutLaw(text))).toEqual(["DIEU-1", "DIEU-2", "DIEU-3"]);
  });
  test("may carry annexes without any signature before them", () => {
    const manifest = cutLaw(around("\nPHỤ LỤC\nDANH MỤC\n\nĐiều khoản mẫu.\n"), { annexes: true });
    expect(addresses(manifest)).toEqual(["DIEU-1", "PHU-LUC"]);
    expect(unitOf(manifest, "PHU-LUC")).toMatchObject({
      eid: "att",
      title: "PHỤ LỤC DANH MỤC",
      body: "Điều khoản mẫu.",
    });
    expect(addresses(cutLaw(around("Mẫu theo\nPhụ lục số 2 kèm theo Luật này.\n"), { annexes: true }))).toEqual([
      "DIEU-1",
    ]);
  });
});

test("a page break behind a heading whose name is missing is blank, not text that no unit carries", () => {
  expect(
    addresses(
      cutLaw(
        "LUẬT LÀNG\n\n### Điều 1. Làng\n\nLàng là nơi ở.\n\n### Mục 1 - \f\n\n### Điều 2. Hiệu lực\n\nLuật này có hiệu lực ngay.\n",
      ),
    ),
  ).toEqual(["DIEU-1", "MUC-1", "DIEU-2"]);
});
