// What the reading page does in the browser: search, the list of places, marks of what was read, folded parts opened for paper.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const search = byId("search");
  const found = byId("found");
  const places = byId("places");
  const parts = [...document.querySelectorAll("#law > .unit, #law > .outside")];
  const units = parts.filter((part) => part.classList.contains("unit"));
  const entries = new Map([...document.querySelectorAll("#tree a")].map((link) => [link.hash.slice(1), link]));
  const SHOWN = 200;
  const AROUND = 40;

  const said = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));

  // Search: without accents and letter case, so that "dieu" finds "Điều".
  const plainOf = (character) => character.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  const plain = (text) => plainOf(text).replace(/\s+/g, " ");
  /** Address, title and text of a part as they stand, without the words of the page between them. */
  const ownText = (part) =>
    [...part.querySelectorAll(".address code, h3, .body, .beside")]
      .filter((piece) => piece.parentElement === part || piece.matches("code"))
      .map((piece) => piece.textContent)
      .join(" ");
  let texts;
  const textsOf = () => {
    texts ??= parts.map((part) => plain(ownText(part)));
    return texts;
  };

  /** The words around a hit as they stand, the hit marked. */
  const around = (part, wanted) => {
    const text = ownText(part).replace(/\s+/g, " ");
    // Where each character of the plain text comes from.
    let flat = "";
    const from = [];
    let at = 0;
    for (const character of text) {
      const bare = plainOf(character);
      for (let index = 0; index < bare.length; index += 1) from.push(at);
      flat += bare;
      at += character.length;
    }
    from.push(text.length);
    const start = flat.indexOf(wanted);
    const line = document.createElement("span");
    if (start === -1) return line;
    const [begin, end] = [from[start], from[start + wanted.length]];
    const mark = document.createElement("mark");
    mark.textContent = text.slice(begin, end);
    line.append(text.slice(Math.max(0, begin - AROUND), begin), mark, text.slice(end, end + AROUND));
    return line;
  };

  const show = () => {
    const wanted = plain(search.value.trim());
    places.replaceChildren();
    places.hidden = wanted.length < 2;
    found.textContent = "";
    if (wanted.length < 2) return;
    const hits = textsOf().flatMap((text, index) => (text.includes(wanted) ? [parts[index]] : []));
    const [none, one, many] = found.dataset.words.split(" | ");
    const form = hits.length === 0 ? none : hits.length === 1 ? one : many;
    const more = hits.length > SHOWN ? ` ${said(found.dataset.more, { count: SHOWN })}` : "";
    found.textContent = said(form, { count: hits.length }) + more;
    for (const part of hits.slice(0, SHOWN)) {
      const link = document.createElement("a");
      link.href = `#${part.id}`;
      const name = document.createElement("strong");
      name.textContent = part.querySelector(".address code")?.textContent ?? "";
      link.append(name, " ", around(part, wanted));
      const item = document.createElement("li");
      item.append(link);
      places.append(item);
    }
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 120);
  });
  let next = 0;
  search.addEventListener("input", () => (next = 0));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(waiting);
    show();
    const links = places.querySelectorAll("a");
    if (links.length === 0) return;
    location.hash = links[next % links.length].hash;
    next += 1;
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // What was read is kept by this browser only, under the payload: another request begins unread.
  const key = `cutter-read:${document.body.dataset.page}`;
  const remembered = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem(key) ?? "[]"));
    } catch {
      return new Set();
    }
  };
  const remember = (read) => {
    try {
      localStorage.setItem(key, JSON.stringify([...read]));
    } catch {
      // A browser that keeps nothing still shows the marks until the page is closed.
    }
  };
  const progress = byId("progress");
  const unread = byId("unread");
  const read = remembered();
  const tell = () => {
    progress.textContent = said(progress.dataset.words, { read: read.size, all: units.length });
    const left = units.find((unit) => !read.has(unit.dataset.ordinal));
    unread.hidden = left === undefined;
    if (left) unread.href = `#${left.id}`;
  };
  const paint = (unit) => {
    const is = read.has(unit.dataset.ordinal);
    unit.classList.toggle("done", is);
    entries.get(unit.id)?.parentElement.classList.toggle("done", is);
  };
  for (const unit of units) {
    const box = unit.querySelector(".read input");
    box.checked = read.has(unit.dataset.ordinal);
    paint(unit);
    box.addEventListener("change", () => {
      if (box.checked) read.add(unit.dataset.ordinal);
      else read.delete(unit.dataset.ordinal);
      remember(read);
      paint(unit);
      tell();
    });
  }
  tell();

  // A folded part is opened when a link leads there, and for paper.
  const unfold = () => {
    const target = byId(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();
  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
})();
