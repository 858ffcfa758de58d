// What the catalogue's pages can do better with JavaScript; without it each of them works too.
"use strict";

(() => {
  // A list with boxes: how many are chosen is said, and all can be chosen at once.
  const picks = () => [...document.querySelectorAll("input[name=ids][form=bulk]")];
  const picked = document.querySelector("[data-picked]");
  const tell = () => {
    const count = picks().filter((box) => box.checked).length;
    picked.textContent = `${picked.dataset.text} ${count}`;
  };
  if (picked) {
    document.addEventListener("change", (event) => { if (event.target.name === "ids") tell(); });
    const all = document.querySelector("[data-pick-all]");
    all.hidden = false;
    all.addEventListener("click", () => {
      const boxes = picks();
      const wanted = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = wanted; });
      tell();
    });
  }
})();
