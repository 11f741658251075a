import { describe, expect, test } from "vitest";
import {
  addresses,
  cutLaw,
  findingLines,
  law,
  levels,
  ownLaw,
  ownLaws,
  parents,
  refusedLaw,
  unitOf,
} from "../../../support/law.ts";

describe("a law with every level", () => {
  const deep = cutLaw(ownLaw("luat-thu-vien.txt"), { depth: "diem" });
  test("is cut into parts, chapters, sections, subsections, articles, clauses and points in their order", () => {
    expect(addresses(deep)).toEqual([
      "PHAN-1",
      "PHAN-1/CHUONG-1",
      "DIEU-1",
      "DIEU-2",
      "DIEU-2/KHOAN-1",
      "DIEU-2/KHOAN-2",
      "DIEU-2/KHOAN-2/DIEM-A",
      "DIEU-2/KHOAN-2/DIEM-B",
      "DIEU-2/KHOAN-2/DIEM-C",
      "DIEU-2/KHOAN-2/DIEM-D",
      "DIEU-2/KHOAN-2/DIEM-DD",
      "DIEU-2/KHOAN-2/DIEM-E",
      "DIEU-2/KHOAN-3",
      "DIEU-2A",
      "PHAN-1/CHUONG-2",
      "PHAN-1/CHUONG-2/MUC-1",
      "PHAN-1/CHUONG-2/MUC-1/TIEU-MUC-1",
      "DIEU-3",
      "DIEU-3/KHOAN-1",
      "DIEU-3/KHOAN-2",
      "DIEU-3/KHOAN-2/DIEM-A",
      "DIEU-3/KHOAN-2/DIEM-A1",
      "DIEU-3/KHOAN-2/DIEM-B",
      "PHAN-1/CHUONG-2/MUC-1/TIEU-MUC-2",
      "DIEU-4",
      "PHAN-1/CHUONG-2/MUC-2",
      "DIEU-5",
      "PHAN-2",
      "PHAN-2/CHUONG-3",
      "DIEU-6",
    ]);
  });
  test("names as parent what encloses a unit, although articles have addresses of their own", () => {
    expect(parents(deep)).toMatchObject({
      "PHAN-1": null,
      "PHAN-1/CHUONG-2": "PHAN-1",
      "DIEU-3": "PHAN-1/CHUONG-2/MUC-1/TIEU-MUC-1",
      "DIEU-5": "PHAN-1/CHUONG-2/MUC-2",
      "DIEU-6": "PHAN-2/CHUONG-3",
      "DIEU-2/KHOAN-2": "DIEU-2",
      "DIEU-2/KHOAN-2/DIEM-DD": "DIEU-2/KHOAN-2",
    });
  });
  test("carries level, number, section type and eId on each unit", () => {
    expect(unitOf(deep, "PHAN-1/CHUONG-2/MUC-1/TIEU-MUC-2")).toMatchObject({
      level: "subsection",
      number: "2",
      section_type: "section",
      eid: "part_1__chp_2__sec_1__subsec_2",
    });
    expect(unitOf(deep, "DIEU-2A")).toMatchObject({
      level: "article",
      number: "2a",
      section_type: "article",
      eid: "art_2a",
    });
    expect(unitOf(deep, "DIEU-2/KHOAN-2")).toMatchObject({
      level: "clause",
      number: "2",
      section_type: "paragraph",
      eid: "art_2__cl_2",
    });
    expect(unitOf(deep, "DIEU-2/KHOAN-2/DIEM-DD")).toMatchObject({
      level: "point",
      number: "đ",
      section_type: "paragraph",
      eid: "art_2__cl_2__point_đ",
    });
  });
  test("titles a section by number and name and takes that as its body where nothing else stands", () => {
    expect(unitOf(deep, "PHAN-1/CHUONG-1")).toMatchObject({
      title: "Chương I PHẠM VI VÀ NGUYÊN TẮC",
      body: "Chương I\nPHẠM VI VÀ NGUYÊN TẮC",
    });
  });
  test("gives an article its introduction as body, and its title where it begins with a clause", () => {
    expect(unitOf(deep, "DIEU-2").body).toBe("Trong Luật này, các từ ngữ dưới đây được hiểu như sau:");
    expect(unitOf(deep, "DIEU-3").body).toBe("Điều 3. Đơn");
    expect(unitOf(deep, "DIEU-2/KHOAN-1")).toMatchObject({
      title: "1.",
      body: "Thư viện làng là nơi giữ sách của làng từ ngày 01.01.2020.",
    });
  });
  test("is cut as deep as asked", () => {
    expect(levels(cutLaw(ownLaw("luat-thu-vien.txt")))).toEqual({
      part: 2,
      chapter: 3,
      article: 7,
      section: 2,
      subsection: 2,
    });
    expect(levels(cutLaw(ownLaw("luat-thu-vien.txt"), { depth: "khoan" }))).toMatchObject({ clause: 5, article: 7 });
  });
  test("leaves signatures and annexes outside, or cuts annexes when asked", () => {
    expect(findingLines(deep, "tail", "annex_articles")).toEqual(["72 tail", "78 annex_articles"]);
    const annexed = cutLaw(ownLaw("luat-thu-vien.txt"), { annexes: true });
    expect(addresses(annexed).slice(-2)).toEqual(["PHU-LUC-1", "PHU-LUC-2"]);
    expect(unitOf(annexed, "PHU-LUC-2")).toMatchObject({
      section_type: "appendix",
      level: "annex",
      eid: "att_2",
      parent: null,
      title: "PHỤ LỤC II MẪU ĐƠN",
    });
    expect(unitOf(annexed, "PHU-LUC-2").body).toMatch(/^Điều 1\. Người làm đơn\n/);
  });
});

