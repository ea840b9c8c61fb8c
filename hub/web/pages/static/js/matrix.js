/**
 * The matrix as a grid. Each cell shows its state by a mark, a label and a border; colour only repeats it.
 */
import { h, screenReaderText } from "./dom.js";
import { mark } from "./marks.js";
import { columnWidths, equalWidths, figureTracks } from "./column-widths.js";
import { heatStep } from "./density.js";
import { headerLabel } from "./header-label.js";
import { activityListSlides, cellContent, cellKey, cellsByPosition, figureContent, notLinkedMark } from "./matrix-cells.js";
import { totalCell, yearColumns } from "./matrix-totals.js";
import { t, localize } from "./i18n.js";

/** With more columns, agencies are headed by their short names and columns have a least width. */
const MANY_COLUMNS = 9;

/**
 * Return the grid of a matrix, and a function that changes what it shows to other options.
 * @param {object} matrix
 * @param {{rows: string, columns: string, phase: string, money: boolean, only: string[], mode: string, scale: object, shownRows: object[]}} options
 * @returns {{table: HTMLTableElement, change: ((options: object) => void) | null}} `change` moves and marks what is drawn, for figures or colours in other rows; null where rows or columns are grouped, and for names
 */
export function matrixGrid(matrix, options) {
  const { rows: { headers: allRows }, columns: { headers: columns } } = matrix;
  const rows = options.shownRows;
  const isSorted = rows.some((row, index) => row !== allRows[index]);
  const hasPaths = { rows: allRows.some((row) => row.path.length), columns: columns.some((column) => column.path.length) };
  const groups = { rows: !isSorted && hasPaths.rows, columns: hasPaths.columns };
  const isCompact = options.mode !== "names";
  const isMany = columns.length > MANY_COLUMNS;
  // Rows that share no layout: the browser draws those in view, and measures no cell.
  const inLines = isCompact && !hasPaths.rows && !hasPaths.columns;
  const headerColumns = groups.rows ? 2 : 1;
  const drawRow = rowDrawer(matrix, options);
  const totalRow = drawTotalRow(matrix, options, headerColumns);
  const body = h("tbody", { role: "rowgroup" },
    rows.map((row, index) => {
      const line = drawRow(row);
      if (groups.rows && startsGroup(rows, index)) line.prepend(groupHeader(rows, index, "rowspan"));
      return line;
    }), totalRow);
  const table = h("table", {
    role: "grid", class: ["mx", matrix.rows.dimension === "STAGE" ? "down" : "across", options.money && "paid", isCompact && "compact", isMany && "many", inLines && "lines"].filter(Boolean).join(" "), id: "grid",
    "aria-label": t("gridLabel", { rows: t(options.rows), columns: t(options.columns) }), "aria-colcount": columns.length + headerColumns + 1,
  },
  isCompact ? equalWidths(columns.length, headerColumns) : columnWidths(matrix, headerColumns),
  h("thead", { role: "rowgroup" },
    groups.columns && h("tr", { role: "row" },
      h("td", { role: "gridcell", class: "corner", colspan: headerColumns }),
      columns.map((_, index) => startsGroup(columns, index) && groupHeader(columns, index, "colspan")),
      h("td", { role: "gridcell", class: "corner" })),
    h("tr", { role: "row" },
      h("td", { role: "gridcell", class: "corner", colspan: headerColumns }, `${t(options.rows)} \\ ${t(options.columns)}`),
      columns.map((column) => columnHeader(column, matrix.columns, isMany)),
      h("th", { role: "columnheader", scope: "col", class: "col sumhead" }, t("total"), options.money && h("span", { class: "unit" }, t("millionBaht"))))),
  body);
  if (inLines) {
    const { tracks, least } = figureTracks(matrix, isMany);
    table.style.setProperty("--columns", tracks);
    table.style.setProperty("--least", `${least}px`);
    table.addEventListener("pointerover", ({ target }) => showStateName(target.closest(".cell")));
  }
  const change = (next) => {
    placeRows(body, next.shownRows.map(drawRow), totalRow);
    table.classList.toggle("heat", next.mode === "heat");
    table.setAttribute("aria-rowcount", next.shownRows.length + 2);
    dimCells(body, next.only);
  };
  change(options);
  return { table, change: inLines ? change : null };
}

/** Return a function that returns the line of a row, which it draws once. */
function rowDrawer(matrix, options) {
  const cells = cellsByPosition(matrix);
  const columns = matrix.columns.headers;
  const cellOptions = { ...options, listSlides: activityListSlides(matrix) };
  const changes = matrix.columns.dimension === "FISCAL_YEAR" ? yearColumns(columns) : null;
  const lines = new Map();
  return (row) => {
    if (!lines.has(row)) lines.set(row, h("tr", { role: "row" },
      rowHeader(row, matrix.rows),
      columns.map((column) => gridCell(cells.get(`${row.index} ${column.index}`), row, column, cellOptions)),
      totalCell(row.total, matrix, options, { row: row.index, key: `${row.key}~`, change: changes && changes.map((index) => cells.get(`${row.index} ${index}`)) })));
    return lines.get(row);
  };
}

