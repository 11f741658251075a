// Laws as gazettes, web sites and scanners print them: each test is named after what a person would have seen before.
import { describe, expect, test } from "vitest";
import { addresses, cutLaw, findingLines, law, refusedLaw, unitOf } from "../../../support/law.ts";

const DEPTHS = ["dieu", "khoan", "diem"] as const;
/** Addresses of articles and sections at a depth. */
const heads = (source: string, depth: (typeof DEPTHS)[number]): string[] =>
  addresses(cutLaw(source, { depth })).filter((one) => !/KHOAN|DIEM/u.test(one));
/** The same at every depth: what is asked deeper must not lose an article. */
function everyDepth(source: string, wanted: readonly string[]): void {
  for (const depth of DEPTHS) expect(heads(source, depth)).toEqual(wanted);
}
const articles = (count: number): string[] => Array.from({ length: count }, (_, index) => `DIEU-${index + 1}`);
const head = "LUẬT LÀNG\n\nĐiều 1. Làng\nLàng là nơi ở.\n\n";
const tail = "Điều 3. Hiệu lực\nLuật này có hiệu lực ngay.\n";
const BODY = "Đình là nơi họp.\n\n";

describe("a footnote that is none", () => {
  test("does not swallow articles behind a cubic metre", () => {
    everyDepth(
      `LUẬT LÀNG\n\nĐiều 1. Nước\nMỗi nhà lấy 2 m3 nước.\n3 Nhà được gấp đôi.\nĐiều 2. Đất\nMột sào.\nĐiều 3. Hết\nHết.\n`,
      articles(3),
    );
  });
  test("does not swallow a law whose reference is wrapped behind a stray page number", () => {
    everyDepth(
      `NGHỊ ĐỊNH\n\n2\n\n### Điều 1. Mức\n\nMức bằng 1,3 lần mức ở khoản\n3 Điều 16 Nghị định này.\n\n### Điều 2. Người\n\nMọi người.\n\n### Điều 3. Hết\n\nHết.\n`,
      articles(3),
    );
  });
  test.each([
    ["an item in brackets", "Sách được mượn (1) và đọc (2).\n(1) Sách mượn phải trả."],
    ["a note without a blank line behind it", "Sách quý1.\n1 Khoản này được sửa đổi theo Luật số 2."],
  ])("does not swallow the chapter below: %s", (_, text) => {
    everyDepth(`LUẬT LÀNG\n\nChương I\nCHUNG\n\nĐiều 1. Sách\n${text}\nChương II\nHẾT\nĐiều 2. Hết\nHết.\n`, [
      "CHUONG-1",
      "DIEU-1",
      "CHUONG-2",
      "DIEU-2",
    ]);
  });
  test("ends before a line that is written as a heading", () => {
    const page = "\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n3\n\n";
    everyDepth(
      `LUẬT LÀNG1\n\n### Điều 1. Làng\n\nLàng.\n\n1 Luật này được sửa đổi theo Luật số 2\n\n### Điều 2. Đình\n\nĐình.${page}### Điều 3. Hết\n\nHết.\n`,
      articles(3),
    );
  });
  test("that goes on at the foot of the next page does not take the chapter above it", () => {
    everyDepth(
      `LUẬT LÀNG\nHội đồng làng ban hành Luật1.\n\n1 Luật số 2 có căn cứ ban hành như sau:\n“Căn cứ lệ làng, Luật Đình và Luật\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n10\n\nChương I\nCHUNG\n\nĐiều 1. Làng\nLàng là nơi ở.\n\nChợ và Luật Giếng.”\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n11\n\nĐiều 2. Đình\nĐình.\n`,
      ["CHUONG-1", ...articles(2)],
    );
  });
  test("whose unclosed quotation runs over the last articles lets them be cut", () => {
    const text = `LUẬT LÀNG1\n\nĐiều 1. Làng9\nLàng.\n\n1 Luật này được sửa đổi theo Luật số 1.\n9 Điều 2 của Luật số 9 quy định như sau:\n“Điều 2. Hiệu lực\nNăm 2016.\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n3\n\nĐiều 2. Đình\nĐình.\nĐiều 3. Hết\nHết.\n\nCác quy định khác giữ nguyên.”.\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n4\n\nHết.\n`;
    everyDepth(text, articles(3));
  });
  test("is told from a real one by the blank rule that the printer left at the foot of the page", () => {
    const rule = " ".repeat(60);
    const text = `LUẬT LÀNG\nLàng ban hành Luật1.\n${rule}\n1 Luật số 2 có căn cứ ban hành như sau: “Căn cứ lệ làng,\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n2\n\nĐiều 1. Làng\nLàng là nơi\n${rule}\nlệ đình và lệ chợ.”\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n3\n\nở của dân.\nĐiều 2. Đình\nĐình.\n`;
    everyDepth(text, articles(2));
  });
  test("that fills exactly the gap of the articles refuses with its line", () => {
    const text = `LUẬT LÀNG1\n\nĐiều 1. Làng\nLàng.\n\n1 Luật số 2 quy định như sau:\nĐiều 2. Đình\n\nCÔNG BÁO/Số 7/Ngày 02-01-2024\n3\n\nĐiều 3. Hết\nHết.\n`;
    for (const depth of DEPTHS) {
      const taken = law(text, { depth });
      if (taken.refusal) expect(taken.refusal.reason).toContain("reads as Điều 2, which is missing");
      else expect(addresses(taken.manifest).filter((one) => /^DIEU-\d+$/u.test(one))).toEqual(articles(3));
    }
  });
});

