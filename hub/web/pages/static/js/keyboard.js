/**
 * Keyboard navigation of the matrix: arrows, Home, End, Enter, G for the next gap. One cell or total is in the tab order.
 */

const ARROW_STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Add keyboard navigation to a grid; Enter, Space and clicks call `open`. Rows may be moved, removed and added later.
 * @param {HTMLElement} table
 * @param {(cell: HTMLElement) => void} open
 * @returns {(place?: string) => void} puts the cell or total of a place into the tab order; without one that is there, the cell that was in it or the first
 */
export function enableGridNavigation(table, open) {
  const allCells = () => [...table.querySelectorAll(".cell")];
  const cellAt = (row, column) => table.querySelector(`[data-r="${row}"][data-c="${column}"]`);
  let tabStop = null;

  table.addEventListener("focusin", ({ target }) => { if (target.matches("[data-r]")) setTabStop(target); });
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
  return (place = "") => setTabStop((place && table.querySelector(`[data-place="${CSS.escape(place)}"]`)) || (tabStop?.isConnected && tabStop) || table.querySelector(".cell"));

  function setTabStop(cell) {
    if (cell === tabStop) return;
    tabStop?.setAttribute("tabindex", "-1");
    cell?.setAttribute("tabindex", "0");
    tabStop = cell;
  }

  function target(cell, { key, ctrlKey }) {
    const row = Number(cell.dataset.r);
    const column = Number(cell.dataset.c);
    if (ARROW_STEPS[key]) return cellAt(row + ARROW_STEPS[key][0], column + ARROW_STEPS[key][1]) ?? cell;
    if (key === "Home" || key === "End") {
      const inRow = [...(ctrlKey ? table : cell.parentElement).querySelectorAll(cell.matches(".cell") ? ".cell" : "[data-r]")];
      return inRow.at(key === "Home" ? 0 : -1);
    }
    if (key.toLowerCase() === "g" || key === "เ") return nextGap(allCells(), cell);
    return null;
  }
}

/** Return the next gap after a cell, continuing at the first cell; null if there is none. */
function nextGap(cells, cell) {
  const from = cells.indexOf(cell);
  const cellsInOrder = [...cells.slice(from + 1), ...cells.slice(0, from + 1)];
  return cellsInOrder.find((one) => one.dataset.state === "GAP") ?? null;
}
