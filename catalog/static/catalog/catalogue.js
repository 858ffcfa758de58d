// The editor of an entry with JavaScript: fields that nobody asks for are hidden, and the grid of
// items takes a paste from Excel and is moved in by keys. Without it each of these works too.
"use strict";

(() => {
  const editor = document.querySelector("[data-editor]");
  if (!editor) return;

  const valueOf = (name) => {
    const field = editor.elements[name];
    if (!field) return "";
    return field.type === "checkbox" ? (field.checked ? "on" : "") : field.value;
  };
  const ask = () => editor.querySelectorAll("[data-when]").forEach((box) => {
    const [name, values] = box.dataset.when.split(":");
    // What is filled in is never hidden: somebody has to see it to take it out.
    const fields = [...box.querySelectorAll("input, textarea, select")];
    const isFilled = fields.some((field) => (field.type === "checkbox" ? field.checked : field.value));
    box.hidden = !values.split("|").includes(valueOf(name)) && !isFilled;
  });
  editor.addEventListener("change", ask);
  ask();

  const grid = editor.querySelector("[data-grid] tbody");
  const pattern = editor.querySelector("template[data-row]");
  const count = editor.querySelector("[data-count]");
  const rows = () => [...grid.rows];
  const cellsOf = (row) => [...row.querySelectorAll("input, select")];

  // Names, ids and numbers of all rows follow their order.
  function number() {
    rows().forEach((row, place) => {
      cellsOf(row).forEach((field) => {
        const name = field.name.replace(/^items-[^-]+-/, `items-${place}-`);
        field.name = name;
        field.id = name;
      });
      row.querySelectorAll("button").forEach((button) => {
        button.value = button.value.replace(/-.*/, `-${place}`);
      });
      row.querySelector("[data-number]").textContent = place + 1;
    });
    count.value = rows().length;
  }

  function addRows(many) {
    for (let one = 0; one < many; one += 1) grid.append(pattern.content.cloneNode(true));
    number();
  }

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add], [data-remove], [data-raise]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("tr");
    if ("add" in button.dataset) addRows(5);
    else if ("remove" in button.dataset) { row.remove(); number(); }
    else if (row.previousElementSibling) { row.previousElementSibling.before(row); number(); button.focus(); }
  });

  const YES = new Set(["是", "1", "y", "yes", "true", "√", "on"]);
  const plain = (text) => text.trim().toLowerCase();

  function fill(field, text) {
    if (field.type === "checkbox") { field.checked = YES.has(plain(text)); return; }
    if (field.tagName !== "SELECT") { field.value = text.trim(); return; }
    const wanted = plain(text);
    const found = [...field.options].find((option) => [option.value, option.text].some(
      (told) => plain(told) === wanted || (wanted.length > 1 && plain(told).startsWith(wanted)),
    ));
    field.value = found ? found.value : "";
  }

  // Cells copied in Excel fill the grid from the one that has the focus on, rows are added.
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const table = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const row = event.target.closest("tr");
    const column = cellsOf(row).indexOf(event.target);
    const first = rows().indexOf(row);
    addRows(Math.max(first + table.length - rows().length, 0));
    table.forEach((line, down) => {
      const fields = cellsOf(rows()[first + down]);
      line.forEach((cell, right) => { if (fields[column + right]) fill(fields[column + right], cell); });
    });
  });

  // Enter and the arrows move between the rows of a column.
  grid.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const row = event.target.closest("tr");
    const place = cellsOf(row).indexOf(event.target);
    const next = rows()[rows().indexOf(row) + step];
    if (!next && step > 0) addRows(1);
    const target = next || (step > 0 ? grid.lastElementChild : null);
    if (target) cellsOf(target)[place].focus();
  });
})();
