/**
 * The matrix itself: a grid of cells, each telling its state by mark, word and border, colour last.
 */
import { h, heard } from "./dom.js";
import { mark } from "./marks.js";
import { cite, has, inCell, million, t, tx } from "./words.js";

/** The levels are the hub's own labels; this page only writes them with room to break. */
const named = (header) => (has(header.key) && header.key in LEVELS ? t(header.key) : tx(header.label));
const LEVELS = { MINISTRY: 1, CLUSTER: 1, PROVINCE: 1, LOCAL: 1, PRIVATE: 1, CIVIL_SOCIETY: 1 };

/** What a header is called on this page. */
export function headName(header) {
  if (header.kind === "UNASSIGNED") return t("unassigned");
  if (header.member?.level === "CLUSTER") return named(header).replace(/^กลุ่มจังหวัด|(?<=.) Cluster$/, "");
  return named(header);
}

/**
 * The grid of a matrix.
 * @param {object} matrix
 * @param {{rows: string, columns: string, phase: string, money: boolean, open: string, only: string[]}} how
 * @returns {HTMLTableElement}
 */
export function grid(matrix, how) {
  const rows = matrix.rows.headers;
  const columns = matrix.columns.headers;
  const cells = byPlace(matrix);
  const groups = { rows: rows.some((r) => r.path.length), columns: columns.some((c) => c.path.length) };
  const lead = groups.rows ? 2 : 1;
  const body = rows.map((row, at) =>
    h("tr", { role: "row" },
      groups.rows && startsGroup(rows, at) && groupHead(rows, at, "rowspan"),
      rowHead(row, matrix.rows, how),
      columns.map((column) => cellOf(cells.get(`${row.index} ${column.index}`), row, column, how)),
      total(row.total, matrix, how, { row: row.index })),
  );
  const foot = h("tr", { role: "row", class: "sum" },
    h("th", { role: "rowheader", scope: "row", class: "row sumhead", colspan: lead }, t("total")),
    columns.map((column) => total(column.total, matrix, how, { column: column.index })),
    total(matrix.total, matrix, how, {}));
  const table = h("table", {
    role: "grid", class: `mx ${matrix.rows.dimension === "STAGE" ? "down" : "across"}${how.money ? " paid" : ""}`, id: "grid",
    "aria-label": t("gridLabel", { rows: t(how.rows), columns: t(how.columns) }),
    "aria-rowcount": rows.length + 2, "aria-colcount": columns.length + lead + 1,
  },
  widths(matrix, lead),
  h("thead", { role: "rowgroup" },
    groups.columns && h("tr", { role: "row" },
      h("td", { role: "gridcell", class: "corner", colspan: lead }),
      columns.map((_, at) => startsGroup(columns, at) && groupHead(columns, at, "colspan")),
      h("td", { role: "gridcell", class: "corner" })),
    h("tr", { role: "row" },
      h("td", { role: "gridcell", class: "corner", colspan: lead }, `${t(how.rows)} \\ ${t(how.columns)}`),
      columns.map((column) => columnHead(column, matrix.columns)),
      h("th", { role: "columnheader", scope: "col", class: "col sumhead" }, t("total"), how.money && h("span", { class: "unit" }, t("millionBaht"))))),
  h("tbody", { role: "rowgroup" }, body, foot));
  return table;
}

/** Cells by the indexes of their row and column. */
export const byPlace = (matrix) => new Map(matrix.cells.map((cell) => [`${cell.rowIndex} ${cell.columnIndex}`, cell]));

/** The address of a cell: the keys of its row and column. */
export const placeOf = (row, column) => `${row.key}~${column.key}`;

const groupName = (header) => header.path.map(tx).join(" · ");
const startsGroup = (headers, at) => at === 0 || groupName(headers[at]) !== groupName(headers[at - 1]);

function groupHead(headers, at, span) {
  let length = 1;
  while (at + length < headers.length && groupName(headers[at + length]) === groupName(headers[at])) length += 1;
  const kind = span === "rowspan" ? "rowgroup" : "colgroup";
  return h("th", { role: span === "rowspan" ? "rowheader" : "columnheader", scope: kind, class: "grp", [span]: length }, groupName(headers[at]));
}

function gapsOf(header) {
  const gaps = header.total.states.find((one) => one.state === "GAP")?.cells ?? 0;
  return gaps > 0 && h("span", { class: "gaps", title: t("gaps", { n: gaps }) }, mark("GAP"), h("span", { "aria-hidden": "true" }, gaps), heard(t("gaps", { n: gaps })));
}

const number = (header, axis) => axis.dimension === "STAGE" && header.kind === "MEMBER" && h("span", { class: "no" }, header.index + 1);

const columnHead = (header, axis) =>
  h("th", { role: "columnheader", scope: "col", class: "col", "data-head": header.key }, number(header, axis), headName(header), " ", gapsOf(header));

