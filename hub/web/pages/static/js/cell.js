/**
 * Opening and closing the drawer of a cell, and reading what it needs.
 */
import { Trouble, fetchQuery } from "./api.js";
import { byId, fill } from "./dom.js";
import { drawer } from "./drawer.js";
import { trouble } from "./frames.js";
import { byPlace, placeOf } from "./matrix.js";
import { cellOf } from "./questions.js";
import { t } from "./words.js";

/**
 * The drawer, wired to the page.
 * @param {{set: (change: object) => void, announce: (text: string) => void, current: () => {state: object, shown: object, context: object}}} page
 */
export function cellDrawer({ set, announce, current }) {
  const container = byId("drawer");
  const read = new Map();
  let drawn = "";
  let moved = false;

  /** Show the cell the address names, or nothing. */
  async function draw() {
    const { state, shown, context } = current();
    for (const cell of document.querySelectorAll("#board [data-place]")) cell.setAttribute(cell.tagName === "TD" ? "aria-selected" : "aria-current", String(cell.dataset.place === state.cell));
    const place = state.cell && find(shown.matrix, state.cell, context);
    if (!place) {
      moved = true;
      return hide();
    }
    const side = place.cell.columnIndex >= shown.matrix.columns.headers.length / 2 ? "left" : "right";
    container.className = `on-${side}`;
    document.body.dataset.drawer = side;
    container.hidden = false;
    const key = `${shown.matrix.key} ${state.cell} ${state.phase ?? "APPROPRIATED"}`;
    drawer(container, place, read.get(key) ?? null, close);
    if (drawn !== key && moved) byId("drawer-title").focus();
    moved = true;
    drawn = key;
    if (read.has(key)) return undefined;
    try {
      const { rowIndex, columnIndex } = place.cell;
      const data = await fetchQuery(cellOf(shown.matrix.key), { phase: state.phase ?? "APPROPRIATED", window: { rowFrom: rowIndex, rowTo: rowIndex, columnFrom: columnIndex, columnTo: columnIndex } });
      read.set(key, { cell: data.savedMatrix.cells[0], rules: data.rules ?? [] });
      if (drawn !== key) return undefined;
      const focused = container.contains(document.activeElement) ? document.activeElement.id : "";
      drawer(container, place, read.get(key), close);
      if (focused) byId(focused).focus();
      announce(t(place.cell.state));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (drawn === key) fill(container.querySelector(".awaited"), trouble(error, draw));
    }
    return undefined;
  }

  function hide() {
    container.hidden = true;
    drawn = "";
    delete document.body.dataset.drawer;
  }

  /** Close, and give the reader back the cell. */
  function close() {
    const place = current().state.cell;
    set({ cell: null });
    document.querySelector(`#board [data-place="${CSS.escape(place)}"]`)?.focus();
  }

  return { draw, hide, close };
}

/** The cell of an address, with its heads; null where this matrix has none. */
function find(matrix, place, context) {
  for (const row of matrix.rows.headers)
    for (const column of matrix.columns.headers)
      if (placeOf(row, column) === place) return { cell: byPlace(matrix).get(`${row.index} ${column.index}`), row, column, matrix, context };
  return null;
}