function drawTotalRow(matrix, options, headerColumns) {
  const columns = matrix.columns.headers;
  const changes = matrix.columns.dimension === "FISCAL_YEAR" ? yearColumns(columns) : null;
  return h("tr", { role: "row", class: "sum" },
    h("th", { role: "rowheader", scope: "row", class: "row sumhead", colspan: headerColumns }, t("total")),
    columns.map((column) => totalCell(column.total, matrix, options, { column: column.index, key: `~${column.key}` })),
    totalCell(matrix.total, matrix, options, { key: "~", change: changes && changes.map((index) => columns[index].total) }));
}

/**
 * Put lines into the body, in their order and before the totals; a line that is in its place is not moved.
 * A moved line that is out of view is laid out one frame later: those in view are what a person waits for.
 */
function placeRows(body, lines, totalRow) {
  const { from, to } = linesInView(body);
  const focusedLine = body.contains(document.activeElement) ? document.activeElement.closest("tr") : null;
  const wanted = new Set(lines);
  for (const line of [...body.children]) if (line !== totalRow && !wanted.has(line)) line.remove();
  const later = [];
  let place = body.firstChild;
  for (const [number, line] of lines.entries()) {
    if (line === place) {
      place = place.nextSibling;
      continue;
    }
    body.insertBefore(line, place);
    if ((number < from || number > to) && line !== focusedLine) later.push(line);
  }
  for (const [number, line] of [...body.children].entries()) for (const cell of line.querySelectorAll("[data-c]")) cell.dataset.r = number;
  for (const line of later) line.classList.add("later");
  requestAnimationFrame(() => setTimeout(() => { for (const line of later) line.classList.remove("later"); }));
}

/** Return the numbers of the first and last line that can be in view, before anything is changed; all of a body that is not on the page. */
function linesInView(body) {
  const scroller = body.closest(".matrix-scroll");
  if (!scroller) return { from: 0, to: Infinity };
  const height = Math.max(24, body.offsetHeight / body.children.length);
  const from = Math.floor(scroller.scrollTop / height) - 2;
  return { from, to: from + Math.ceil(scroller.clientHeight / height) + 4 };
}

/** Dim the cells of the states that are not highlighted. */
function dimCells(body, only) {
  for (const cell of body.querySelectorAll(".cell")) cell.classList.toggle("dim", only.length > 0 && !only.includes(cell.dataset.state));
}

/** Show the name of a cell's state beside the pointer. */
function showStateName(cell) {
  if (cell && !cell.title) cell.title = t(cell.dataset.state);
}

const groupName = (header) => header.path.map(localize).join(" · ");
const startsGroup = (headers, index) => index === 0 || groupName(headers[index]) !== groupName(headers[index - 1]);

function groupHeader(headers, index, span) {
  let length = 1;
  while (index + length < headers.length && groupName(headers[index + length]) === groupName(headers[index])) length += 1;
  const kind = span === "rowspan" ? "rowgroup" : "colgroup";
  return h("th", { role: span === "rowspan" ? "rowheader" : "columnheader", scope: kind, class: "grp", [span]: length }, groupName(headers[index]));
}

function gapCount(header) {
  const gaps = header.total.states.find((one) => one.state === "GAP")?.cells ?? 0;
  return gaps > 0 && h("span", { class: "gaps", title: t("gaps", { n: gaps }) }, mark("GAP"), h("span", { "aria-hidden": "true" }, gaps), screenReaderText(t("gaps", { n: gaps })));
}

const stageNumber = (header, axis) => axis.dimension === "STAGE" && header.kind === "MEMBER" && h("span", { class: "no" }, header.index + 1);

/** Return the head of a column; where columns are many, an agency is headed by its short name, with the whole name for screen readers and the pointer. */
function columnHeader(header, axis, isShort) {
  const short = isShort && header.kind === "MEMBER" && localize(header.member?.shortName);
  const name = short && short !== headerLabel(header) ? [h("span", { "aria-hidden": "true" }, short), screenReaderText(headerLabel(header))] : headerLabel(header);
  return h("th", { role: "columnheader", scope: "col", class: "col", "data-head": header.key, title: short ? headerLabel(header) : null }, stageNumber(header, axis), name, " ", gapCount(header), notLinkedMark(header));
}

const rowHeader = (header, axis) =>
  h("th", { role: "rowheader", scope: "row", class: "row", "data-head": header.key }, stageNumber(header, axis), headerLabel(header), " ", gapCount(header), notLinkedMark(header));

function gridCell(cell, row, column, options) {
  const key = cellKey(row, column);
  const step = options.mode === "names" ? 0 : heatStep(cell, options.scale);
  return h("td", {
    role: "gridcell", tabindex: "-1", class: `cell s-${cell.state}${step ? ` q${step}` : ""}`, "data-place": key, "data-state": cell.state,
    "data-c": column.index, "aria-selected": "false",
  }, options.mode === "names" ? cellContent(cell, options) : figureContent(cell, options));
}
