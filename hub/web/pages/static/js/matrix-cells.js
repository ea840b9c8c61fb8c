/**
 * What the cells of a matrix contain, on wide and narrow screens: names of projects, or figures.
 */
import { h, screenReaderText } from "./dom.js";
import { mark } from "./marks.js";
import { formatCitation, shortProjectName, formatMillions, t, localize } from "./i18n.js";

/** Return the cells by "row index, space, column index". */
export const cellsByPosition = (matrix) => new Map(matrix.cells.map((cell) => [`${cell.rowIndex} ${cell.columnIndex}`, cell]));

/** Return the slides of the activity list by which the cells of a matrix are judged; empty without a list. */
export const activityListSlides = (matrix) =>
  [...new Set(matrix.cells.flatMap((cell) => cell.expected.map((role) => formatCitation(role.citation))))].sort().join(", ");

/** Return the key of a cell: the keys of its row and column, joined by ~. */
export const cellKey = (row, column) => `${row.key}~${column.key}`;

/** Return the mark of a strategic issue of rank 1 or 2 to which nothing is linked; false for other headers. */
export const notLinkedMark = (header) =>
  header.notices.length > 0 && h("span", { class: "notlinked", title: header.notices.map((notice) => localize(notice.text)).join(" ") },
    mark("NOT_LINKED"), h("span", {}, t("notLinked")), screenReaderText(header.notices.map((notice) => localize(notice.text)).join(" ")));

/** Return a number of projects in words. */
export const projectCountText = (count) => (count === 0 ? t("noProject") : count === 1 ? t("project1") : t("projects", { n: count }));

/** Return the figures of a cell: its mark, how many projects and how much money in millions of baht; screen readers read them as one text, with the state in words. */
export function figureContent(cell, options) {
  const isEmpty = cell.projectCount === 0 && !cell.budget;
  const money = cell.budget && formatMillions(cell.budget.amount);
  const texts = [t(cell.state), !isEmpty && projectCountText(cell.projectCount), money && `${money} ${t("millionBaht")} ${t(options.phase)}`];
  return [
    cell.state !== "COVERED" && mark(cell.state),
    !isEmpty && [h("b", { class: "num", "aria-hidden": "true" }, cell.projectCount), " "],
    money && h("span", { class: "fig", "aria-hidden": "true" }, money),
    screenReaderText(texts.filter(Boolean).join(" "))];
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
