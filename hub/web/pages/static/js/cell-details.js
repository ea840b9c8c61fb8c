/**
 * The content of the drawer: the reasons of a cell's state, its projects, budget, expected roles and sources.
 */
import { replaceChildren, h } from "./dom.js";
import { mark } from "./marks.js";
import { figureList } from "./figure-pages.js";
import { headerLabel } from "./header-label.js";
import { agencyPath, projectPath } from "./page-tabs.js";
import { PHASES } from "./queries.js";
import { formatCitation, hasText, formatMillions, inCurrentLanguage, t, localize } from "./i18n.js";

/**
 * Draw the details of a cell.
 * @param {HTMLElement} panel
 * @param {{cell: object, row: object, column: object, matrix: object, pickerData: object}} selection the cell as the matrix shows it
 * @param {{cell: object, rules: object[], pages: object | null} | null} details the loaded details; null during loading
 * @param {{close: () => void, phase: string, more: () => void}} options `more` loads the next page of projects
 */
export function drawCellDetails(panel, selection, details, options) {
  const { cell, row, column } = selection;
  replaceChildren(panel,
    drawerHead(`${headerLabel(row)} × ${headerLabel(column)}`, options.close, h("p", { class: `chip s-${cell.state}` }, mark(cell.state), h("b", {}, t(cell.state)))),
    details ? cellSections(selection, details, options) : loading());
}

/**
 * Draw what a total consists of.
 * @param {HTMLElement} panel
 * @param {{row: object | null, column: object | null}} selection its row or column; neither for the whole matrix
 * @param {{pages: object} | null} details the loaded pages; null during loading
 * @param {{close: () => void, phase: string, more: () => void}} options
 */
export function drawTotalDetails(panel, { row, column }, details, options) {
  const header = row ?? column;
  replaceChildren(panel,
    drawerHead(header ? `${t("total")}: ${headerLabel(header)}` : t("totalOfAll"), options.close),
    details ? [!details.pages.figure.additive && h("p", { class: "quiet" }, t("notAdditiveOther")), figureList(details.pages, options)] : loading());
}

const loading = () => h("p", { class: "awaited", role: "status" }, t("loadingCell"), "…");

/** Return the head of the drawer: a button that closes it, its title, and more. */
export const drawerHead = (title, close, ...rest) => h("div", { class: "drawer-head" },
  h("button", { type: "button", class: "close", id: "drawer-close", onclick: close }, t("close"), " ", h("kbd", {}, "Esc")),
  h("h2", { id: "drawer-title", tabindex: "-1" }, title), rest);

/**
 * Return the sections of a cell: reasons, projects, amounts, expected roles.
 * @param {object} selection
 * @param {{cell: object, rules: object[], pages: object | null}} details
 * @param {object} options
 */
export function cellSections(selection, { cell, rules, pages }, options) {
  if (pages) return [stateReasons(cell, rules, selection), figureList(pages, options), cell.hiddenProjects > 0 && h("p", {}, t("hidden", { n: cell.hiddenProjects })), phaseAmounts(cell), expectedRoles(selection)];
  return [
    stateReasons(cell, rules, selection),
    cell.projects.nodes.length > 0 && h("section", {}, h("h3", {}, t("projectsHere"), " (", cell.projectCount, ")"), cell.projects.nodes.map((project) => projectCard(project, selection))),
    cell.hiddenProjects > 0 && h("p", {}, t("hidden", { n: cell.hiddenProjects })),
    cell.projects.nodes.length > 0 && money(cell),
    expectedRoles(selection),
  ];
}

function stateReasons(cell, rules, { cell: matrixCell }) {
  const byCode = new Map(rules.map((rule) => [rule.code, rule]));
  const activities = new Set(matrixCell.expected.map((role) => localize(role.statement)));
  const reasons = cell.stateReasons.filter((reason) => !activities.has(localize(reason.text)) || byCode.has(reason.code));
  return h("section", {}, h("h3", {}, t("why")), reasons.map((reason) => {
    const rule = byCode.get(reason.code);
    return h("div", { class: "reason" },
      rule && h("span", { class: "code" }, reason.code),
      h("div", {}, h("p", {}, formatCitation(localize(reason.text))),
        rule && h("details", {}, h("summary", {}, t("ruleHeading", { code: rule.code }), " · ", formatCitation(rule.citation)), h("p", { class: "quiet" }, localize(rule.text)))));
  }));
}

