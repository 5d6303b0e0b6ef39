"use strict";
// Search, filters, copying, further rows and printing. The report is complete without any of it, and
// nothing is made before somebody needs it: the page opens at once however much it holds.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const items = all("article.item");
  const words = document.body.dataset;
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

  let held;
  const rowsOf = (fold) => {
    held ??= JSON.parse(byId("rows")?.textContent || "{}");
    return held[fold.dataset.rows] || [];
  };

  function element(name, text, properties = {}) {
    const made = Object.assign(document.createElement(name), properties);
    made.textContent = text;
    return made;
  }

  function button(text, act) {
    const made = element("button", text, { type: "button" });
    made.addEventListener("click", () => act(made));
    return made;
  }

  function lineOf(row) {
    const line = document.createElement("tr");
    line.append(...row.map((cell) => element("td", cell)));
    return line;
  }

  // What stands in a noscript element is for readers without script. For the others it becomes a fold
  // whose table is made from the data, and commands get a button, before the item comes into sight.
  function enliven(item) {
    for (const one of all("noscript", item)) {
      const fold = document.createElement("details");
      fold.className = "rows";
      Object.assign(fold.dataset, one.dataset);
      fold.append(element("summary", one.dataset.name));
      one.replaceWith(fold);
    }
    for (const box of all(".command:not(.has-copy)", item)) {
      box.classList.add("has-copy");
      box.append(button(words.copy, async (made) => {
        if (!(await copy(box.querySelector("code")))) return;
        made.textContent = words.copied;
        setTimeout(() => { made.textContent = words.copy; }, 1500);
      }));
    }
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      enliven(target);
    }
  }, { rootMargin: "100%" });
  for (const item of items) near.observe(item);

  // Evidence: the table of a fold is completed, or made, when the fold is opened for the first time.
  const FIRST = 25;
  const MORE = 200;

  function complete(fold) {
    if (fold.dataset.ready) return;
    fold.dataset.ready = "yes";
    let table = fold.querySelector("table");
    let rest = rowsOf(fold);
    if (!table) {
      table = document.createElement("table");
      const head = document.createElement("tr");
      head.append(...rest[0].map((name) => element("th", name, { scope: "col" })));
      table.createTHead().append(head);
      table.createCaption();
      table.createTBody();
      const box = element("div", "", { className: "wide", tabIndex: 0, role: "region" });
      box.ariaLabel = fold.children[0].textContent;
      box.append(table);
      fold.children[0].after(box);
      rest = rest.slice(1);
    }
    const body = table.tBodies[0];
    const cellsOf = (line) => [...line.cells].map((cell) => cell.textContent);
    const head = cellsOf(table.tHead.rows[0]);
    const first = [...body.rows].map(cellsOf);
    const { save, all: count } = fold.dataset;
    let at = 0;
    function show(many) {
      const part = document.createDocumentFragment();
      part.append(...rest.slice(at, at + many).map(lineOf));
      body.append(part);
      at += many;
      more.hidden = at >= rest.length;
      const shown = body.rows.length.toLocaleString("en");
      table.caption.textContent = filled(
        save && more.hidden ? words.everyRow : words.firstRows, { shown, all: count });
    }
    const more = button(words.more, () => show(MORE));
    show(Math.max(0, FIRST - first.length));
    const tools = element("p", "", { className: "tools" });
    tools.append(more);
    if (save) tools.append(button(words.save, () => keep(save, [head, ...first, ...rest])));
    table.parentElement.after(tools);
  }

  // What a spreadsheet would compute gets an apostrophe; the file opens as UTF-8 by its mark.
  const quoted = (cell) => {
    const safe = /^[\s\0]*[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]/.test(cell) ? "'" + cell : cell;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };

  function keep(name, rows) {
    const text = rows.map((row) => row.map(quoted).join(",") + "\r\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function closed(from) {
    enliven(from);
    return all("details.rows:not([open])", from);
  }

  function open(fold) {
    complete(fold);
    fold.open = true;
  }

  document.addEventListener("toggle", ({ target }) => {
    if (target.open && target.matches("details.rows")) complete(target);
  }, true);

  // Search and filters
  const texts = new Map();
  const choices = ["severity", "owner", "topic", "phase", "lane", "state"].filter((name) => byId("f-" + name));
  const filter = document.querySelector(".filter");

  function textOf(item) {
    if (!texts.has(item)) {
      enliven(item);
      const parts = [item.textContent];
      for (const fold of all("details.rows", item)) {
        parts.push(rowsOf(fold).map((row) => row.join(" ")).join("\n"));
      }
      texts.set(item, parts.join("\n").toLowerCase());
    }
    return texts.get(item);
  }

  function apply() {
    const wanted = byId("f-text").value.trim().toLowerCase();
    const chosen = choices.map((name) => byId("f-" + name).value);
    let shown = 0;
    for (const item of items) {
      const fits = choices.every((name, at) => !chosen[at] || item.dataset[name] === chosen[at]);
      item.hidden = !(fits && (!wanted || textOf(item).includes(wanted)));
      shown += item.hidden ? 0 : 1;
    }
    for (const group of all(".topic, .phase")) {
      group.hidden = !group.querySelector("article.item:not([hidden])");
    }
    const active = Boolean(wanted) || chosen.some(Boolean);
    byId("f-count").textContent = active ? filled(words.shown, { n: shown, all: items.length }) : "";
    byId("f-reset").hidden = !active;
  }

  function reset() {
    byId("f-text").value = "";
    for (const name of choices) byId("f-" + name).value = "";
    apply();
  }

  if (filter) {
    let timer = 0;
    filter.hidden = false;
    byId("f-text").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(apply, 120);
    });
    for (const name of choices) byId("f-" + name).addEventListener("change", apply);
    byId("f-reset").addEventListener("click", reset);
  }

  // Where the clipboard is not offered (a file opened from disk), the text is selected instead.
  async function copy(code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(code);
      return document.execCommand("copy");
    }
  }

  // A link to an item opens its evidence, and shows the item where a filter hides it.
  function arrive() {
    const target = byId(location.hash.slice(1));
    if (!target?.matches("article.item")) return;
    const hidden = Boolean(target.closest("[hidden]"));
    if (hidden) reset();
    closed(target).forEach(open);
    if (hidden) target.scrollIntoView();
  }
  addEventListener("hashchange", arrive);
  arrive();

  // Printing leaves evidence folded unless it is asked for, here or by the address.
  const tools = document.querySelector(".printing");
  if (tools) {
    tools.hidden = false;
    tools.append(
      button(words.print, () => print()),
      button(words.printRows, () => {
        const folds = closed(document);
        folds.forEach(open);
        addEventListener("afterprint", () => folds.forEach((fold) => { fold.open = false; }), { once: true });
        print();
      }),
    );
  }
  addEventListener("beforeprint", () => enliven(document));
  if (location.hash === "#with-rows") closed(document).forEach(open);
})();
