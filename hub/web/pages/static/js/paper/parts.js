/**
 * Parts that minutes and briefs share: the head, tables, states of cells, commitments.
 */
import { h } from "../dom.js";
import { formatDate, formatFiscalYear, localize, t } from "../i18n.js";
import { mark } from "../marks.js";
import { formatDateTime } from "../sources/format.js";

/** Return the name of an agency: its short name if it has one. */
export const agencyName = (agency) => localize(agency.shortName) || localize(agency.name);

/** Return a section under a heading. */
export const section = (id, title, ...children) => h("section", { "aria-labelledby": id }, h("h2", { id }, title), children);

/** Return a definition list; a fact without content is left out. */
export const facts = (pairs) => h("dl", {}, pairs.filter(([, content]) => content).map(([name, content]) => [h("dt", {}, t(name)), h("dd", {}, content)]));

/**
 * Return a table, or a text when there are no rows.
 * @param {string} caption
 * @param {string[]} heads
 * @param {unknown[][]} rows the first cell of each is its head
 * @param {string} [none] the key of the text without rows
 */
export const table = (caption, heads, rows, none = "none") => (rows.length === 0 ? h("p", {}, t(none)) : h("div", { class: "wide", tabindex: 0, role: "group", "aria-label": caption },
  h("table", {}, h("caption", { class: "sr" }, caption), h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows.map(([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first), cells.map((cell) => h("td", {}, cell))))))));

/** Return the state of a cell with its mark, and how many projects it has; a dash without a cell. */
export const stateOf = (cell) => (cell ? h("span", { class: "state" }, mark(cell.state), " ", t(cell.state), ` (${cell.projectCount})`) : "–");

/** Return a day; a dash without one. */
export const dayOf = (iso) => (iso ? formatDate(iso) : "–");

/** Return the head of a paper: when, where, who hosts, who is present and who is not. */
export function sessionHead(session, madeUp) {
  const namesOf = (isPresent) => session.delegations.filter(({ present }) => present === isPresent).map(({ agency }) => agencyName(agency)).join(", ");
  return [
    madeUp && h("p", { class: "banner", "data-notice": "MADE_UP_DATA" }, localize(madeUp.text)),
    facts([
      ["sessionKind", t(`kind_${session.kind}`)],
      ["sessionAreas", session.areas.map(({ name }) => localize(name)).join(", ")],
      ["sessionYear", formatFiscalYear(session.fiscalYear.be)],
      ["sessionHost", agencyName(session.host)],
      ["startsAt", session.startsAt && formatDateTime(session.startsAt)],
      ["openedAt", session.openedAt && formatDateTime(session.openedAt)],
      ["closedAt", session.closedAt && formatDateTime(session.closedAt)],
      ["present", namesOf(true)],
      ["absent", namesOf(false)],
    ]),
  ];
}

/** Return the table of commitments: who does what until when, and how far it is. */
export const commitmentTable = (commitments, caption) => table(caption, [t("who"), t("what"), t("untilWhen"), t("progress")], commitments.map(({ agency, text, dueOn, status, reports }) =>
  [agencyName(agency), text, dayOf(dueOn), [t(`commitment_${status}`), reports.length > 0 && h("span", { class: "quiet block" }, `${formatDate(reports[0].at)}: ${reports[0].text}`)]]));

/** Return the table of cells that differ between two matrices, with the totals. */
export const changeTable = ({ changed, truncated, totalBefore, totalAfter }, caption) => [
  h("p", {}, t("projectsInAll", { before: totalBefore.projectCount, after: totalAfter.projectCount })),
  table(caption, [t("place"), t("before"), t("after")], changed.map(({ before, after }) => [placeOf(after ?? before), stateOf(before), stateOf(after)]), "unchanged"),
  truncated && h("p", { class: "quiet" }, t("moreChanges")),
];

const placeOf = ({ row, column }) => `${localize(row.label)} × ${localize(column.label)}`;
