/**
 * The matrix of the board: the grid of the explorer, three phases in its totals, and on its cells the proposals, changes, pledges and who is looking at them.
 */
import { cellMode, heatScale } from "../density.js";
import { h, replaceChildren } from "../dom.js";
import { headerLabel } from "../header-label.js";
import { formatMillions, localize, t } from "../i18n.js";
import { enableGridNavigation } from "../keyboard.js";
import { mark } from "../marks.js";
import { matrixGrid } from "../matrix.js";
import { narrowMatrix } from "../narrow-matrix.js";
import { formatTime } from "../sources/format.js";
import { fitTypeSize } from "../type-size.js";
import { agencyLabel } from "./labels.js";
import { cellsByPlace, transpose } from "./places.js";
import { BOARD_PHASES } from "./queries.js";

/** With more stages across, they become the rows. */
export const MAX_STAGES_ACROSS = 7;
/** Percent of the width for the heads of rows of actors, and for the totals. */
const HEAD_WIDTH = 8.4;
const TOTAL_WIDTH = 8.8;

/**
 * Draw the matrix. Places are those of the matrix itself, also where its rows are drawn as columns.
 * @param {HTMLElement} board
 * @param {object} matrix
 * @param {{view: Record<string, string>, open: string, isNarrow: boolean}} options
 * @param {{open: (place: string) => void, stage: (key: string) => void}} actions
 */
export function drawMatrix(board, matrix, { view, open, isNarrow }, actions) {
  const isSwapped = isTransposed(matrix, view);
  const shown = isSwapped ? transpose(matrix) : matrix;
  const ownPlaces = new Map(isSwapped ? [...cellsByPlace(shown)].map(([place, cell]) => [place, `${shown.columns.headers[cell.columnIndex].key}~${shown.rows.headers[cell.rowIndex].key}`]) : []);
  const ownPlace = (place) => ownPlaces.get(place) ?? place;
  const mode = cellMode(view, shown);
  const options = {
    rows: axisName(shown.rows), columns: axisName(shown.columns), phase: "APPROPRIATED", money: false, mode,
    only: (view.only ?? "").split(",").filter(Boolean), scale: heatScale(shown), shownRows: shown.rows.headers, stage: view.stage ?? stageOf(matrix, open),
  };
  const body = isNarrow ? narrowMatrix(shown, options, { ...actions, open: (place) => actions.open(ownPlace(place)) }) : matrixGrid(shown, options).table;
  for (const element of body.querySelectorAll("[data-place]")) element.dataset.place = ownPlace(element.dataset.place);
  if (!isNarrow) {
    drawTotals(body, shown);
    if (mode === "names") setColumnWidths(body, shown);
  }
  replaceChildren(board, h("div", { class: "matrix-scroll" }, body));
  if (!isNarrow) enableGridNavigation(body, (cell) => { if (cell.matches(".cell")) actions.open(cell.dataset.place); })(open);
  return body;
}

/** Return whether the rows are drawn as columns: with many stages across, or as chosen. */
export const isTransposed = (matrix, view) => (matrix.columns.dimension === "STAGE" && matrix.columns.headers.length > MAX_STAGES_ACROSS) !== Boolean(view.swap);

/** Choose the type size of a drawn matrix again; call it when its cells or its container have changed. */
export function refit(board) {
  const table = board.querySelector("#grid");
  if (table && !table.classList.contains("compact")) fitTypeSize(table.parentElement, table);
}

const axisName = ({ dimension, headers }) => (dimension === "AREA" ? `AREA.${headers.find(({ member }) => member?.level)?.member.level ?? "PROVINCE"}` : dimension);

/** Return the key of the stage of a place, which a narrow screen lists. */
function stageOf(matrix, place) {
  const cell = place && cellsByPlace(matrix).get(place);
  if (!cell) return "";
  return matrix.rows.dimension === "STAGE" ? matrix.rows.headers[cell.rowIndex].key : matrix.columns.headers[cell.columnIndex].key;
}

/** Make the heads of rows narrower than those of the explorer, and the totals as wide as three labelled amounts; the columns share the rest as before. */
function setColumnWidths(table, matrix) {
  const columns = [...table.querySelectorAll("col")];
  const count = matrix.columns.headers.length;
  const widths = columns.map((col) => parseFloat(col.style.width));
  const hasMoney = BOARD_PHASES.some((phase) => matrix.total[phase]);
  const heads = columns.length - count - 1;
  const head = matrix.rows.dimension === "ACTOR_LEVEL" && heads === 1 ? HEAD_WIDTH : widths[0];
  const total = hasMoney ? (count > MAX_STAGES_ACROSS - 1 || matrix.rows.dimension === "STAGE" ? widths.at(-1) : TOTAL_WIDTH) : widths.at(-1);
  const own = widths.slice(heads, -1);
  const factor = (100 - head - total - widths.slice(1, heads).reduce((a, b) => a + b, 0)) / own.reduce((a, b) => a + b, 0);
  columns[0].style.width = `${head}%`;
  columns.at(-1).style.width = `${total}%`;
  columns.slice(heads, -1).forEach((col, at) => { col.style.width = `${(own[at] * factor).toFixed(2)}%`; });
}