function projectCard(project, { matrix }) {
  const chainStages = new Set(matrix.rows.headers.concat(matrix.columns.headers).map((header) => header.key));
  const linkages = project.linkages.nodes.toSorted((a, b) => Number(chainStages.has(b.stage?.code)) - Number(chainStages.has(a.stage?.code)));
  return h("article", { class: "project" },
    h("h4", {}, h("a", { href: projectPath(project) }, localize(project.name))),
    h("dl", {},
      definition(t("owner"), project.owner ? h("a", { href: agencyPath(project.owner) }, localize(project.owner.name)) : t("ownerUnknown")),
      project.areas.length > 0 && definition(t("areas"), project.areas.map(({ area }) => localize(area.name)).join(", ")),
      project.fiscalYears.length > 0 && definition(t("years"), project.fiscalYears.map(({ be }) => `${be} (${be - 543})`).join(", ")),
      linkages.map((linkage) => definition(t("status"), [
        h("b", {}, t(linkage.status)), linkage.issue && ` · ${localize(linkage.issue.name)}`,
        linkage.stage && ` · ${localize(linkage.stage.name)}`,
      ]))),
    linkages.map((linkage) => linkage.reasons.length > 0 && h("p", { class: "placed" }, h("b", {}, t("placed")), " ", linkage.reasons.map((reason) => localize(reason.text)).join(" · "))),
    provenanceList([...project.provenance, ...linkages.flatMap((linkage) => linkage.provenance)]));
}

const definition = (name, value) => [h("dt", {}, name), h("dd", {}, value)];

/** Return the list of provenance: kind of assertion, confidence, citation, source and note; equal entries once. */
function provenanceList(provenance) {
  if (provenance.length === 0) return null;
  const seen = new Set();
  const distinct = provenance.filter((item) => {
    const key = [item.asserted, item.citation, item.note].join("|");
    return !seen.has(key) && seen.add(key);
  });
  return h("details", { class: "sources", open: true }, h("summary", {}, t("sources")),
    h("ul", {}, distinct.map((item) => h("li", {},
      h("span", { class: `assertion a-${item.asserted}` }, hasText(`asserted${item.asserted}`) ? t(`asserted${item.asserted}`) : t(item.asserted)),
      item.confidence && ` ${t(item.confidence)}`,
      item.citation && ` · ${formatCitation(item.citation)}`,
      h("span", { class: "quiet block" }, localize(item.source.name)),
      item.note && h("span", { class: "quiet block" }, t("note"), ": ", noteText(item.note))))));
}

/** Return a note in the current language, if it has both; otherwise as it is written, with its language. */
const noteText = (note) => h("span", { lang: /[ก-๙]/.test(inCurrentLanguage(note)) ? null : "en" }, inCurrentLanguage(note));

/** Return the amounts of a cell by phase, and what else belongs to them. */
function phaseAmounts(cell, ...rest) {
  const phases = PHASES.filter((phase) => cell[phase]);
  return h("section", {}, h("h3", {}, t("money")),
    phases.length === 0
      ? h("p", { class: "quiet" }, t("moneyNone"))
      : [h("dl", { class: "phases" }, phases.map((phase) => definition(t(phase), `${formatMillions(cell[phase].amount)} ${t("millionBaht")}`))), h("p", { class: "quiet" }, t("phasesNotAdded"))],
    rest);
}

function money(cell) {
  return phaseAmounts(cell,
    cell.contributions.nodes.length > 0 && h("details", {}, h("summary", {}, t("figure")),
      h("ul", {}, cell.contributions.nodes.map((item) => h("li", {},
        item.project ? localize(item.project.name) : "–", ": ", item.counted ? `${formatMillions(item.counted.amount)} ${t("millionBaht")} ` : "", t(item.treatment),
        item.countedElsewhere && ` (${localize(item.countedElsewhere.row.label)} × ${localize(item.countedElsewhere.column.label)})`)))));
}

/** Return the expected roles of all levels at the cell's stage with their slides; the cell's own level is highlighted. */
function expectedRoles({ cell, row, column, matrix, pickerData }) {
  const alongRows = matrix.rows.dimension !== "STAGE";
  const isSameStage = (item) => (alongRows ? item.columnIndex === column.index : item.rowIndex === row.index);
  const cellsOfStage = matrix.cells.filter(isSameStage).filter((item) => item.expected.length > 0);
  if (cellsOfStage.length === 0)
    return pickerData.chain && !pickerData.chain.template && h("section", {}, h("h3", {}, t("expected")), h("p", { class: "quiet" }, t("expectedNone")));
  return h("section", {}, h("h3", {}, t("expected")), cellsOfStage.map((item) => {
    const header = alongRows ? matrix.rows.headers[item.rowIndex] : matrix.columns.headers[item.columnIndex];
    const own = item.id === cell.id;
    return h("div", { class: `level${own ? " own" : ""}` },
      h("h4", {}, headerLabel(header), own && h("span", { class: "here" }, t("expectedHere"))),
      h("ul", {}, item.expected.map((role) => h("li", {}, localize(role.statement), " ", h("span", { class: "slide" }, formatCitation(role.citation))))));
  }));
}

