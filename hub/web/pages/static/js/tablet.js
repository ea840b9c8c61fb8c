/**
 * The tablet: a grid of marks shows everything, and one stage at a time stands below it in words.
 */
import { h, heard } from "./dom.js";
import { mark } from "./marks.js";
import { byPlace, headName, inside, placeOf } from "./matrix.js";
import { t } from "./words.js";

/**
 * The marks and the list.
 * @param {object} matrix
 * @param {{rows: string, columns: string, stage: string, only: string[], phase: string, open: string}} how
 * @param {{stage: (key: string) => void, open: (place: string) => void}} act
 */
export function tablet(matrix, how, act) {
  const byRow = matrix.rows.dimension === "STAGE";
  const main = byRow ? matrix.rows : matrix.columns;
  const across = byRow ? matrix.columns : matrix.rows;
  const chosen = main.headers.find((header) => header.key === how.stage) ?? main.headers[0];
  const cells = byPlace(matrix);
  const cellAt = (one, other) => (byRow ? cells.get(`${one.index} ${other.index}`) : cells.get(`${other.index} ${one.index}`));
  const place = (one, other) => (byRow ? placeOf(one, other) : placeOf(other, one));
  if (!chosen) return h("div");

  const pick = (header) => h("button", { type: "button", class: "stagepick", "data-head": header.key, "aria-pressed": String(header === chosen), title: headName(header), onclick: () => act.stage(header.key) },
    byRow ? `${header.index + 1}. ${headName(header)}` : [header.index + 1, heard(` ${headName(header)}`)]);
  const small = (one, other) => {
    const cell = cellAt(one, other);
    const dim = how.only.length > 0 && !how.only.includes(cell.state);
    return h("td", {}, h("button", {
      type: "button", class: `mc s-${cell.state}${one === chosen ? " lit" : ""}${dim ? " dim" : ""}`, "data-place": place(one, other), "data-state": cell.state,
      "aria-label": `${headName(one)} × ${headName(other)}: ${t(cell.state)}${cell.projectCount ? ` ${cell.projectCount}` : ""}`, onclick: () => act.open(place(one, other)),
    }, mark(cell.state), cell.projectCount > 1 && h("b", {}, cell.projectCount)));
  };
  const table = byRow
    ? h("table", { class: "marks" },
        h("thead", {}, h("tr", {}, h("td"), across.headers.map((other) => h("th", { scope: "col" }, headName(other))))),
        h("tbody", {}, main.headers.map((one) => h("tr", {}, h("th", { scope: "row", class: "pickhead" }, pick(one)), across.headers.map((other) => small(one, other))))))
    : h("table", { class: "marks" },
        h("thead", {}, h("tr", {}, h("td"), main.headers.map((one) => h("th", { scope: "col" }, pick(one))))),
        h("tbody", {}, across.headers.map((other) => h("tr", {}, h("th", { scope: "row" }, headName(other)), main.headers.map((one) => small(one, other))))));

  return h("div", { class: "tablet" },
    h("p", { class: "quiet" }, t("stageList", { axis: t(byRow ? how.rows : how.columns) })),
    table,
    h("h2", { class: "stagename" }, h("span", { class: "no" }, chosen.index + 1), headName(chosen)),
    h("ul", { class: "stagelist" }, across.headers.map((other) => h("li", {},
      h("span", { class: "who" }, headName(other)),
      h("button", { type: "button", class: `cell s-${cellAt(chosen, other).state}`, "data-place": place(chosen, other), onclick: () => act.open(place(chosen, other)) },
        heard(`${headName(other)}: `), inside(cellAt(chosen, other), how))))));
}
