// Clauses and points as they are printed: their forms, what looks like them, and where their numbers begin again.
import { describe, expect, test } from "vitest";
import { addresses, cutLaw, findingLines, refusedLaw, unitOf } from "../../../support/law.ts";

/** Addresses below the second of three articles. */
const inside = (text: string, depth: "khoan" | "diem" = "diem"): string[] =>
  addresses(
    cutLaw(`LUẬT LÀNG\n\nĐiều 1. Làng\nLàng là nơi ở.\n\nĐiều 2. Đình\n${text}\n\nĐiều 3. Hết\nHết.\n`, { depth }),
  )
    .filter((one) => one.startsWith("DIEU-2/"))
    .map((one) => one.slice("DIEU-2/".length));
const findings = (text: string, ...codes: string[]): string[] =>
  findingLines(cutLaw(`LUẬT LÀNG\n\nĐiều 1. Đình\n${text}\n\nĐiều 2. Hết\nHết.\n`, { depth: "diem" }), ...codes);

const LETTERS = ["a", "b", "c", "d", "đ"];
const POINTS = ["A", "B", "C", "D", "DD"].map((one) => `KHOAN-1/DIEM-${one}`);

describe("points", () => {
  test.each([
    ["a)", (one: string) => `${one})`],
    ["a.", (one: string) => `${one}.`],
    ["a/", (one: string) => `${one}/`],
    ["(a)", (one: string) => `(${one})`],
    ["a -", (one: string) => `${one} -`],
    ["Điểm a)", (one: string) => `Điểm ${one})`],
  ])("printed as %s are cut", (_, form) => {
    const text = `1. Đình có:\n${LETTERS.map((one) => `${form(one)} Cột đình;`).join("\n")}\n2. Sân đình.`;
    expect(inside(text)).toEqual(["KHOAN-1", ...POINTS, "KHOAN-2"]);
  });
  test("with a small Eth for đ are cut", () => {
    expect(
      inside("1. Đình có:\nd) Cột;\n\u00f0) Kèo.".replace("d) Cột", "a) Một;\nb) Hai;\nc) Ba;\nd) Cột")),
    ).toContain("KHOAN-1/DIEM-DD");
  });
  test("with d twice, as scanners read đ, are d and đ with a finding", () => {
    const text = "1. Đình có:\na) Một;\nb) Hai;\nc) Ba;\nd) Bốn;\nd) Năm;\ne) Sáu.";
    expect(inside(text)).toEqual(["KHOAN-1", ...POINTS, "KHOAN-1/DIEM-E"]);
    expect(findings(text, "letter")).toEqual(["9 letter"]);
  });
  test("with a letter that the order does not know are cut with a finding", () => {
    const text = `1. Đình có:\n${[..."abcdđeghijk"].map((one) => `${one}) Cột;`).join("\n")}`;
    expect(inside(text).slice(-3)).toEqual(["KHOAN-1/DIEM-I", "KHOAN-1/DIEM-J", "KHOAN-1/DIEM-K"]);
    expect(findings(text, "letter", "gap")).toEqual(["14 letter"]);
  });
  test("below 1.1 and 1.2 stay text of their clause with a finding", () => {
    const text = "1. Đình có:\n1.1. Cột:\na) Một;\nb) Hai.\n1.2. Kèo:\na) Ba;\nb) Bốn.\n2. Sân.";
    expect(inside(text)).toEqual(["KHOAN-1", "KHOAN-2"]);
    expect(findings(text, "points_left")).toEqual(["9 points_left"]);
  });
  test("that are typed twice are refused with both lines", () => {
    expect(() => inside("1. Đình có:\na) Một;\nb) Hai;\nb) Ba.")).toThrow(/both read as điểm b/u);
  });
});

