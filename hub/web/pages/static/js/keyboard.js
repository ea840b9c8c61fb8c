/**
 * Keyboard navigation of the matrix: arrows, Home, End, Enter, G for the next gap. One cell or total is in the tab order.
 */

const ARROW_STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Add keyboard navigation to a grid; Enter, Space and clicks call `open`.
 * @param {HTMLElement} table
 * @param {(cell: HTMLElement) => void} open
 */
export function enableGridNavigation(table, open) {
  const cells = [...table.querySelectorAll(".cell")];
  const places = [...table.querySelectorAll("[data-r]")];
  const cellAt = (row, column) => table.querySelector(`[data-r="${row}"][data-c="${column}"]`);
  const current = places.find((cell) => cell.getAttribute("aria-selected") === "true") ?? cells[0];
  current?.setAttribute("tabindex", "0");

  table.addEventListener("focusin", ({ target }) => {
    if (!target.matches("[data-r]")) return;
    for (const cell of places) cell.setAttribute("tabindex", cell === target ? "0" : "-1");
  });
  table.addEventListener("click", ({ target }) => {
    const cell = target.closest("[data-r]");
    if (cell) open(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-r]");
    if (!cell || event.altKey || event.metaKey) return;
    const next = target(cell, event);
    if (next) next.focus();
    else if (event.key === "Enter" || event.key === " ") open(cell);
    else return;
    event.preventDefault();
  });

  function target(cell, { key, ctrlKey }) {
    const row = Number(cell.dataset.r);
    const column = Number(cell.dataset.c);
    if (ARROW_STEPS[key]) return cellAt(row + ARROW_STEPS[key][0], column + ARROW_STEPS[key][1]) ?? cell;
    const inRow = (cell.matches(".cell") ? cells : places).filter((one) => ctrlKey || one.dataset.r === cell.dataset.r);
    if (key === "Home") return inRow[0];
    if (key === "End") return inRow.at(-1);
    if (key.toLowerCase() === "g" || key === "เ") return nextGap(cells, cell);
    return null;
  }
}

/** Return the next gap after a cell, continuing at the first cell; null if there is none. */
function nextGap(cells, cell) {
  const from = cells.indexOf(cell);
  const cellsInOrder = [...cells.slice(from + 1), ...cells.slice(0, from + 1)];
  return cellsInOrder.find((one) => one.dataset.state === "GAP") ?? null;
}
