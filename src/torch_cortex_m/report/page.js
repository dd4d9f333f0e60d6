"use strict";
(() => {
  const svg = document.getElementById("graph-svg");
  const view = document.getElementById("graph-view");
  const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
  let scale = 1;

  const zoomTo = (wanted, x = view.clientWidth / 2, y = view.clientHeight / 2) => {
    const before = scale;
    scale = Math.min(4, Math.max(0.1, wanted));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    view.scrollLeft = (view.scrollLeft + x) * scale / before - x;
    view.scrollTop = (view.scrollTop + y) * scale / before - y;
  };
  const fitting = () => Math.min(view.clientWidth / width, window.innerHeight * 0.7 / height);
  const zooms = {
    in: () => zoomTo(scale * 1.25),
    out: () => zoomTo(scale / 1.25),
    fit: () => zoomTo(fitting()),
    reset: () => zoomTo(1),
  };
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => zooms[button.dataset.zoom]());
  }
  const keys = { "+": "in", "=": "in", "-": "out", "0": "reset", "f": "fit" };
  view.addEventListener("keydown", (event) => {
    if (keys[event.key] && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      zooms[keys[event.key]]();
    }
  });
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = view.getBoundingClientRect();
    zoomTo(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  let drag = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.target.closest("a")) return;
    drag = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    view.scrollLeft = drag.x - event.clientX;
    view.scrollTop = drag.y - event.clientY;
  });
  window.addEventListener("pointerup", () => { drag = null; });
  if (width > view.clientWidth) zoomTo(Math.max(0.8, view.clientWidth / width));

  const mark = (step) => {
    for (const each of document.querySelectorAll(".is-on")) each.classList.remove("is-on");
    if (step === undefined) return;
    for (const each of document.querySelectorAll(`[data-step="${step}"]`)) each.classList.add("is-on");
  };
  for (const each of document.querySelectorAll("[data-step]")) {
    each.addEventListener("mouseenter", () => mark(each.dataset.step));
    each.addEventListener("mouseleave", () => mark());
    each.addEventListener("focusin", () => mark(each.dataset.step));
  }

  const table = document.getElementById("layer-table");
  const value = (row, column, kind) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    return kind === "text" ? text : Number(text);
  };
  const sort = (button) => {
    const head = button.closest("th"), column = head.cellIndex, kind = button.dataset.sort;
    const first = kind === "text" || column === 0 ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => {
      const x = value(a, column, kind), y = value(b, column, kind);
      return sign * (kind === "text" ? x.localeCompare(y, "en", { numeric: true }) : x - y);
    });
    table.tBodies[0].append(...rows);
  };
  for (const button of table.tHead.querySelectorAll("button")) {
    button.addEventListener("click", () => sort(button));
  }

  // Paper has nothing to unfold.
  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")].filter((each) => !table.contains(each));
    for (const each of unfolded) each.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const each of unfolded) each.open = false;
  });
})();
