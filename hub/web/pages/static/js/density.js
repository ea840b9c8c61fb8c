/**
 * What the cells of a matrix show: names of projects, figures, or a colour by quantile; and which rows, in which order.
 */
import { h, replaceChildren } from "./dom.js";
import { headerLabel } from "./header-label.js";
import { formatMillions, lang, t } from "./i18n.js";

/** What cells can show. */
export const CELL_MODES = ["names", "figures", "heat"];
/** How rows can be sorted; the first is the order of the axis. */
export const ROW_ORDERS = ["", "money", "count", "name"];
/** With more projects in a filled cell on average, or more columns, cells show figures. */
const CROWDED = { projects: 6, columns: 12 };
/** From this many rows on, rows can be filtered and sorted. */
const MANY_ROWS = 12;
const QUANTILES = 5;

/** Return whether names of projects and expected roles are fetched, which cost more: along a chain or issue, or as chosen. */
export const wantsNames = (state, { chain, issue }) => state.show === "names" || Boolean(chain || issue);

/**
 * Return what the cells of a loaded matrix show: as chosen, or as its size allows.
 * @param {Record<string, string>} state
 * @param {object} matrix
 * @returns {"names" | "figures" | "heat"}
 */
export function cellMode(state, matrix) {
  if (CELL_MODES.includes(state.show)) return state.show;
  if (matrix.cells.some((cell) => !cell.projects)) return "figures";
  const filled = matrix.cells.filter((cell) => cell.projectCount > 0);
  const projects = filled.reduce((n, cell) => n + cell.projectCount, 0);
  return matrix.columns.headers.length > CROWDED.columns || projects > filled.length * CROWDED.projects ? "figures" : "names";
}

/** Return the value of a cell by which it is coloured: its money, or without any money in the matrix its projects. */
const heatValue = (cell, byMoney) => (byMoney ? Number(cell.budget?.amount ?? 0) : cell.projectCount);

/**
 * Return the upper bounds of the colours: quantiles of the values above zero, ascending, equal ones once.
 * @param {object} matrix
 * @returns {{byMoney: boolean, bounds: number[]}}
 */
export function heatScale(matrix) {
  const byMoney = matrix.cells.some((cell) => cell.budget);
  const values = matrix.cells.map((cell) => heatValue(cell, byMoney)).filter((value) => value > 0).sort((a, b) => a - b);
  const bounds = Array.from({ length: QUANTILES }, (_, at) => values[Math.ceil(((at + 1) * values.length) / QUANTILES) - 1]);
  return { byMoney, bounds: values.length ? [...new Set(bounds)] : [] };
}

/** Return the number of the colour of a cell, from 1; 0 without a value. */
export function heatStep(cell, { byMoney, bounds }) {
  const value = heatValue(cell, byMoney);
  return value > 0 ? bounds.findIndex((bound) => value <= bound) + 1 : 0;
}

/** Return the rows that are shown: those whose label contains every word, in the chosen order; the rest of an axis stays last. */
export function shownRows(matrix, { sort, find }) {
  const terms = (find ?? "").toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const rows = matrix.rows.headers.filter((header) => terms.every((term) => [header.label.th, header.label.en, headerLabel(header)].some((label) => label?.toLocaleLowerCase().includes(term))));
  const rest = (header) => Number(header.kind !== "MEMBER");
  const compare = {
    money: (a, b) => Number(b.total.budget?.amount ?? -1) - Number(a.total.budget?.amount ?? -1),
    count: (a, b) => b.total.projectCount - a.total.projectCount,
    name: (a, b) => headerLabel(a).localeCompare(headerLabel(b), lang()),
  }[sort];
  return compare ? rows.toSorted((a, b) => rest(a) - rest(b) || compare(a, b)) : rows;
}

/**
 * Return the tools above the matrix: what cells show, the filter and order of the rows, the key of the colours; null if a small matrix shows names.
 * @param {object} matrix
 * @param {{mode: string, sort: string, find: string, shownRows: object[], scale: object}} options
 * @param {{change: (change: object) => void, filter: (text: string) => void}} actions
 * @returns {{element: HTMLElement, change: (options: object) => void} | null} `change` shows other options; what is being typed stays
 */
export function densityTools(matrix, options, { change, filter }) {
  const rows = matrix.rows.headers.length;
  if (options.mode === "names" && rows < MANY_ROWS) return null;
  const buttons = CELL_MODES.map((one) => h("button", { type: "button", class: "seg", "data-show": one, onclick: () => change({ show: one }) }, t(`show_${one}`)));
  const order = h("select", { id: "row-order", "aria-label": t("rowOrder"), onchange: ({ target }) => change({ sort: target.value || null }) },
    ROW_ORDERS.map((one) => h("option", { value: one }, t(`sort_${one || "axis"}`))));
  const search = h("input", { type: "search", id: "row-filter", placeholder: t("rowFilter"), "aria-label": t("rowFilter"), oninput: ({ target }) => filter(target.value) });
  const status = h("span", { class: "quiet", role: "status" });
  const colours = h("span", {});
  const show = ({ mode, sort, find, shownRows: { length }, scale }) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === mode));
    order.value = sort ?? "";
    if (search.value !== (find ?? "")) search.value = find ?? "";
    status.textContent = find ? t("rowsShown", { shown: length, n: rows }) : "";
    replaceChildren(colours, mode === "heat" && heatKey(scale));
  };
  show(options);
  return { element: h("div", { class: "tools", role: "group", "aria-label": t("tools") }, h("span", { class: "segs" }, buttons), rows >= MANY_ROWS && [search, order], status, colours), change: show };
}

function heatKey({ byMoney, bounds }) {
  const label = (bound) => (byMoney ? formatMillions(bound) : String(bound));
  return h("span", { class: "heatkey" }, t(byMoney ? "heatMoney" : "heatCount"), " ", bounds.map((bound, at) => h("span", { class: `step q${at + 1}` }, `≤ ${label(bound)}`)));
}
