// What the pages can do better with JavaScript; without it each of them works too.
"use strict";

(() => {
  const OFF = "shuqiao.keys.off";
  const focusTarget = document.querySelector("[data-focus]");
  if (focusTarget) focusTarget.focus();

  // Steps that cannot be undone ask once more, in the words of the button.
  document.addEventListener("submit", (event) => {
    const question = event.submitter && event.submitter.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // Filters apply as they are chosen; the button stays for those who type.
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("form.filters select, form.filters input[type=date]")) field.form.requestSubmit();
  });

  // On a telephone what narrows a list is folded away until it is asked for.
  document.querySelectorAll("[data-fold]").forEach((part, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second fold";
    button.textContent = part.dataset.fold;
    button.setAttribute("aria-expanded", "false");
    part.id ||= `fold-${number}`;
    button.setAttribute("aria-controls", part.id);
    button.addEventListener("click", () => {
      button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"));
    });
    part.before(button);
  });

  // A menu closes when one clicks beside it or presses Escape.
  const menus = () => document.querySelectorAll("details.menu-button[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // A secret shown once can be taken along by one click.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value || source.textContent);
    button.textContent = button.dataset.done;
  });

  const isTyping = (node) => node.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  let row = -1;
  let before = "";

  function step(by) {
    const all = rows();
    if (!all.length) return;
    row = Math.min(Math.max(row + by, 0), all.length - 1);
    const link = all[row].querySelector("td a") || all[row].querySelector("button, input");
    if (link) link.focus();
  }

  // Rows picked for a bulk step are counted; one box picks the page.
  const boxes = () => [...document.querySelectorAll("input[form=bulk][name=pick]")];
  function count() {
    const said = document.querySelector(".bulk-count");
    if (!said) return;
    const picked = boxes().filter((box) => box.checked).length;
    said.textContent = picked ? said.dataset.text.replace("{n}", picked) : "";
  }
  document.querySelectorAll("[data-pick-page]").forEach((head) => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", head.dataset.pickPage);
    box.addEventListener("change", () => {
      boxes().forEach((one) => { one.checked = box.checked; });
      count();
    });
    head.append(box);
  });
  document.addEventListener("change", (event) => { if (event.target.name === "pick") count(); });
  function pick() {
    const here = document.activeElement && document.activeElement.closest("[data-rows] tbody tr");
    const box = here && here.querySelector("input[name=pick]");
    if (box) { box.checked = !box.checked; count(); }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => { menu.open = false; });
    if (localStorage.getItem(OFF) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const keys = document.getElementById("keys");
    if (event.key === "/") {
      const fields = document.querySelectorAll("[data-search]");
      if (fields.length) { event.preventDefault(); fields[fields.length - 1].focus(); }
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") pick();
    else if (event.key === "h" && before === "g") window.location.assign("/");
    else if (event.key === "?" && keys) keys.showModal();
    before = event.key;
  });

  const off = document.getElementById("keys-off");
  if (off) {
    off.checked = Boolean(localStorage.getItem(OFF));
    off.addEventListener("change", () => {
      if (off.checked) localStorage.setItem(OFF, "1"); else localStorage.removeItem(OFF);
    });
  }
})();
