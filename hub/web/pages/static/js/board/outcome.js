/**
 * What a proposal would change on the matrix.
 */
import { h } from "../dom.js";
import { formatMillions, localize, t } from "../i18n.js";
import { section, stateChip } from "./labels.js";
import { placeName, placeOf } from "./places.js";
import { BOARD_PHASES } from "./queries.js";

/**
 * Return the sections of a preview: operations, cells before and after, totals.
 * @param {object} board
 * @param {{changes: object | null, operations: object[]}} preview
 */
export function outcomeSections(board, { changes, operations }) {
  return [
    operations.length > 0 && section(t("operations"), h("ul", { class: "operations" }, operations.map((operation) => h("li", {}, localize(operation.text), beforeAfter(operation))))),
    changes && section(t("ifAgreed"),
      changes.changed.length === 0 ? h("p", {}, t("noCellChanges")) : h("ul", { class: "changes" }, changes.changed.map((change) => changeRow(board, change))),
      totals(changes)),
  ];
}

function beforeAfter({ kind, before, after, amountBefore, amountAfter }) {
  const money = (amount) => (amount ? `${formatMillions(amount.amount)} ${t("millionBaht")}` : t("noFigure"));
  if (amountBefore || amountAfter) return h("span", { class: "quiet block" }, money(amountBefore), " → ", money(amountAfter));
  const shown = (value) => (kind === "SHARE_SET" && value !== null ? `${Number((Number(value) * 100).toFixed(2))} %` : value ?? "–");
  return after && h("span", { class: "quiet block" }, shown(before), " → ", shown(after));
}

/**
 * Return one changed cell: its name, its state before and after, the projects that are added and removed.
 * @param {object} board
 * @param {{before: object | null, after: object | null}} change
 * @param {...unknown} rest shown below
 */
export function changeRow(board, { before, after }, ...rest) {
  const names = (cell) => new Map((cell?.projects?.nodes ?? []).map(({ id, name }) => [id, localize(name)]));
  const [old, next] = [names(before), names(after)];
  return h("li", {},
    h("b", {}, placeName(board.state.matrix, placeOf(after ?? before))),
    before?.state === after?.state
      ? h("p", { class: "before-after" }, stateChip(after.state), after.state === "GAP" ? t("gapTaken") : t("sameState"))
      : h("p", { class: "before-after" }, before && stateChip(before.state), h("span", { class: "arrow" }, h("span", { "aria-hidden": "true" }, "→"), h("span", { class: "sr" }, t("becomes"))), after && stateChip(after.state)),
    [...next].filter(([id]) => !old.has(id)).map(([, name]) => h("p", { class: "added" }, `+ ${name}`)),
    [...old].filter(([id]) => !next.has(id)).map(([, name]) => h("p", { class: "removed" }, `− ${name}`)), rest);
}

/** Return the three totals before and after; phases are never added to one another. */
export function totals({ totalBefore, totalAfter }) {
  const phases = BOARD_PHASES.filter((phase) => totalBefore[phase] || totalAfter[phase]);
  const isSame = phases.every((phase) => totalBefore[phase]?.amount === totalAfter[phase]?.amount);
  const millions = (money) => (money ? formatMillions(money.amount) : "–");
  const sums = phases.filter((phase) => totalAfter[`sum${phase}`] && totalAfter[`sum${phase}`].amount !== totalAfter[phase]?.amount);
  return h("div", { class: "totals" },
    h("p", {}, h("b", {}, t("wholeMatrix")), " ", phases.length === 0 && totalBefore.projectCount !== totalAfter.projectCount ? t("projectsBeforeAfter", { before: totalBefore.projectCount, after: totalAfter.projectCount }) : isSame ? t("unchanged") : ""),
    phases.length > 0 && h("dl", { class: "three" }, phases.map((phase) => h("div", { class: `ph-${phase}` }, h("dt", {}, t(phase)),
      h("dd", {}, totalBefore[phase]?.amount === totalAfter[phase]?.amount ? millions(totalAfter[phase]) : `${millions(totalBefore[phase])} → ${millions(totalAfter[phase])}`)))),
    sums.length > 0 && h("p", { class: "quiet" }, t("countedOnce"), " · ", t("sumOfCells"), ": ", sums.map((phase) => `${t(phase)} ${millions(totalAfter[`sum${phase}`])}`).join(" · ")));
}
