// What the board does in the browser: takes the parts that changed, keeps open what a person opened and the focus where it is, copies a command.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const state = byId("line");
  const shown = new Map();

  /** The place of the focus inside a part: its command's button, by number, or a folded part's heading, by id. */
  const focusIn = (part) => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body || !part.contains(focused)) return () => undefined;
    const buttons = [...part.querySelectorAll("button")];
    const at = buttons.indexOf(focused);
    const id = focused.closest("details")?.id;
    return () => {
      const again = at >= 0 ? part.querySelectorAll("button")[at] : id && byId(id)?.querySelector("summary");
      if (again) again.focus();
    };
  };

  const take = (parts) => {
    for (const [id, html] of Object.entries(parts)) {
      const part = byId(id);
      if (part === null || shown.get(id) === html) continue;
      const refocus = focusIn(part);
      const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
      part.innerHTML = html;
      for (const one of open) byId(one)?.setAttribute("open", "");
      refocus();
      shown.set(id, html);
    }
  };

  const events = new EventSource("events");
  events.addEventListener("parts", (event) => {
    state.textContent = "live";
    state.className = "";
    take(JSON.parse(event.data));
  });
  events.addEventListener("error", () => {
    state.textContent =
      "the program behind this page is gone; what you see is as it was. Start it again: npm run board";
    state.className = "lost";
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
    if (button === null) return;
    const code = button.parentElement.querySelector("code");
    const said = (text) => {
      button.textContent = text;
      setTimeout(() => (button.textContent = "copy"), 1500);
    };
    const select = () => {
      getSelection().selectAllChildren(code);
      said("selected");
    };
    if (navigator.clipboard === undefined) select();
    else navigator.clipboard.writeText(code.textContent).then(() => said("copied"), select);
  });
})();
