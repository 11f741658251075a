// A code of law as long as the longest ones: 689 articles in 27 chapters, about a megabyte.

/** Articles of the code. */
export const ARTICLES = 689;
const CHAPTERS = 27;
const SENTENCE =
  "Cá nhân, pháp nhân xác lập, thực hiện, chấm dứt quyền, nghĩa vụ dân sự của mình trên cơ sở tự do, tự nguyện cam kết, thỏa thuận. ";

const roman = (number: number): string =>
  ["", "X", "XX"][Math.floor(number / 10)] +
  (["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][number % 10] ?? "");

/** The text of the code. */
export function longLaw(): string {
  const lines = ["BỘ LUẬT MẪU", "", "Quốc hội ban hành Bộ luật mẫu.", ""];
  let chapter = 0;
  for (let article = 1; article <= ARTICLES; article += 1) {
    if ((article - 1) % Math.ceil(ARTICLES / CHAPTERS) === 0) {
      chapter += 1;
      lines.push(`Chương ${roman(chapter)}`, "QUY ĐỊNH VỀ QUYỀN DÂN SỰ", "");
    }
    lines.push(`Điều ${article}. Quyền thứ ${article} của cá nhân`, "");
    for (let clause = 1; clause <= 5; clause += 1)
      lines.push(`${clause}. ${SENTENCE.repeat(2)}Số ${article * 10 + clause}.`, "");
  }
  return `${lines.join("\n")}\n`;
}