describe("what is not structure", () => {
  test("articles and clauses that an amending decree quotes stay its text, also over a page break and without an opening mark", () => {
    const manifest = cutLaw(ownLaw("nghi-dinh-sua-doi.txt"), { depth: "diem" });
    expect(addresses(manifest)).toEqual([
      "DIEU-1",
      "DIEU-1/KHOAN-1",
      "DIEU-1/KHOAN-2",
      "DIEU-1/KHOAN-3",
      "DIEU-1/KHOAN-4",
      "DIEU-1/KHOAN-5",
      "DIEU-2",
      "DIEU-3",
    ]);
    expect(unitOf(manifest, "DIEU-1").title).toBe(
      "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 5/2030/NĐ-CP về việc giữ sách của thư viện làng",
    );
    expect(unitOf(manifest, "DIEU-1/KHOAN-1").body).toContain("3. Sách rách được vá.”.");
    expect(unitOf(manifest, "DIEU-1/KHOAN-5").body).toContain("Điều 4. Giờ mở cửa");
    expect(findingLines(manifest, "reference")).toEqual(["34 reference"]);
  });
  test("footnotes keep their place and open no unit, also when they go on at the foot of the next page", () => {
    const manifest = cutLaw(ownLaw("van-ban-hop-nhat.txt"), { depth: "diem" });
    expect(addresses(manifest)).toEqual([
      "CHUONG-1",
      "DIEU-1",
      "DIEU-1/KHOAN-1",
      "DIEU-1/KHOAN-2",
      "DIEU-1A",
      "DIEU-1A/KHOAN-1",
      "DIEU-1A/KHOAN-1/DIEM-A",
      "DIEU-1A/KHOAN-1/DIEM-B",
      "DIEU-2",
      "DIEU-3",
    ]);
    expect(unitOf(manifest, "DIEU-1/KHOAN-1").title).toBe("1.3");
    expect(unitOf(manifest, "DIEU-1A/KHOAN-1/DIEM-A").title).toBe("a)5");
    expect(unitOf(manifest, "DIEU-3").body).toContain("Điều 3. Quy định chuyển tiếp");
    expect(findingLines(manifest, "footnotes", "gap")).toEqual(["12 footnotes"]);
  });
  test("notes listed behind the text quote other laws without being cut", () => {
    expect(addresses(cutLaw(ownLaw("chu-thich-cuoi.txt"), { depth: "diem" }))).toEqual([
      "CHUONG-1",
      "DIEU-1",
      "DIEU-1/KHOAN-1",
      "DIEU-1/KHOAN-2",
      "DIEU-1/KHOAN-2/DIEM-A",
      "DIEU-1/KHOAN-2/DIEM-B",
      "DIEU-2",
      "DIEU-3",
    ]);
  });
  test("front matter, bold marks and heading depths of Markdown mean nothing", () => {
    const manifest = cutLaw(ownLaw("bo-luat-danh-dau.md"), { depth: "diem" });
    expect(addresses(manifest)).toEqual([
      "CHUONG-1",
      "DIEU-1",
      "CHUONG-2",
      "CHUONG-2/MUC-1",
      "DIEU-2",
      "DIEU-2/KHOAN-1",
      "DIEU-2/KHOAN-2",
      "DIEU-2/KHOAN-2/DIEM-A",
      "DIEU-2/KHOAN-2/DIEM-B",
      "CHUONG-2/MUC-2",
      "DIEU-3",
    ]);
    expect(unitOf(manifest, "DIEU-2/KHOAN-1").body).toBe("_Người giữ sách_ là người do xã cử.");
    expect(unitOf(manifest, "DIEU-2/KHOAN-2")).toMatchObject({ title: "2.", body: "Sách được giữ:" });
  });
  test.each([
    ["trang-wiki.md", ["PHAN-1", "PHAN-1/CHUONG-1", "DIEU-1", "DIEU-2", "PHAN-2", "DIEU-3"]],
    ["trang-wiki-theo-chuong.md", ["PHAN-1", "PHAN-1/CHUONG-1", "DIEU-1", "PHAN-1/CHUONG-2", "DIEU-2"]],
  ])("navigation and edit marks of %s are no sections", (name, wanted) => {
    expect(addresses(cutLaw(ownLaw(name)))).toEqual(wanted);
  });
  test("a list of contents is told from the articles it lists", () => {
    const manifest = cutLaw(ownLaw("muc-luc.txt"));
    expect(unitOf(manifest, "DIEU-1").line).toBe(14);
    expect(findingLines(manifest, "contents")).toEqual(["5 contents"]);
  });
});