const rowHead = (header, axis) =>
  h("th", { role: "rowheader", scope: "row", class: "row", "data-head": header.key }, number(header, axis), headName(header), " ", gapsOf(header));

function cellOf(cell, row, column, how) {
  const place = placeOf(row, column);
  const dim = how.only.length > 0 && !how.only.includes(cell.state);
  return h("td", {
    role: "gridcell", tabindex: "-1", class: `cell s-${cell.state}${dim ? " dim" : ""}`, "data-place": place, "data-state": cell.state,
    "data-r": row.index, "data-c": column.index, "aria-selected": how.open === place ? "true" : "false",
  }, inside(cell, how));
}

/**
 * What a cell holds, in words; the list on a tablet shows the same.
 * @param {object} cell
 * @param {{phase: string}} how
 */
export function inside(cell, how) {
  const shown = cell.projects.nodes;
  const rest = cell.projectCount - shown.length;
  const cited = cell.state === "GAP" && cell.expected.length > 0;
  const slides = cited && [...new Set(cell.expected.map((role) => cite(role.citation)))].join(", ");
  const label = h("span", { class: "state" }, mark(cell.state), h("b", {}, t(cell.state)), cited && h("span", { class: "slide" }, slides));
  return h("div", { class: "in" },
    cell.state === "COVERED" ? heard(t("COVERED")) : label,
    shown.map((project, at) => h("span", { class: "p" },
      cell.state === "COVERED" && at === 0 && mark("COVERED"),
      h("span", { class: "n" }, inCell(project.name)),
      project.owner?.shortName && [" ", h("span", { class: "o" }, tx(project.owner.shortName))])),
    rest > 0 && h("span", { class: "rest" }, t("more", { n: rest })),
    cell.hiddenProjects > 0 && h("span", { class: "rest" }, t("hidden", { n: cell.hiddenProjects })),
    cited && h("span", { class: "hint" }, cell.expected.length > 1 && h("b", {}, t("roles", { n: cell.expected.length }), " "), tx(cell.expected[0].statement)),
    cell.budget && h("span", { class: "fig" }, `${t(how.phase)} ${million(cell.budget.amount)}`));
}

function total(of, matrix, how, group) {
  const grand = group.row === undefined && group.column === undefined;
  const inGroup = (cell) => (group.row ?? cell.rowIndex) === cell.rowIndex && (group.column ?? cell.columnIndex) === cell.columnIndex;
  const sum = matrix.cells.filter(inGroup).reduce((n, cell) => n + cell.projectCount, 0);
  const count = of.projectCount === 0 ? t("noProject") : of.projectCount === 1 ? t("project1") : t("projects", { n: of.projectCount });
  return h("td", { role: "gridcell", class: `tot${grand ? " grand" : ""}${of.projectCount === 0 ? " none" : ""}` },
    h("span", { class: "count" }, count),
    how.money && h("span", { class: "fig" }, t(how.phase), " ", h("b", {}, of.budget ? million(of.budget.amount) : t("noFigure"))),
    !of.additive && h("span", { class: "unit warn" }, unlike(of, sum)),
    grand && of.additive && of.projectCount > 0 && h("span", { class: "unit" }, t("additive")));
}

/** What the cells add up to, where that is not the total: projects first, then money. */
function unlike(of, sum) {
  if (sum !== of.projectCount) return t("notAdditiveShort", { sum });
  const money = of.sumOfCells && of.sumOfCells.amount !== of.budget?.amount;
  return money ? t("notAdditiveShort", { sum: million(of.sumOfCells.amount) }) : t("notAdditiveOther");
}

/** Columns 0.88–1.22 of the mean by the length of their names and of what stands in them. */
function widths(matrix, lead) {
  const down = matrix.rows.dimension === "STAGE" || matrix.rows.dimension === "ISSUE";
  const lengths = matrix.columns.headers.map((column) => {
    const texts = matrix.cells.filter((cell) => cell.columnIndex === column.index).map((cell) => cell.projects.nodes.reduce((n, p) => n + tx(p.name).length, 0));
    return Math.max(tx(column.label).length * 1.4, ...texts, 8);
  });
  const mean = lengths.reduce((a, b) => a + b, 0) / (lengths.length || 1);
  const shares = lengths.map((length) => Math.min(1.22, Math.max(0.88, Math.sqrt(length / mean))));
  const heads = lead === 2 ? [8, 13] : [down ? 13 : 10.4];
  const sum = 8.4;
  const remaining = 100 - sum - heads.reduce((a, b) => a + b, 0);
  const all = shares.reduce((a, b) => a + b, 0);
  const wide = [...heads, ...shares.map((share) => (share / all) * remaining), sum];
  return h("colgroup", {}, wide.map((width) => {
    const col = h("col");
    col.style.width = `${width.toFixed(2)}%`;
    return col;
  }));
}
