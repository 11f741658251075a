// The look that all pages share, in light, dark and print: colours, type, the part at the side, tables, values from outside. What only
// one page has stands beside that page.

/** Style sheet of every page. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7;
  --side: #f1efe9;
  --ink: #22211f;
  --quiet: #5f5b54;
  --line: #d9d4c9;
  --link: #1d4f78;
  --good: #24623a;
  --good-paper: #e8f1ea;
  --alarm: #8c1d18;
  --alarm-paper: #fbeae8;
  --look: #7a4a00;
  --new: #d3ecd6;
  --gone: #f7d9d6;
  --hidden: #7b1fa2;
  --hidden-paper: #f3e6f8;
  --mark: #ffe58a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1b1c1e;
    --side: #232528;
    --ink: #e4e1da;
    --quiet: #aaa59b;
    --line: #3c3f43;
    --link: #9cc4e8;
    --good: #8fd0a2;
    --good-paper: #1f3326;
    --alarm: #ffb1a8;
    --alarm-paper: #45201d;
    --look: #f0c274;
    --new: #234b2c;
    --gone: #5a2a26;
    --hidden: #e0b3f2;
    --hidden-paper: #3d2747;
    --mark: #6a5300;
  }
}
* {
  box-sizing: border-box;
}
html {
  scroll-padding-top: 1rem;
}
body {
  margin: 0;
  display: grid;
  grid-template-columns: minmax(16rem, 23rem) minmax(0, 1fr);
  background: var(--paper);
  color: var(--ink);
  font:
    1.06rem/1.65 Charter,
    "Noto Serif",
    "Source Serif 4",
    Georgia,
    "DejaVu Serif",
    serif;
}
a {
  color: var(--link);
  text-underline-offset: 0.15em;
}
a:focus-visible,
button:focus-visible,
input:focus-visible,
summary:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
}
.skip {
  position: absolute;
  left: -99rem;
  top: 0;
  padding: 0.5rem 1rem;
  background: var(--paper);
  z-index: 2;
}
.skip:focus {
  left: 0;
}
nav {
  position: sticky;
  top: 0;
  height: 100vh;
  overflow-y: auto;
  padding: 1.2rem 1rem 3rem;
  background: var(--side);
  border-right: 1px solid var(--line);
  font:
    0.9rem/1.45 system-ui,
    "Noto Sans",
    "DejaVu Sans",
    sans-serif;
}
nav h2 {
  margin: 1.4rem 0 0.4rem;
  font-size: 0.8rem;
  letter-spacing: 0.04em;
  text-transform: uppercase;
  color: var(--quiet);
}
nav ul,
nav ol {
  list-style: none;
  margin: 0;
  padding: 0;
}
nav a {
  text-decoration: none;
}
nav a:hover {
  text-decoration: underline;
}
main {
  max-width: 46rem;
  padding: 2.2rem 2.5rem 6rem;
  overflow-wrap: anywhere;
  min-width: 0;
}
h1 {
  margin: 0.2rem 0 0.4rem;
  font-size: 1.9rem;
  line-height: 1.25;
  font-weight: 600;
}
h2 {
  margin: 0 0 0.7rem;
  font-size: 1.25rem;
  line-height: 1.3;
}
.opening {
  padding-bottom: 1.4rem;
}
.opening .then {
  margin: 0 0 0.8rem;
  font-size: 1.12rem;
}
.final h1,
.final .then {
  color: var(--alarm);
}
.quiet {
  color: var(--quiet);
  font-size: 0.92rem;
}
.good,
.alarm {
  padding: 0.5rem 0.8rem;
  border-radius: 4px;
  border-left: 4px solid;
}
.good {
  color: var(--good);
  background: var(--good-paper);
}
.alarm {
  color: var(--alarm);
  background: var(--alarm-paper);
  font-weight: 600;
}
.part {
  padding: 1.4rem 0;
  border-top: 1px solid var(--line);
}
dl {
  display: grid;
  grid-template-columns: minmax(9rem, 13rem) minmax(0, 1fr);
  gap: 0.25rem 1rem;
  margin: 0;
}
dt {
  color: var(--quiet);
}
dd {
  margin: 0;
}
code {
  font:
    0.86em/1.5 ui-monospace,
    "DejaVu Sans Mono",
    Consolas,
    monospace;
}
table {
  width: 100%;
  border-collapse: collapse;
  font-size: 0.95rem;
}
th,
td {
  padding: 0.3rem 0.6rem 0.3rem 0;
  text-align: left;
  vertical-align: top;
  border-bottom: 1px solid var(--line);
  font-weight: 400;
}
thead th {
  color: var(--quiet);
}
.report main {
  max-width: 70rem;
}
.report td,
.report th {
  overflow-wrap: break-word;
}
.report td code {
  overflow-wrap: anywhere;
}
.report td code.digest {
  display: block;
  max-width: 14ch;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.report td code.short {
  white-space: nowrap;
}
.report caption {
  caption-side: bottom;
  padding-top: 0.4rem;
  text-align: left;
  color: var(--quiet);
  font-size: 0.92rem;
}
.bars {
  width: 16rem;
  font-variant-numeric: tabular-nums;
}
.bar {
  display: block;
  width: 100%;
  height: 0.45rem;
  background: var(--side);
  fill: var(--link);
}
.hidden {
  color: var(--hidden);
  background: var(--hidden-paper);
  font:
    0.82em ui-monospace,
    "DejaVu Sans Mono",
    monospace;
  border-radius: 2px;
  padding: 0 0.1em;
}
@media (max-width: 60rem) {
  body {
    display: block;
  }
  nav {
    position: static;
    height: auto;
    max-height: 50vh;
    border-right: 0;
    border-bottom: 1px solid var(--line);
  }
  main {
    padding: 1.5rem 1.2rem 4rem;
  }
}
@media screen and (max-width: 44rem) {
  .report thead {
    display: none;
  }
  .report table,
  .report caption,
  .report tbody,
  .report tr,
  .report td {
    display: block;
  }
  .report tr {
    padding: 0.5rem 0;
    border-bottom: 1px solid var(--line);
  }
  .report td {
    padding: 0.1rem 0;
    border-bottom: 0;
    overflow-wrap: anywhere;
  }
  .report td::before {
    content: attr(data-of) ": ";
    color: var(--quiet);
  }
  .report td code.digest {
    display: inline-block;
    vertical-align: bottom;
  }
  .report td code.short {
    white-space: normal;
  }
}
@media print {
  :root {
    --paper: #fff;
    --ink: #000;
    --quiet: #444;
    --line: #bbb;
    --link: #000;
  }
  body {
    display: block;
    font-size: 10.5pt;
    line-height: 1.45;
  }
  nav,
  .skip {
    display: none;
  }
  main {
    max-width: none;
    padding: 0;
  }
  .report td code.digest {
    max-width: none;
    white-space: normal;
  }
}
`;