describe("articles without a name", () => {
  const manifest = cutLaw(ownLaw("khong-ten-dieu.txt"), { depth: "khoan" });
  test("are titled by their number, and a sentence behind it is their body", () => {
    expect(unitOf(manifest, "DIEU-1")).toMatchObject({
      title: "Điều 1",
      body: "Làng là một làng.\nViệc làng do người làng định.",
    });
    expect(unitOf(manifest, "DIEU-2")).toMatchObject({ title: "Điều 2.", body: "Làng có đình, có giếng và có chợ." });
    expect(unitOf(manifest, "DIEU-3").title).toBe("Điều 3. Người làng");
  });
  test("may number their clauses in the older ways", () => {
    expect(addresses(manifest)).toEqual([
      "CHUONG-1",
      "DIEU-1",
      "DIEU-2",
      "DIEU-3",
      "DIEU-3/KHOAN-1",
      "DIEU-3/KHOAN-2",
      "DIEU-4",
      "DIEU-4/KHOAN-1",
      "DIEU-4/KHOAN-2",
    ]);
    expect(unitOf(manifest, "DIEU-3/KHOAN-2").title).toBe("2-");
  });
});

describe("what cannot be decided", () => {
  test("is refused with both lines", () => {
    expect(refusedLaw(ownLaw("hai-cach-doc.txt"))).toEqual({
      code: "STOP_REFUSED_INPUT",
      line: 15,
      reason: "lines 6 and 15 both read as Điều 4; a hints file decides",
    });
  });
  test("is cut as an operator's hint says, and the hint is part of what is signed", () => {
    const text = cutLaw(ownLaw("hai-cach-doc.txt"), { hints: [{ line: 6, reads: "text", reason: "it is quoted" }] });
    expect(addresses(text)).toEqual(["DIEU-1", "DIEU-2", "DIEU-3", "DIEU-4"]);
    expect(unitOf(text, "DIEU-4").line).toBe(15);
    const other = cutLaw(ownLaw("hai-cach-doc.txt"), {
      hints: [{ line: 6, reads: "text", reason: "for another reason" }],
    });
    expect(other.manifest_digest).not.toBe(text.manifest_digest);
  });
  test("is not settled by a hint that names a line without such a form or outside the document", () => {
    expect(
      refusedLaw(ownLaw("hai-cach-doc.txt"), { hints: [{ line: 4, reads: "heading", reason: "x" }] }),
    ).toMatchObject({ line: 4, reason: expect.stringContaining("has the form of none") });
    expect(
      refusedLaw(ownLaw("hai-cach-doc.txt"), { hints: [{ line: 400, reads: "text", reason: "x" }] }),
    ).toMatchObject({ line: 400, reason: expect.stringContaining("not in the region") });
  });
  test("is nothing to a text that is no law, which is refused in one line", () => {
    expect(refusedLaw(ownLaw("khong-phai-luat.txt"))).toEqual({
      code: "STOP_REFUSED_INPUT",
      line: 1,
      reason: "no article (`Điều 1.`) of a Vietnamese law",
    });
  });
  test("includes more units than the cap", () => {
    expect(refusedLaw(ownLaw("luat-thu-vien.txt"), { units: 15 })).toMatchObject({
      code: "STOP_REFUSED_INPUT",
      reason: "16 units; the cap is 15",
    });
    expect(law(ownLaw("luat-thu-vien.txt"), { units: 16 }).refusal).toBeUndefined();
  });
});

test("every own law is in one of these tests", () => {
  expect(ownLaws()).toHaveLength(11);
});