describe("an unclosed quotation mark", () => {
  test("does not delete the chapters behind it", () => {
    everyDepth(
      `LUẬT LÀNG\n\nChương I\nCHUNG\n\nĐiều 1. Cụm từ\n1. Thay cụm từ như sau:\n“đình làng\n2. Luật này nói về đình.\n\nChương II\nĐÌNH\n\nĐiều 2. Đình\nĐình.\n\nChương III\nHẾT\n\nĐiều 3. Hết\nHết.\n`,
      ["CHUONG-1", "DIEU-1", "CHUONG-2", "DIEU-2", "CHUONG-3", "DIEU-3"],
    );
  });
  test("of a quoted article leaves the chapters behind it as sections with a finding", () => {
    const text = `THÔNG TƯ\n\nChương I\nSỬA ĐỔI THÔNG TƯ CŨ\nĐiều 1. Bổ sung Điều 4a\n“Điều 4a. Đình\nĐình là nơi họp.\n\nChương II\nSỬA ĐỔI THÔNG TƯ MỚI\nĐiều 2. Bãi bỏ\nBãi bỏ Điều 9.\n\nChương III\nTHI HÀNH\nĐiều 3. Hết\nHết.\n`;
    everyDepth(text, ["CHUONG-1", "DIEU-1", "CHUONG-2", "DIEU-2", "CHUONG-3", "DIEU-3"]);
    expect(findingLines(cutLaw(text), "quotation")).toEqual(["6 quotation"]);
  });
  test.each([
    [
      "single marks",
      "‘Điều 7a. Đình\n\nĐình.’\n\n2. Sửa đổi Điều 9 như sau:\n\n‘Điều 9. Chợ\n\nChợ.\n\nĐiều 9a. Giếng\n\nGiếng.’",
    ],
    ["marks of Markdown", "> Điều 7a. Đình\n>\n> Đình.\n>\n> Điều 7b. Chợ\n>\n> Chợ."],
    ["one pair around three articles", "“Điều 7a. Đình\n\nĐình.\n\nĐiều 7b. Chợ\n\nChợ.\n\nĐiều 7c. Giếng\n\nGiếng.”."],
    ["doubled apostrophes", "''Điều 7a. Đình\n\nĐình.''."],
  ])("is none where quoted articles stand between %s", (_, quoted) => {
    everyDepth(
      `LUẬT SỬA ĐỔI\n\nĐiều 1. Sửa đổi Luật Làng\n\n1. Bổ sung Điều 7a như sau:\n\n${quoted}\n\nĐiều 2. Hết\n\nHết.\n`,
      articles(2),
    );
  });
});