describe("clauses", () => {
  test.each([
    ["1.", (one: number) => `${one}.`],
    ["1)", (one: number) => `${one})`],
    ["1/", (one: number) => `${one}/`],
    ["1 -", (one: number) => `${one} -`],
    ["(1)", (one: number) => `(${one})`],
    ["Khoản 1.", (one: number) => `Khoản ${one}.`],
  ])("printed as %s are cut", (form, number) => {
    const text = [1, 2, 3].map((one) => `${number(one)} Cột đình.`).join("\n");
    expect(inside(text, "khoan")).toEqual(["KHOAN-1", "KHOAN-2", "KHOAN-3"]);
    const cut = cutLaw(`LUẬT LÀNG\n\nĐiều 1. Đình\n${text}\n`, { depth: "khoan" });
    expect(unitOf(cut, "DIEU-1/KHOAN-1")).toMatchObject({ title: form, body: "Cột đình." });
  });
  test("whose number stands on a line of its own are cut", () => {
    expect(inside("1.\nCột đình làm bằng gỗ.\n2.\nKèo đình làm bằng tre.\n3.\nMái đình lợp rạ.", "khoan")).toEqual([
      "KHOAN-1",
      "KHOAN-2",
      "KHOAN-3",
    ]);
  });
  test("are no numbered rows of a table", () => {
    const text =
      "1. Lương như sau:\nChức danh\nMức\n1. Trưởng xóm\n70\n2. Phó xóm\n60\n2. Lương trả hằng tháng.\n3. Xóm chi trả.";
    expect(inside(text, "khoan")).toEqual(["KHOAN-1", "KHOAN-2", "KHOAN-3"]);
  });
  test("below Roman groups of one article are cut below each of them", () => {
    const text = "I. QUAN ĐIỂM\n1. Trồng cây.\n2. Tưới cây.\n\nII. MỤC TIÊU\n1. Một cây.\n2. Hai cây:\na) Đa;\nb) Đề.";
    expect(inside(text)).toEqual([
      "MUC-1",
      "MUC-1/KHOAN-1",
      "MUC-1/KHOAN-2",
      "MUC-2",
      "MUC-2/KHOAN-1",
      "MUC-2/KHOAN-2",
      "MUC-2/KHOAN-2/DIEM-A",
      "MUC-2/KHOAN-2/DIEM-B",
    ]);
    const cut = cutLaw(`QUYẾT ĐỊNH\n\nĐiều 1. Đình\n${text}\n`, { depth: "diem" });
    expect(unitOf(cut, "DIEU-1/MUC-2")).toMatchObject({
      title: "II. MỤC TIÊU",
      level: "group",
      eid: "art_1__sec_2",
      parent: "LAW/DIEU-1",
    });
  });
  test("inserted before their number are cut in the order of print", () => {
    expect(inside("1a. Đình có sân.\n1. Đình có cột.\n2. Đình có mái.", "khoan")).toEqual([
      "KHOAN-1A",
      "KHOAN-1",
      "KHOAN-2",
    ]);
  });
  test("that begin again without any group are refused with both lines", () => {
    const text = "LUẬT LÀNG\n\nĐiều 1. Đình\n1. Cột.\n2. Kèo.\n3. Mái.\n2. Sân.\n";
    expect(refusedLaw(text, { depth: "khoan" }).reason).toMatch(/^lines 5 and 7 both read as khoản 2/u);
    expect(addresses(cutLaw(text))).toEqual(["DIEU-1"]);
  });
});

describe("annexes", () => {
  const signed = "LUẬT LÀNG\n\nĐiều 1. Đình\nĐình.\n\nCHỦ TỊCH\n\n";
  const cutAnnexes = (text: string): string[] =>
    addresses(cutLaw(`${signed}${text}`, { annexes: true })).filter((one) => one.startsWith("PHU-LUC"));
  test("whose numbers carry the marker of a note are all cut", () => {
    expect(cutAnnexes("Phụ lục I1\nCỘT\n\nCột.\n\nPhụ lục II2\nKÈO\n\nKèo.\n\nPhụ lục III\nMÁI\n\nMái.\n")).toEqual([
      "PHU-LUC-1",
      "PHU-LUC-2",
      "PHU-LUC-3",
    ]);
  });
  test("that are listed first are cut where they stand", () => {
    expect(
      cutAnnexes("Phụ lục 1\nPhụ lục 2\n\nPhụ lục 1\nCỘT\nCột gỗ.\nCột đá.\n\nPhụ lục 2\nKÈO\nKèo tre.\nKèo gỗ.\n"),
    ).toEqual(["PHU-LUC-1", "PHU-LUC-2"]);
  });
  test("inside annexes are text of these, with a finding instead of a refusal", () => {
    const text =
      "PHỤ LỤC I\nCỘT\nCột gỗ.\nCột đá.\n\nPhụ lục số 1\nMẫu đơn.\n\nPHỤ LỤC II\nKÈO\nKèo tre.\nKèo gỗ.\n\nPhụ lục số 1\nMẫu đơn.\n";
    expect(cutAnnexes(text)).toEqual(["PHU-LUC-1", "PHU-LUC-2"]);
    expect(findingLines(cutLaw(`${signed}${text}`, { annexes: true }), "annexes_left")).toEqual(["13 annexes_left"]);
  });
});
