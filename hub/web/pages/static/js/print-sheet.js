/**
 * What a printed matrix has and the screen has not: the question in words, the day, the key, the list of gaps, and lines to sign.
 */
import { byId, h, replaceChildren } from "./dom.js";
import { headerLabel } from "./header-label.js";
import { formatCitation, formatDate, localize, t } from "./i18n.js";

/**
 * Draw the parts of a printed matrix, which are hidden on the screen.
 * @param {object} matrix
 * @param {{rows: string, columns: string, phase: string, counting: string}} options
 */
export function drawPrintSheet(matrix, options) {
  const gaps = matrix.cells.filter((cell) => cell.state === "GAP");
  const place = (cell) => `${headerLabel(matrix.rows.headers[cell.rowIndex])} × ${headerLabel(matrix.columns.headers[cell.columnIndex])}`;
  replaceChildren(byId("print-head"),
    h("p", {}, t("printQuestion", { rows: t(options.rows), columns: t(options.columns), counting: t(options.counting), phase: t(options.phase) })),
    h("p", {}, t("printDay", { day: formatDate(matrix.asOf), time: new Date(matrix.asOf).toLocaleTimeString("th-TH", { hour: "2-digit", minute: "2-digit", hour12: false }) }),
      matrix.sources.length > 0 && [" · ", t("sources"), ": ", matrix.sources.map(({ source }) => localize(source.name)).join(", ")]));
  replaceChildren(byId("print-foot"),
    gaps.length > 0 && h("section", {}, h("h2", {}, t("printGaps", { n: gaps.length })), h("ol", {}, gaps.map((cell) => h("li", {}, h("b", {}, place(cell)),
      cell.expected.length > 0 && `: ${localize(cell.expected[0].statement)} (${formatCitation(cell.expected[0].citation)})`)))),
    h("div", { class: "signatures" }, ["signArea", "signFunction"].map((side) => h("p", {}, t(side), h("span", {}, t("signLine"))))),
    h("p", { class: "key" }, t("printKey"), " ", h("code", {}, matrix.key)));
}
