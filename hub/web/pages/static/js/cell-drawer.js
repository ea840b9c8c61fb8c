/**
 * Opens and closes the drawer with the details of a cell, and loads them.
 */
import { ApiError, fetchData } from "./api.js";
import { byId, replaceChildren } from "./dom.js";
import { drawCellDetails } from "./cell-details.js";
import { errorPanel } from "./messages.js";
import { cellsByPosition, cellKey } from "./matrix.js";
import { cellQuery } from "./queries.js";
import { t } from "./i18n.js";

/**
 * Return the functions that draw, hide and close the drawer.
 * @param {{changeState: (change: object) => void, announce: (text: string) => void, currentPage: () => {state: object, loadedMatrix: object, pickerData: object}}} page
 */
export function createCellDrawer({ changeState, announce, currentPage }) {
  const panel = byId("drawer");
  const loadedCells = new Map();
  let drawnKey = "";
  let takesFocus = false;

  /** Show the cell of the URL, or hide the drawer. */
  async function draw() {
    const { state, loadedMatrix, pickerData } = currentPage();
    for (const cell of document.querySelectorAll("#board [data-place]")) cell.setAttribute(cell.tagName === "TD" ? "aria-selected" : "aria-current", String(cell.dataset.place === state.cell));
    const selection = state.cell && findCell(loadedMatrix.matrix, state.cell, pickerData);
    if (!selection) {
      takesFocus = true;
      return hide();
    }
    const side = selection.cell.columnIndex >= loadedMatrix.matrix.columns.headers.length / 2 ? "left" : "right";
    panel.className = `on-${side}`;
    document.body.dataset.drawer = side;
    panel.hidden = false;
    const key = `${loadedMatrix.matrix.key} ${state.cell} ${state.phase ?? "APPROPRIATED"}`;
    drawCellDetails(panel, selection, loadedCells.get(key) ?? null, close);
    if (drawnKey !== key && takesFocus) byId("drawer-title").focus();
    takesFocus = true;
    drawnKey = key;
    if (loadedCells.has(key)) return undefined;
    try {
      const { rowIndex, columnIndex } = selection.cell;
      const data = await fetchData(cellQuery(loadedMatrix.matrix.key), { phase: state.phase ?? "APPROPRIATED", window: { rowFrom: rowIndex, rowTo: rowIndex, columnFrom: columnIndex, columnTo: columnIndex } });
      loadedCells.set(key, { cell: data.savedMatrix.cells[0], rules: data.rules ?? [] });
      if (drawnKey !== key) return undefined;
      const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
      drawCellDetails(panel, selection, loadedCells.get(key), close);
      if (focused) byId(focused).focus();
      announce(t(selection.cell.state));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (drawnKey === key) replaceChildren(panel.querySelector(".awaited"), errorPanel(error, draw));
    }
    return undefined;
  }

  function hide() {
    panel.hidden = true;
    drawnKey = "";
    delete document.body.dataset.drawer;
  }

  /** Close the drawer and focus its cell. */
  function close() {
    const selection = currentPage().state.cell;
    changeState({ cell: null });
    document.querySelector(`#board [data-place="${CSS.escape(selection)}"]`)?.focus();
  }

  return { draw, hide, close };
}

/** Return the cell of a key with its headers; null if the matrix has none. */
function findCell(matrix, selection, pickerData) {
  for (const row of matrix.rows.headers)
    for (const column of matrix.columns.headers)
      if (cellKey(row, column) === selection) return { cell: cellsByPosition(matrix).get(`${row.index} ${column.index}`), row, column, matrix, pickerData };
  return null;
}
