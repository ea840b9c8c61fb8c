/**
 * The matrix as a grid. Each cell shows its state by a mark, a label and a border; colour only repeats it.
 */
import { h, screenReaderText } from "./dom.js";
import { mark } from "./marks.js";
import { heatStep } from "./density.js";
import { headerLabel } from "./header-label.js";
import { totalCell, yearColumns } from "./matrix-totals.js";
import { formatCitation, shortProjectName, formatMillions, t, localize } from "./i18n.js";

/** With more columns, agencies are headed by their short names and columns have a least width. */
const MANY_COLUMNS = 9;

/**
 * Return the grid of a matrix.
 * @param {object} matrix
 * @param {{rows: string, columns: string, phase: string, money: boolean, open: string, only: string[], mode: string, scale: object, shownRows?: object[], rowNumbers?: Map<object, number>}} options
 * @returns {HTMLTableElement}
 */
export function matrixGrid(matrix, options) {
  const rows = options.shownRows ?? matrix.rows.headers;
  const columns = matrix.columns.headers;
  const cells = cellsByPosition(matrix);
  const listSlides = activityListSlides(matrix);
  const isSorted = rows.some((row, index) => row !== matrix.rows.headers[index]);
  const groups = { rows: !isSorted && rows.some((r) => r.path.length), columns: columns.some((c) => c.path.length) };
  const compact = options.mode !== "names";
  const changes = matrix.columns.dimension === "FISCAL_YEAR" ? yearColumns(columns) : null;
  const headerColumns = groups.rows ? 2 : 1;
  const body = rows.map((row, index) =>
    h("tr", { role: "row" },
      groups.rows && startsGroup(rows, index) && groupHeader(rows, index, "rowspan"),
      rowHeader(row, matrix.rows, options),
      columns.map((column) => gridCell(cells.get(`${row.index} ${column.index}`), row, column, { ...options, listSlides })),
      totalCell(row.total, matrix, options, { row: row.index, at: index, key: `${row.key}~`, change: changes && [cells.get(`${row.index} ${changes[0]}`), cells.get(`${row.index} ${changes[1]}`)] })),
  );
  const totalRow = h("tr", { role: "row", class: "sum" },
    h("th", { role: "rowheader", scope: "row", class: "row sumhead", colspan: headerColumns }, t("total")),
    columns.map((column) => totalCell(column.total, matrix, options, { column: column.index, at: rows.length, key: `~${column.key}` })),
    totalCell(matrix.total, matrix, options, { at: rows.length, key: "~", change: changes && changes.map((index) => columns[index].total) }));
  const table = h("table", {
    role: "grid", class: `mx ${matrix.rows.dimension === "STAGE" ? "down" : "across"}${options.money ? " paid" : ""}${compact ? " compact" : ""}${columns.length > MANY_COLUMNS ? " many" : ""}`, id: "grid",
    "aria-label": t("gridLabel", { rows: t(options.rows), columns: t(options.columns) }),
    "aria-rowcount": rows.length + 2, "aria-colcount": columns.length + headerColumns + 1,
  },
  compact ? equalWidths(columns.length, headerColumns) : columnWidths(matrix, headerColumns),
  h("thead", { role: "rowgroup" },
    groups.columns && h("tr", { role: "row" },
      h("td", { role: "gridcell", class: "corner", colspan: headerColumns }),
      columns.map((_, index) => startsGroup(columns, index) && groupHeader(columns, index, "colspan")),
      h("td", { role: "gridcell", class: "corner" })),
    h("tr", { role: "row" },
      h("td", { role: "gridcell", class: "corner", colspan: headerColumns }, `${t(options.rows)} \\ ${t(options.columns)}`),
      columns.map((column) => columnHeader(column, matrix.columns, columns.length > MANY_COLUMNS)),
      h("th", { role: "columnheader", scope: "col", class: "col sumhead" }, t("total"), options.money && h("span", { class: "unit" }, t("millionBaht"))))),
  h("tbody", { role: "rowgroup" }, body, totalRow));
  return table;
}

/** Return the cells by "row index, space, column index". */
export const cellsByPosition = (matrix) => new Map(matrix.cells.map((cell) => [`${cell.rowIndex} ${cell.columnIndex}`, cell]));

/** Return the slides of the activity list by which the cells of a matrix are judged; empty without a list. */
export const activityListSlides = (matrix) =>
  [...new Set(matrix.cells.flatMap((cell) => cell.expected.map((role) => formatCitation(role.citation))))].sort().join(", ");

/** Return the key of a cell: the keys of its row and column, joined by ~. */
export const cellKey = (row, column) => `${row.key}~${column.key}`;

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

