// Titles as people read them: whole sentences in one line, while the bytes of their breaks are kept and proven.
import { expect, test } from "vitest";
import { proveLossless } from "../../../../runner/rules/lossless.ts";
import { addresses, cutLaw, law, unitOf } from "../../../support/law.ts";

const rest = "\nĐiều 2. Hết\nHết.\n";
const titled = (heading: string, address = "DIEU-1"): string =>
  unitOf(cutLaw(`LUẬT LÀNG\n\n${heading}\n\nLàng là nơi ở.\n${rest}`), address).title;

test.each([
  ["a blank line", "### Điều 1. Việc họp của làng theo quy định của pháp luật về hội\n\nhọp và về đình"],
  ["a line ending", "Điều 1. Việc họp của làng theo quy định của pháp luật về hội\nhọp và về đình"],
  ["a line ending and marks", "**Điều 1. Việc họp của làng theo quy định của pháp luật về hội**\n**họp và về đình**"],
  ["CRLF", "Điều 1. Việc họp của làng theo quy định của pháp luật về hội\r\nhọp và về đình"],
  ["a line separator", "Điều 1. Việc họp của làng theo quy định của pháp luật về hội\u2028họp và về đình"],
])("a title over %s is one sentence in one line", (_, heading) => {
  expect(titled(heading)).toBe("Điều 1. Việc họp của làng theo quy định của pháp luật về hội họp và về đình");
});

test.each([
  ["Chương I\nQUY ĐỊNH VỀ LÀNG VÀ\n\nVỀ ĐÌNH\n\nĐiều 1. Làng", "Chương I QUY ĐỊNH VỀ LÀNG VÀ VỀ ĐÌNH"],
  ["## Chương I\n\n## QUY ĐỊNH CHUNG\n\nĐiều 1. Làng", "Chương I QUY ĐỊNH CHUNG"],
  ["## Chương I<br>QUY ĐỊNH CHUNG\n\nĐiều 1. Làng", "Chương I QUY ĐỊNH CHUNG"],
  ["Chương I\nSỬA ĐỔI THÔNG TƯ SỐ\n37/2013/TT-LÀNG\nĐiều 1. Làng", "Chương I SỬA ĐỔI THÔNG TƯ SỐ 37/2013/TT-LÀNG"],
])("the title of a chapter is one line: %j", (heading, wanted) => {
  expect(titled(heading, "CHUONG-1")).toBe(wanted);
});

test("a title does not take the text below it over a blank line", () => {
  expect(titled("Điều 1. Làng")).toBe("Điều 1. Làng");
});

test("a row whose title lacks a word, or that carries the break itself, is not proven", () => {
  const bytes = Buffer.from(`LUẬT LÀNG\n\nChương I\n**LÀNG**\n\nĐiều 1. Làng\nLàng.\n`);
  const taken = law(bytes);
  if (taken.refusal) throw new Error(taken.refusal.reason);
  const { manifest } = taken;
  expect(unitOf(manifest, "CHUONG-1").title_breaks).toHaveLength(1);
  expect(proveLossless(bytes, manifest, taken.rows).ok).toBe(true);
  for (const title of ["Chương I\n**LÀNG", "Chương I", "Chương I  LÀNG", "Chương ILÀNG"]) {
    const rows = taken.rows.map((row, index) => (index === 0 ? { ...row, title } : row));
    expect(proveLossless(bytes, manifest, rows).ok).toBe(false);
  }
  const [first] = manifest.units;
  if (first === undefined) throw new Error("no unit");
  const start = first.title_start;
  const swallowed = {
    ...manifest,
    units: [
      { ...first, title_breaks: [{ byte_start: start + 2, byte_end: first.title_end - 2 }] },
      ...manifest.units.slice(1),
    ],
  };
  expect(
    proveLossless(
      bytes,
      swallowed,
      taken.rows.map((row, index) => (index === 0 ? { ...row, title: "Ch NG" } : row)),
    ).ok,
  ).toBe(false);
});

test.each(["(1)", "1)", "1 –"])(
  "clauses numbered %s right below a long title are clauses, not the rest of the title",
  (first) => {
    const one = "Người giữ sách chịu trách nhiệm theo quy định tại khoản 1 Điều 3 của Luật này.";
    const number = (sign: string): string => first.replace("1", sign);
    const cut = cutLaw(
      `LUẬT\nĐiều 1. Sách\nLời.\nĐiều 2. Trách nhiệm của xã và của người giữ sách đối với thư viện\n${number("1")} ${one}\n${number("2")} ${one}\nĐiều 3. Hai\nLời.\n`,
      { depth: "khoan" },
    );
    expect(addresses(cut)).toEqual(["DIEU-1", "DIEU-2", "DIEU-2/KHOAN-1", "DIEU-2/KHOAN-2", "DIEU-3"]);
  },
);