describe("an introduction that ends in a colon", () => {
  test("does not refuse the article below it", () => {
    everyDepth(
      `${head}Việc họp thực hiện theo Luật Đình và được quy định chi tiết như sau:\nĐiều 2. Đình\n${BODY}${tail}`,
      articles(3),
    );
  });
  test("refuses nothing before a line that is written as a heading", () => {
    everyDepth(`${head}Sửa đổi Điều 4 như sau:\n\n### Điều 2. Đình\n\n${BODY}### ${tail}`, articles(3));
  });
});

describe("letters, breaks and markup", () => {
  test.each([
    ["a small Eth", "ðiều 2. Đình".replace("ð", "\u00d0")],
    ["an African D", "\u0189iều 2. Đình"],
    ["a Cyrillic letter", "Đі\u0435u 2. Đình".replace("\u0435u", "ều")],
    ["no-break entities", "**Điều&nbsp;2. Đình**"],
    ["a numeric entity", "**Điều&#160;2. Đình**"],
    ["a line separator behind the number", "Điều 2.\u2028Đình"],
    ["a link", "### [Điều 2. Đình](#dieu-2)"],
    ["a bullet", "- **Điều 2. Đình**"],
    ["a bullet of a word processor", "• Điều 2. Đình"],
    ["a bracket", "[Điều 2. Đình]"],
    ["a bar", "| Điều 2. Đình"],
    ["no blank behind the signs", "###Điều 2. Đình"],
    ["a slash", "Điều 2/ Đình"],
    ["no stop", "Điều 2 Đình làng"],
    ["a written number", "Điều thứ hai. Đình"],
    ["the name twice", "## Điều 2. ĐìnhĐiều 2. Đình"],
    ["a tag", "<h3>Điều 2. Đình</h3>"],
    ["a scanned mark", "Điểu 2. Đình"],
    ["a full-width stop", "Điều 2． Đình"],
  ])("in a heading with %s do not lose the article", (_, heading) => {
    everyDepth(`${head}${heading}\n\n${BODY}${tail}`, articles(3));
  });
  test("of a heading glued to the end of a line do not lose the article", () => {
    for (const glued of ["**Điều 2. Đình**", "Điều 2. Đình"]) {
      everyDepth(`LUẬT LÀNG\n\nĐiều 1. Làng\nLàng là nơi ở theo pháp luật. ${glued}\n${BODY}${tail}`, articles(3));
    }
    const cut = cutLaw(`LUẬT LÀNG\n\nĐiều 1. Làng\nLàng là nơi ở theo pháp luật. **Điều 2. Đình**\n${BODY}${tail}`);
    expect(unitOf(cut, "DIEU-1").body).toBe("Làng là nơi ở theo pháp luật.");
    expect(unitOf(cut, "DIEU-2")).toMatchObject({ title: "Điều 2. Đình", line: 4 });
  });
  test.each([["\v"], ["\u2028"], ["\u2029"], ["\u0085"]])("that end lines do so: %j", (end) => {
    everyDepth(`LUẬT LÀNG\n\nChương I\nCHUNG\n\n${head.slice(11)}Điều 2. Đình\n${BODY}${tail}`.replaceAll("\n", end), [
      "CHUONG-1",
      ...articles(3),
    ]);
  });
  test("between the number of a chapter and its name are a line ending, also as a vertical tab", () => {
    const cut = cutLaw("LUẬT LÀNG\n\nChương I\vCHUNG\nĐiều 1. Làng\nLàng.\n\nChương II\vHẾT\nĐiều 2. Hết\nHết.\n");
    expect(addresses(cut)).toEqual(["CHUONG-1", "DIEU-1", "CHUONG-2", "DIEU-2"]);
    expect(unitOf(cut, "CHUONG-1").title).toBe("Chương I CHUNG");
  });
  test("that insert an article by bis or a hyphen are its number", () => {
    everyDepth(`${head}Điều 1bis. Ao\nAo.\n\nĐiều 2. Đình\n${BODY}Điều 2-a. Sân\nSân.\n\n${tail}`, [
      "DIEU-1",
      "DIEU-1BIS",
      "DIEU-2",
      "DIEU-2A",
      "DIEU-3",
    ]);
  });
  test("of a table are refused, with the line and the word", () => {
    const table =
      "# LUẬT LÀNG\n\n| Việt | Anh |\n|---|---|\n| **Điều 1. Làng** | **Article 1** |\n| Làng. | Village. |\n";
    expect(refusedLaw(table)).toMatchObject({ line: 5, reason: expect.stringContaining("it stands in a table") });
  });
  test("that number an article of the codification are refused by that name", () => {
    expect(refusedLaw("Điều 37.7.LQ.1. Làng\n\nLàng.\n\nĐiều 37.7.LQ.2. Đình\n\nĐình.\n").reason).toContain(
      "Pháp điển",
    );
  });
  test("of a circular made of Roman sections are refused by that name", () => {
    expect(refusedLaw("THÔNG TƯ\n\nI. CHUNG\n1. Một.\n\nII. RIÊNG\n1. Một.\n")).toMatchObject({
      line: 3,
      reason: expect.stringContaining("2 sections with Roman numbers"),
    });
  });
});

