// What a program printed as a picture of a terminal: lines of text in an SVG, headings of steps and what passed in colour.

const LINE = 20;
const CHARACTER = 7.85;
const MARGIN = 18;
const BAR = 30;
const encoded = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** `title` says what it shows; `text` is shown as it is, with blanks kept. */
export function terminalPicture(title: string, text: string): string {
  const lines = text.trimEnd().split("\n");
  const width = Math.ceil(Math.max(...lines.map((line) => [...line].length)) * CHARACTER + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  const rows = lines.map(
    (line, index) =>
      `  <text x="${MARGIN}" y="${BAR + LINE * (index + 0.9)}"${classOf(line)} xml:space="preserve">${encoded(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${encoded(title)}">`,
    "  <!-- Made by node test/golden/record.mjs pictures from npm-start.txt. -->",
    "  <style>",
    '    text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d7dae0; }',
    "    .step { fill: #ffffff; font-weight: 700; } .typed { fill: #9cdcfe; } .good { fill: #8fd0a2; } .asks { fill: #f0c274; }",
    "  </style>",
    `  <rect width="${width}" height="${height}" rx="8" fill="#1b1f24"/>`,
    '  <circle cx="18" cy="15" r="5" fill="#ff5f56"/><circle cx="36" cy="15" r="5" fill="#ffbd2e"/><circle cx="54" cy="15" r="5" fill="#27c93f"/>',
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

function classOf(line: string): string {
  const kind = /^\$ /.test(line)
    ? "typed"
    : /^\d\. /.test(line)
      ? "step"
      : /\bpassed\b|signed|is cut and enacted/.test(line)
        ? "good"
        : /\basks for\b/.test(line)
          ? "asks"
          : undefined;
  return kind === undefined ? "" : ` class="${kind}"`;
}
