/**
 * What a printed matrix has and the screen has not: the question in words, the day, the key, the list of gaps, and lines to sign.
 */
import { byId, h, replaceChildren } from "./dom.js";
import { headerLabel } from "./header-label.js";
import { formatDateTime } from "./sources/format.js";
import { formatCitation, localize, t } from "./i18n.js";

/**
 * Draw the parts of a printed matrix, which are hidden on the screen.
 * @param {object} matrix
 * @param {{rows: string, columns: string, phase: string, counting: string, find: string, shown: number}} options `shown`: the number of rows on the page
 */
export function drawPrintSheet(matrix, options) {
  const gaps = matrix.cells.filter((cell) => cell.state === "GAP");
  const place = (cell) => `${headerLabel(matrix.rows.headers[cell.rowIndex])} × ${headerLabel(matrix.columns.headers[cell.columnIndex])}`;
  replaceChildren(byId("print-head"),
    h("p", {}, t("printQuestion", { rows: t(options.rows), columns: t(options.columns), counting: t(options.counting), phase: t(options.phase) })),
    options.find && h("p", {}, t("printRows", { words: options.find }), " · ", t("rowsShown", { shown: options.shown, n: matrix.rows.headers.length })),
    h("p", {}, t("printDay", { time: formatDateTime(matrix.asOf) })),
    matrix.sources.length > 0 && h("p", {}, t("sources"), ": ", matrix.sources.map(({ source, asOf }) => [localize(source.name), asOf && `(${t("sourceAsOf", { time: formatDateTime(asOf) })})`].filter(Boolean).join(" ")).join(", ")));
  replaceChildren(byId("print-foot"),
    gaps.length > 0 && h("section", {}, h("h2", {}, t("printGaps", { n: gaps.length })), h("ol", {}, gaps.map((cell) => h("li", {}, h("b", {}, place(cell)),
      cell.expected.length > 0 && `: ${localize(cell.expected[0].statement)} (${formatCitation(cell.expected[0].citation)})`)))),
    h("div", { class: "signatures" }, ["signArea", "signFunction"].map((side) => h("p", {}, t(side), h("span", {}, t("signLine"))))),
    h("p", { class: "key" }, t("printKey"), " ", h("code", {}, matrix.key)));
}