/** Return the mark of a strategic issue of rank 1 or 2 to which nothing is linked; false for other headers. */
export const notLinkedMark = (header) =>
  header.notices.length > 0 && h("span", { class: "notlinked", title: header.notices.map((notice) => localize(notice.text)).join(" ") },
    mark("NOT_LINKED"), h("span", {}, t("notLinked")), screenReaderText(header.notices.map((notice) => localize(notice.text)).join(" ")));

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
  const step = options.mode === "heat" ? heatStep(cell, options.scale) : 0;
  const isDimmed = options.only.length > 0 && !options.only.includes(cell.state);
  return h("td", {
    role: "gridcell", tabindex: "-1", class: `cell s-${cell.state}${isDimmed ? " dim" : ""}${step ? ` q${step}` : ""}`, "data-place": key, "data-state": cell.state,
    "data-r": options.rowNumbers?.get(row) ?? row.index, "data-c": column.index, "aria-selected": options.open === key ? "true" : "false",
  }, options.mode === "names" ? cellContent(cell, options) : figureContent(cell, options));
}

/** Return the figures of a cell: its mark, how many projects and how much money in millions of baht; an empty cell has its state in words for screen readers. */
export function figureContent(cell, options) {
  const isEmpty = cell.projectCount === 0 && !cell.budget;
  return h("div", { class: "in", title: t(cell.state) },
    h("span", { class: "state" }, cell.state !== "COVERED" && mark(cell.state), screenReaderText(t(cell.state)),
      !isEmpty && [h("b", { class: "num" }, cell.projectCount), screenReaderText(` ${t("projects", { n: "" })}`)]),
    cell.budget && h("span", { class: "fig" }, formatMillions(cell.budget.amount), screenReaderText(` ${t("millionBaht")} ${t(options.phase)}`)));
}

/**
 * Return the content of a cell: state, up to three projects, expected roles, budget. Narrow screens show the same.
 * @param {object} cell
 * @param {{phase: string, listSlides?: string}} options `listSlides`: what a cell in which nobody is expected cites
 */
export function cellContent(cell, options) {
  const shown = cell.projects?.nodes ?? [];
  const rest = cell.projectCount - shown.length;
  const showsRoles = cell.state === "GAP" && cell.expected.length > 0;
  const slides = showsRoles ? [...new Set(cell.expected.map((role) => formatCitation(role.citation)))].join(", ") : cell.state === "NOT_EXPECTED" ? options.listSlides : "";
  const stateLabel = h("span", { class: "state" }, mark(cell.state), h("b", {}, t(cell.state)), slides && h("span", { class: "slide" }, slides));
  return h("div", { class: "in" },
    cell.state === "COVERED" ? screenReaderText(t("COVERED")) : stateLabel,
    shown.map((project, index) => h("span", { class: "p" },
      cell.state === "COVERED" && index === 0 && mark("COVERED"),
      h("span", { class: "n" }, shortProjectName(project.name)),
      project.owner?.shortName && [" ", h("span", { class: "o" }, localize(project.owner.shortName))])),
    rest > 0 && h("span", { class: "rest" }, t("more", { n: rest })),
    cell.hiddenProjects > 0 && h("span", { class: "rest" }, t("hidden", { n: cell.hiddenProjects })),
    showsRoles && h("span", { class: "hint" }, cell.expected.length > 1 && h("b", {}, t("roles", { n: cell.expected.length }), " "), localize(cell.expected[0].statement)),
    cell.budget && h("span", { class: "fig" }, `${t(options.phase)} ${formatMillions(cell.budget.amount)}`));
}

/** Return equal widths for the columns, and wider ones for the heads of rows and the totals. */
function equalWidths(columns, headerColumns) {
  const head = Math.min(1.9, 0.3 * columns);
  const unit = 100 / (columns + 1 + head * headerColumns);
  return columnGroup([...Array(headerColumns).fill(head * unit), ...Array(columns).fill(unit), unit]);
}

/** Return the column widths: 0.88 to 1.22 of the mean, by the length of the texts in the column. */
function columnWidths(matrix, headerColumns) {
  const wideRowHeader = matrix.rows.dimension === "STAGE" || matrix.rows.dimension === "ISSUE";
  const lengths = matrix.columns.headers.map((column) => {
    const texts = matrix.cells.filter((cell) => cell.columnIndex === column.index).map((cell) => (cell.projects?.nodes ?? []).reduce((n, p) => n + localize(p.name).length, 0));
    return Math.max(localize(column.label).length * 1.4, ...texts, 8);
  });
  const mean = lengths.reduce((a, b) => a + b, 0) / (lengths.length || 1);
  const shares = lengths.map((length) => Math.min(1.22, Math.max(0.88, Math.sqrt(length / mean))));
  const headerWidths = headerColumns === 2 ? [8, 13] : [wideRowHeader ? 13 : 10.4];
  const totalWidth = 8.4;
  const remaining = 100 - totalWidth - headerWidths.reduce((a, b) => a + b, 0);
  const shareSum = shares.reduce((a, b) => a + b, 0);
  const percentages = [...headerWidths, ...shares.map((share) => (share / shareSum) * remaining), totalWidth];
  return columnGroup(percentages);
}

const columnGroup = (percentages) => h("colgroup", {}, percentages.map((width) => {
  const col = h("col");
  col.style.width = `${width.toFixed(2)}%`;
  return col;
}));
