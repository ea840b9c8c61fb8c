/**
 * Opens and closes the drawer with the details of a cell or a total, and loads them.
 */
import { ApiError, fetchData } from "./api.js";
import { byId, replaceChildren } from "./dom.js";
import { drawCellDetails, drawTotalDetails } from "./cell-details.js";
import { loadFigurePage } from "./figure-pages.js";
import { errorPanel } from "./messages.js";
import { cellsByPosition } from "./matrix-cells.js";
import { cellQuery } from "./queries.js";
import { t } from "./i18n.js";

/** A cell with more projects lists them page by page; with fewer it shows each with its linkages and sources. */
const MOST_CARDS = 8;

/**
 * Return the functions that draw, hide and close the drawer.
 * @param {{changeState: (change: object) => void, announce: (text: string) => void, currentPage: () => {state: object, loadedMatrix: object, pickerData: object}}} page
 */
export function createCellDrawer({ changeState, announce, currentPage }) {
  const panel = byId("drawer");
  const loadedPlaces = new Map();
  let drawnKey = "";
  let takesFocus = false;

  /** Show the cell or total of the URL, or hide the drawer. */
  async function draw() {
    const { state, loadedMatrix, pickerData } = currentPage();
    markOpenPlace(state.cell);
    const selection = state.cell && findPlace(loadedMatrix.matrix, state.cell, pickerData);
    if (!selection) {
      takesFocus = true;
      return hide();
    }
    const phase = state.phase ?? "APPROPRIATED";
    const isOnTheRight = !selection.column || selection.column.index >= loadedMatrix.matrix.columns.headers.length / 2;
    panel.className = `on-${isOnTheRight ? "left" : "right"}`;
    document.body.dataset.drawer = isOnTheRight ? "left" : "right";
    panel.hidden = false;
    const key = `${loadedMatrix.matrix.key} ${state.cell} ${phase}`;
    const drawLoaded = () => {
      const options = { close, phase, more: () => loadMore(key, selection, phase) };
      const drawDetails = selection.cell ? drawCellDetails : drawTotalDetails;
      drawDetails(panel, selection, loadedPlaces.get(key) ?? null, options);
    };
    drawLoaded();
    if (drawnKey !== key && takesFocus) byId("drawer-title").focus();
    takesFocus = true;
    drawnKey = key;
    if (loadedPlaces.has(key)) return undefined;
    try {
      loadedPlaces.set(key, await loadPlace(loadedMatrix.matrix.key, selection, phase));
      if (drawnKey !== key) return undefined;
      const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
      drawLoaded();
      if (focused) byId(focused).focus();
      announce(selection.cell ? t(selection.cell.state) : t("total"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (drawnKey === key) replaceChildren(panel.querySelector(".awaited"), errorPanel(error, draw));
    }
    return undefined;
  }

  /** Load the next page of an open cell or total, and focus its first project. */
  async function loadMore(key, selection, phase) {
    const before = loadedPlaces.get(key);
    const button = byId("more-figures");
    button.disabled = true;
    try {
      loadedPlaces.set(key, { ...before, pages: await loadFigurePage(currentPage().loadedMatrix.matrix.key, selection, phase, before.pages) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      button.disabled = false;
      button.parentElement.querySelector(".error-panel")?.remove();
      return button.parentElement.append(errorPanel(error, () => loadMore(key, selection, phase)));
    }
    if (drawnKey !== key) return undefined;
    await draw();
    const next = panel.querySelectorAll("#figure-list li a")[before.pages.projects.size];
    (next ?? panel.querySelector("#figure-list a"))?.focus();
    return announce(panel.querySelector("#figure-list [role=status]").textContent);
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

/** Mark what the page shows of the open place, in the matrix and on a narrow screen, and nothing else. */
function markOpenPlace(place) {
  const mark = (cell, isOpen) => cell.setAttribute(cell.tagName === "TD" ? "aria-selected" : "aria-current", String(isOpen));
  const marked = document.querySelectorAll('#board [data-place][aria-selected="true"], #board [data-place][aria-current="true"]');
  for (const cell of marked) if (cell.dataset.place !== place) mark(cell, false);
  if (place) for (const cell of document.querySelectorAll(`#board [data-place="${CSS.escape(place)}"]`)) mark(cell, true);
}

/** Load the details of a cell, and the first page of its projects where they are many; of a total the first page. */
export async function loadPlace(key, selection, phase) {
  const isLong = !selection.cell || selection.cell.projectCount > MOST_CARDS;
  const pages = isLong ? loadFigurePage(key, selection, phase) : null;
  if (!selection.cell) return { pages: await pages };
  const { rowIndex, columnIndex } = selection.cell;
  const [data, loadedPages] = await Promise.all([
    fetchData(cellQuery(key), { phase, cards: !isLong, window: { rowFrom: rowIndex, rowTo: rowIndex, columnFrom: columnIndex, columnTo: columnIndex } }), pages]);
  return { cell: data.savedMatrix.cells[0], rules: data.rules ?? [], pages: loadedPages };
}

/** Return the cell of a place, or the heads of a total (the row, the column or neither); null if the matrix has no such place. */
export function findPlace(matrix, place, pickerData) {
  const [rowKey, columnKey] = splitPlace(matrix, place);
  const row = rowKey === "" ? null : matrix.rows.headers.find((header) => header.key === rowKey);
  const column = columnKey === "" ? null : matrix.columns.headers.find((header) => header.key === columnKey);
  if (row === undefined || column === undefined) return null;
  const cell = row && column ? cellsByPosition(matrix).get(`${row.index} ${column.index}`) : null;
  return { cell, row, column, matrix, pickerData };
}

/** Split a place at the ~ between a key of a row and one of a column; the keys of the rest of an axis begin with one. */
function splitPlace(matrix, place) {
  const rowKeys = ["", ...matrix.rows.headers.map((header) => header.key)];
  const columnKeys = new Set(["", ...matrix.columns.headers.map((header) => header.key)]);
  const rowKey = rowKeys.find((key) => place.startsWith(`${key}~`) && columnKeys.has(place.slice(key.length + 1)));
  return rowKey === undefined ? [undefined, undefined] : [rowKey, place.slice(rowKey.length + 1)];
}