/** Replace the totals by three lines, one per phase with its label; without any amount the numbers of projects stay. */
function drawTotals(table, matrix) {
  if (!BOARD_PHASES.some((phase) => matrix.total[phase])) return;
  const rows = [...table.querySelectorAll("tbody tr")];
  const shown = table.querySelector("thead tr:last-child .sumhead");
  shown.append(h("span", { class: "unit" }, t("millionBaht")));
  matrix.rows.headers.forEach((header, at) => drawTotal(rows[at].querySelector(".tot"), header.total));
  const sums = [...rows.at(-1).querySelectorAll(".tot")];
  matrix.columns.headers.forEach((header, at) => drawTotal(sums[at], header.total));
  drawTotal(sums.at(-1), matrix.total);
}

function drawTotal(cell, total) {
  const differs = BOARD_PHASES.some((phase) => total[`sum${phase}`] && total[`sum${phase}`].amount !== total[phase]?.amount);
  replaceChildren(cell, BOARD_PHASES.some((phase) => total[phase]) ? phaseLines(total) : h("span", { class: "quiet" }, t("noFigure")),
    differs && h("span", { class: "unit warn" }, t("countedOnce")));
}

/** Return the three phases of a total, each with its label. */
export const phaseLines = (total) => h("dl", { class: "three" }, BOARD_PHASES.map((phase) => h("div", { class: `ph-${phase}` }, h("dt", {}, h("abbr", { title: t(phase) }, t(`short_${phase}`))), h("dd", {}, total[phase] ? formatMillions(total[phase].amount) : "–"))));

/**
 * Show on the cells what the session knows about them. Called again it replaces what it added.
 * @param {HTMLElement} board
 * @param {object} matrix
 * @param {{marks: Map<string, object>, proposals: Map<string, number>, viewing: Map<string, string[]>, current: string, ghost: Map<string, object>, pledges: Map<string, object[]>}} notes by place
 */
export function decorate(board, { marks, proposals, viewing, current, ghost, pledges }) {
  for (const old of board.querySelectorAll(".deco")) old.remove();
  for (const element of board.querySelectorAll("[data-place]")) {
    const { place } = element.dataset;
    const isMark = element.classList.contains("mc");
    const event = marks.get(place);
    const change = ghost.get(place);
    element.classList.toggle("is-changed", Boolean(event));
    element.classList.toggle("is-current", place === current);
    element.classList.toggle("is-ghost", Boolean(change));
    if (isMark) continue;
    const inner = element.querySelector(".in");
    if (!inner) continue;
    const added = [
      change && h("span", { class: "deco ghost-label" }, change.before && change.before.state !== change.after.state ? [t(change.before.state), " → ", t(change.after.state)] : t(change.after.state === "GAP" ? "gapTaken" : "wouldChange")),
      event && h("span", { class: "deco changed-label" }, t("changedAt", { time: formatTime(event.at) })),
      (pledges.get(place) ?? []).map(({ agency }) => h("span", { class: "deco pledge" }, mark("PLEDGE"), t("pledged", { name: agencyLabel(agency) }))),
      viewing.has(place) && h("span", { class: "deco viewer" }, t("isViewing", { names: viewing.get(place).join(", ") })),
    ].flat().filter(Boolean);
    inner.append(...added);
    if (proposals.get(place)) addBadge(inner, proposals.get(place));
  }
}

/** Put the number of open proposals beside the state, or at the end if the cell names projects only. */
function addBadge(inner, count) {
  const badge = h("span", { class: "deco proposal-count", title: t("proposalsOpen", { n: count }) }, mark("PROPOSAL"), h("span", { "aria-hidden": "true" }, count), h("span", { class: "sr" }, t("proposalsOpen", { n: count })));
  (inner.querySelector(":scope > .state") ?? inner).append(badge);
}

/** Flash changed cells twice; with reduced motion nothing moves, and the marks stay. */
export function flash(board, places) {
  for (const place of places) for (const element of board.querySelectorAll(`[data-place="${CSS.escape(place)}"]`)) {
    element.classList.remove("flash");
    element.getBoundingClientRect(); // restarts the animation
    element.classList.add("flash");
  }
}

/** Return the sentence that screen readers read about a changed cell. */
export function changeSentence(matrix, { place, before, after }) {
  const cell = cellsByPlace(matrix).get(place);
  const name = `${headerLabel(matrix.rows.headers[cell.rowIndex])} × ${headerLabel(matrix.columns.headers[cell.columnIndex])}`;
  const added = (after.projects?.nodes ?? []).filter(({ id }) => !before.projects?.nodes.some((one) => one.id === id)).map((project) => localize(project.name));
  return [before.state === after.state ? t("cellChanged", { name }) : t("cellChangedState", { name, before: t(before.state), after: t(after.state) }), ...added].join(" · ");
}
