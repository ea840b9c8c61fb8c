/**
 * The totals of rows, columns and the whole matrix, and the change from the last year but one to the last.
 */
import { h, screenReaderText } from "./dom.js";
import { projectCountText } from "./matrix-cells.js";
import { isNotInForce } from "./messages.js";
import { formatMillions, t } from "./i18n.js";

/**
 * Return the cell of a total; it opens like other cells if it counts any project.
 * @param {object} total
 * @param {object} matrix
 * @param {{phase: string, money: boolean}} options
 * @param {{row?: number, column?: number, key: string, change?: object[] | null}} group `change`: the figures of the last two years
 */
export function totalCell(total, matrix, options, group) {
  const isGrandTotal = group.row === undefined && group.column === undefined;
  const inGroup = (cell) => (group.row ?? cell.rowIndex) === cell.rowIndex && (group.column ?? cell.columnIndex) === cell.columnIndex;
  const sumOfCells = matrix.cells.filter(inGroup).reduce((n, cell) => n + cell.projectCount, 0);
  // What was not in force has no figure; a zero would say that there was no project.
  const isAbsent = isNotInForce(matrix) || (total.states.length > 0 && total.states.every(({ state }) => state === "NOT_IN_FORCE"));
  const count = isAbsent ? t("NOT_IN_FORCE") : projectCountText(total.projectCount);
  const isOpen = total.projectCount > 0;
  return h("td", {
    role: "gridcell", class: `tot${isGrandTotal ? " grand" : ""}${isOpen ? " opens" : " none"}`,
    ...(isOpen ? { tabindex: "-1", "data-place": group.key, "data-c": group.column ?? matrix.columns.headers.length, "aria-selected": "false", title: t("openTotal") } : {}),
  },
    h("span", { class: "count" }, options.mode === "names" || isAbsent ? count : [h("span", { "aria-hidden": "true" }, total.projectCount), screenReaderText(count)]),
    options.money && h("span", { class: "fig" }, options.mode === "names" && [t(options.phase), " "], h("b", {}, total.budget ? formatMillions(total.budget.amount) : t("noFigure"))),
    !total.additive && (options.mode === "names"
      ? h("span", { class: "unit warn" }, differenceText(total, sumOfCells))
      : h("span", { class: "unit warn", title: differenceText(total, sumOfCells) }, h("span", { "aria-hidden": "true" }, "*"), screenReaderText(differenceText(total, sumOfCells)))),
    group.change?.every(Boolean) && changeText(...group.change),
    isGrandTotal && total.additive && total.projectCount > 0 && h("span", { class: "unit" }, t("additive")));
}

/** Return the note on a total that is not the sum of its cells: first for projects, then for money. */
function differenceText(total, sumOfCells) {
  if (sumOfCells !== total.projectCount) return t("notAdditiveShort", { sum: sumOfCells });
  const moneyDiffers = total.sumOfCells && total.sumOfCells.amount !== total.budget?.amount;
  return moneyDiffers ? t("notAdditiveShort", { sum: formatMillions(total.sumOfCells.amount) }) : t("notAdditiveOther");
}

/**
 * Return a total as a text: projects, money, and the change from the year before.
 * @param {object} total
 * @param {object} matrix
 * @param {{phase: string, money: boolean}} options
 * @param {object[] | null | undefined} change the figures of the last two years
 */
export const totalText = (total, matrix, options, change) => [
  isNotInForce(matrix) ? t("NOT_IN_FORCE") : t("projects", { n: total.projectCount }),
  options.money && ` · ${t(options.phase)} ${total.budget ? `${formatMillions(total.budget.amount)} ${t("millionBaht")}` : t("noFigure")}`,
  change?.every(Boolean) && [" ", changeText(...change)]];

/** Return the indexes of the last two years among the columns; null with one year. */
export function yearColumns(columns) {
  const years = columns.filter((column) => column.kind === "MEMBER").map((column) => column.index);
  return years.length > 1 ? years.slice(-2) : null;
}

/** Return how the money of one year differs from the year before, in percent; what has no amount in one of them has no percentage. */
function changeText(before, after) {
  const [old, recent] = [before, after].map((figures) => Number(figures.budget?.amount ?? 0));
  if (old === 0 || recent === 0) return false;
  const percent = ((recent - old) / old) * 100;
  return h("span", { class: "unit change" }, t("changed", { percent: `${percent > 0 ? "+" : ""}${percent.toFixed(1)}` }));
}
