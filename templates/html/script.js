"use strict";
// Search, filters, copying and more rows. The report is complete without any of it.
(() => {
  const byId = (id) => document.getElementById(id);
  const items = [...document.querySelectorAll("article.item")];
  const data = byId("rows");
  const later = data ? JSON.parse(data.textContent) : {};
  const words = document.body.dataset;
  const texts = new Map();

  function textOf(item) {
    if (!texts.has(item)) {
      const parts = [item.textContent];
      for (const body of item.querySelectorAll("tbody[data-rows]")) {
        parts.push((later[body.dataset.rows] || []).map((row) => row.join(" ")).join("\n"));
      }
      texts.set(item, parts.join("\n").toLowerCase());
    }
    return texts.get(item);
  }

  const filter = document.querySelector(".filter");
  const choices = ["severity", "owner", "topic", "phase", "lane", "state"].filter((name) => byId("f-" + name));

  function apply() {
    const wanted = byId("f-text").value.trim().toLowerCase();
    const chosen = choices.map((name) => byId("f-" + name).value);
    let shown = 0;
    for (const item of items) {
      const fits = choices.every((name, at) => !chosen[at] || item.dataset[name] === chosen[at]);
      item.hidden = !(fits && (!wanted || textOf(item).includes(wanted)));
      shown += item.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll(".topic, .phase")) {
      group.hidden = !group.querySelector("article.item:not([hidden])");
    }
    const active = Boolean(wanted) || chosen.some(Boolean);
    byId("f-count").textContent = active
      ? words.shown.replace("{n}", shown).replace("{all}", items.length)
      : "";
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
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  }

  for (const box of document.querySelectorAll(".command")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      if (!(await copy(box.querySelector("code")))) return;
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 1500);
    });
    box.classList.add("has-copy");
    box.append(button);
  }

  // What a spreadsheet would compute gets an apostrophe; the file opens as UTF-8 by its mark.
  const quoted = (cell) => {
    const safe = /^[\s\0]*[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]/.test(cell) ? "'" + cell : cell;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };

  for (const button of document.querySelectorAll("button.save")) {
    const table = button.closest("details").querySelector("table");
    const body = table.tBodies[0];
    const cellsOf = (line) => [...line.cells].map((cell) => cell.textContent);
    const rest = later[body.dataset.rows] || [];
    const first = body.rows.length;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = [...body.rows].slice(0, first).map(cellsOf);
      const rows = [cellsOf(table.tHead.rows[0]), ...shown, ...rest];
      const text = rows.map((row) => row.map(quoted).join(",") + "\r\n").join("");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  for (const button of document.querySelectorAll("button.more")) {
    const body = button.closest("details").querySelector("tbody");
    const rows = later[body.dataset.rows] || [];
    let at = 0;
    button.hidden = !rows.length;
    button.addEventListener("click", () => {
      const part = document.createDocumentFragment();
      for (const row of rows.slice(at, at + 200)) {
        const line = document.createElement("tr");
        for (const cell of row) {
          const box = document.createElement("td");
          box.dir = "auto";
          box.textContent = cell;
          line.append(box);
        }
        part.append(line);
      }
      body.append(part);
      at += 200;
      button.hidden = at >= rows.length;
    });
  }

  // A link to an item that a filter hides shows it again.
  addEventListener("hashchange", () => {
    const target = byId(location.hash.slice(1));
    if (target && target.closest("[hidden]") && filter) {
      reset();
      target.scrollIntoView();
    }
  });
})();