describe("chapters", () => {
  test("without a stop and in small letters are cut above their sections", () => {
    everyDepth(
      `LUẬT LÀNG\n\nChương I Những quy định chung\n\nMục 1\nLÀNG\n\nĐiều 1. Làng\nLàng.\n\nChương II Thi hành\n\nMục 1\nHIỆU LỰC\n\nĐiều 2. Hết\nHết.\n`,
      ["CHUONG-1", "CHUONG-1/MUC-1", "DIEU-1", "CHUONG-2", "CHUONG-2/MUC-1", "DIEU-2"],
    );
  });
  test("named like an organ of the state end no law", () => {
    everyDepth(
      `LUẬT LÀNG\n\nChương I\nQUỐC HỘI\n\nĐiều 1. Làng\nLàng.\n\nChương II\nCHÍNH PHỦ\n\nĐiều 2. Đình\nĐình theo Phụ lục dưới đây:\nPHỤ LỤC I\nCột đình\n\nĐiều 3. Hết\nHết.\n`,
      ["CHUONG-1", "DIEU-1", "CHUONG-2", "DIEU-2", "DIEU-3"],
    );
  });
  test("that begin each page anew are no running heads", () => {
    const chapter = (number: string, page: number, first: number): string =>
      `\n${page}\n\nCHƯƠNG ${number}\n\nTÊN CHƯƠNG\n\n${page + 1}\n\nMỤC 1\n\nTÊN MỤC\n\nĐiều ${first}. Tên ${first}\nNội dung.\n`;
    everyDepth(`LUẬT LÀNG\n${chapter("I", 1, 1)}${chapter("II", 3, 2)}${chapter("III", 5, 3)}`, [
      ...["1", "2", "3"].flatMap((one) => [`CHUONG-${one}`, `CHUONG-${one}/MUC-1`, `DIEU-${one}`]),
    ]);
  });
  test("of a web site name their part again above each of them", () => {
    const chapter = (number: string, article: number): string =>
      `Phần thứ nhất\nLÀNG\n\nChương ${number}\nTÊN\n\nĐiều ${article}. Tên ${article}\nNội dung.\n\n`;
    everyDepth(`BỘ LUẬT LÀNG\n\n${chapter("I", 1)}${chapter("II", 2)}${chapter("III", 3)}`, [
      "PHAN-1",
      ...[1, 2, 3].flatMap((one) => [`PHAN-1/CHUONG-${one}`, `DIEU-${one}`]),
    ]);
  });
});

