/**
 * The matrix on narrow screens: a table of marks for all cells, and below it the cells of one stage with their texts.
 */
import { h, screenReaderText } from "./dom.js";
import { mark } from "./marks.js";
import { headerLabel } from "./header-label.js";
import { heatStep } from "./density.js";
import { activityListSlides, cellsByPosition, cellContent, cellKey, figureContent, notLinkedMark } from "./matrix-cells.js";
import { totalText, yearColumns } from "./matrix-totals.js";
import { localize, t } from "./i18n.js";

/**
 * Return the table of marks and the list of the chosen stage.
 * @param {object} matrix
 * @param {{rows: string, columns: string, stage: string, only: string[], phase: string, open: string}} options
 * @param {{stage: (key: string) => void, open: (place: string) => void}} actions
 */
export function narrowMatrix(matrix, options, actions) {
  const stagesAreRows = matrix.rows.dimension === "STAGE";
  const stageAxis = stagesAreRows ? matrix.rows : matrix.columns;
  const otherAxis = stagesAreRows ? matrix.columns : matrix.rows;
  const chosen = stageAxis.headers.find((header) => header.key === options.stage) ?? stageAxis.headers[0];
  const cells = cellsByPosition(matrix);
  const cellAt = (one, other) => (stagesAreRows ? cells.get(`${one.index} ${other.index}`) : cells.get(`${other.index} ${one.index}`));
  const keyOf = (one, other) => (stagesAreRows ? cellKey(one, other) : cellKey(other, one));
  if (!chosen) return h("div");

  const stageButton = (header) => h("button", { type: "button", class: "stagepick", "data-head": header.key, "aria-pressed": String(header === chosen), title: headerLabel(header), onclick: () => actions.stage(header.key) },
    stagesAreRows ? `${header.index + 1}. ${headerLabel(header)}` : [shortLabel(header), screenReaderText(` ${headerLabel(header)}`)]);
  const markButton = (one, other) => {
    const cell = cellAt(one, other);
    const step = options.mode === "heat" ? heatStep(cell, options.scale) : 0;
    const isDimmed = options.only.length > 0 && !options.only.includes(cell.state);
    return h("td", {}, h("button", {
      type: "button", class: `mc s-${cell.state}${one === chosen ? " lit" : ""}${isDimmed ? " dim" : ""}${step ? ` q${step}` : ""}`, "data-place": keyOf(one, other), "data-state": cell.state,
      "aria-label": `${headerLabel(one)} × ${headerLabel(other)}: ${t(cell.state)}${cell.projectCount ? ` ${cell.projectCount}` : ""}`, onclick: () => actions.open(keyOf(one, other)),
    }, mark(cell.state), cell.projectCount > 1 && h("b", {}, cell.projectCount)));
  };
  const table = stagesAreRows
    ? h("table", { class: "marks named" },
        h("thead", {}, h("tr", {}, h("td"), otherAxis.headers.map((other) => h("th", { scope: "col" }, headerLabel(other), notLinkedMark(other))))),
        h("tbody", {}, stageAxis.headers.map((one) => h("tr", {}, h("th", { scope: "row", class: "pickhead" }, stageButton(one)), otherAxis.headers.map((other) => markButton(one, other))))))
    : h("table", { class: "marks" },
        h("thead", {}, h("tr", {}, h("td"), stageAxis.headers.map((one) => h("th", { scope: "col" }, stageButton(one))))),
        h("tbody", {}, otherAxis.headers.map((other) => h("tr", {}, h("th", { scope: "row" }, headerLabel(other), notLinkedMark(other)), stageAxis.headers.map((one) => markButton(one, other))))));

  table.style.setProperty("--columns", String((stagesAreRows ? otherAxis : stageAxis).headers.length));
  return h("div", { class: "tablet" },
    h("p", { class: "quiet" }, t("stageList", { axis: t(stagesAreRows ? options.rows : options.columns) })),
    h("div", { class: "marksbox" }, table),
    h("h2", { class: "stagename" }, h("span", { class: "no" }, chosen.index + 1), headerLabel(chosen), notLinkedMark(chosen)),
    h("ul", { class: "stagelist" }, otherAxis.headers.map((other) => h("li", {},
      h("span", { class: "who" }, headerLabel(other)),
      h("button", { type: "button", class: `cell s-${cellAt(chosen, other).state}`, "data-place": keyOf(chosen, other), onclick: () => actions.open(keyOf(chosen, other)) },
        screenReaderText(`${headerLabel(other)}: `), options.mode === "names" ? cellContent(cellAt(chosen, other), { ...options, listSlides: activityListSlides(matrix) }) : figureContent(cellAt(chosen, other), options))))),
    totals(matrix, chosen, options, actions));
}

/** Return the head of a column of marks: a year, the short name of an agency, or else its number. */
const shortLabel = (header) => (header.dimension === "FISCAL_YEAR" && header.kind === "MEMBER" ? header.key : localize(header.member?.shortName) || header.index + 1);

/** Return the totals of the chosen column and of the whole matrix, which open like cells. */
function totals(matrix, chosen, options, actions) {
  const years = matrix.columns.dimension === "FISCAL_YEAR" ? yearColumns(matrix.columns.headers) : null;
  const isRow = matrix.rows.headers.includes(chosen);
  const entry = (label, total, key, change) => h("li", {}, h("span", { class: "who" }, label),
    h("button", { type: "button", class: "cell", "data-place": key, disabled: total.projectCount === 0, onclick: () => actions.open(key) }, totalText(total, matrix, options, change)));
  return h("ul", { class: "stagelist" },
    entry(`${t("total")}: ${headerLabel(chosen)}`, chosen.total, isRow ? `${chosen.key}~` : `~${chosen.key}`, null),
    entry(t("totalOfAll"), matrix.total, "~", years?.map((index) => matrix.columns.headers[index].total)));
}