describe("two texts in one file", () => {
  const decision =
    "ỦY BAN LÀNG\n\nQUYẾT ĐỊNH\n\nĐiều 1. Ban hành kèm theo Quyết định này Quy chế làng.\nĐiều 2. Quyết định này có hiệu lực ngay.\nĐiều 3. Các xóm thi hành Quyết định này.\n\nTM. ỦY BAN LÀNG\nCHỦ TỊCH\n\nQUY CHẾ\nLàng\n\nChương I\nCHUNG\n\nĐiều 1. Phạm vi\nLàng.\n\nĐiều 2. Người\nMọi người.\n\nChương II\nHẾT\n\nĐiều 3. Xã\nXã.\n\nĐiều 4. Hết\nHết.\n";
  test("are refused with both lines and the sentinels, never cut as one with a list of contents", () => {
    for (const depth of DEPTHS) {
      expect(refusedLaw(decision, { depth })).toMatchObject({
        line: 18,
        reason: expect.stringMatching(/second text.*signature of line 9.*CUT:BEGIN.*CUT:END/u),
      });
    }
  });
  test("do not become one law by hints that call the first articles of the second text", () => {
    const hints = [18, 21, 27].map((line) => ({ line, reads: "text" as const, reason: "of the regulation" }));
    expect(refusedLaw(decision, { hints }).reason).toContain("second text");
    const all = [...hints, { line: 30, reads: "text" as const, reason: "of the regulation" }];
    expect(addresses(cutLaw(decision, { hints: all }))).toEqual(articles(3));
  });
  test("are one law with forms where lists and forms stand behind the signature", () => {
    const forms =
      "MẪU HỒ SƠ\n\nPhần 1. THỦ TỤC\nChương I. Chỉ dẫn\nPhần 2. YÊU CẦU\n\nTÓM TẮT\n\nPhần 1. THỦ TỤC\nChương I. Chỉ dẫn\nGồm các bước.\n";
    everyDepth(`${head}Điều 2. Đình\n${BODY}${tail}\nCHỦ TỊCH\n\n${forms}`, articles(3));
    everyDepth(
      `${head}Điều 2. Đình\n${BODY}${tail}\nKT. CHỦ TỊCH\n\nDANH MỤC VĂN BẢN\n\nsố 9\nĐiều 1\nĐược sửa đổi\n`,
      articles(3),
    );
  });
  test("are told from a list of contents, whose names come again", () => {
    const names = ["Làng", "Đình", "Hiệu lực"];
    const list = names.map((name, index) => `Điều ${index + 1}. ${name} ........ ${index + 3}`).join("\n");
    everyDepth(`MỤC LỤC\n${list}\n\n${head}Điều 2. Đình\n${BODY}${tail}`, articles(3));
  });
});

describe("a table in the last article", () => {
  test("has a total that is no signature", () => {
    const text = `${head}Điều 2. Dự toán\n1. Dự toán như sau:\nXóm A\n5 đồng\nTỔNG CỘNG\n5 đồng\n2. Xã giao dự toán.\n3. Luật này có hiệu lực ngay.\n\nCHỦ TỊCH\n`;
    expect(addresses(cutLaw(text, { depth: "khoan" })).slice(1)).toEqual([
      "DIEU-2",
      ...[1, 2, 3].map((one) => `DIEU-2/KHOAN-${one}`),
    ]);
  });
  test("has an office among its cells that ends nothing", () => {
    const text = `${head}Điều 2. Lương\n1. Lương như sau:\nCHỦ TỊCH\n70\n2. Lương trả hằng tháng.\n`;
    expect(addresses(cutLaw(text, { depth: "khoan" })).slice(1)).toEqual([
      "DIEU-2",
      "DIEU-2/KHOAN-1",
      "DIEU-2/KHOAN-2",
    ]);
  });
});

describe("hints", () => {
  const text = `${head}Điều 2a. Ao\nAo là ao.\n\nĐiều 2. Đình\n${BODY}${tail}`;
  test("accept a real article out of order", () => {
    expect(refusedLaw(text)).toMatchObject({ line: 6 });
    const hints = [{ line: 6, reads: "heading" as const, reason: "it is printed before Điều 2" }];
    for (const depth of DEPTHS) {
      expect(addresses(cutLaw(text, { depth, hints }))).toEqual(["DIEU-1", "DIEU-2A", "DIEU-2", "DIEU-3"]);
    }
  });
});
