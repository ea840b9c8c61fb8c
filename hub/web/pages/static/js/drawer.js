/**
 * One cell in full: why it is as it is, its projects, their money, who is expected, where it all comes from.
 */
import { fill, h } from "./dom.js";
import { mark } from "./marks.js";
import { headName } from "./matrix.js";
import { PHASES } from "./questions.js";
import { cite, has, million, t, tx } from "./words.js";

/**
 * Draw the drawer of a cell.
 * @param {HTMLElement} container
 * @param {{cell: object, row: object, column: object, matrix: object, context: object}} place the cell as the matrix shows it
 * @param {{cell: object, rules: object[]} | null} full what was read about it; null while it is awaited
 * @param {() => void} close
 */
export function drawer(container, place, full, close) {
  const { cell, row, column } = place;
  fill(container,
    h("div", { class: "drawer-head" },
      h("button", { type: "button", class: "close", id: "drawer-close", onclick: close }, t("close"), " ", h("kbd", {}, "Esc")),
      h("h2", { id: "drawer-title", tabindex: "-1" }, `${headName(row)} × ${headName(column)}`),
      h("p", { class: `chip s-${cell.state}` }, mark(cell.state), h("b", {}, t(cell.state)))),
    full ? sections(place, full) : h("p", { class: "awaited", role: "status" }, t("loadingCell"), "…"));
}

function sections(place, { cell, rules }) {
  return [
    why(cell, rules, place),
    cell.projects.nodes.length > 0 && h("section", {}, h("h3", {}, t("projectsHere"), " (", cell.projectCount, ")"), cell.projects.nodes.map((project) => projectCard(project, place))),
    cell.hiddenProjects > 0 && h("p", {}, t("hidden", { n: cell.hiddenProjects })),
    cell.projects.nodes.length > 0 && money(cell),
    expected(place),
  ];
}

function why(cell, rules, { cell: shown }) {
  const byCode = new Map(rules.map((rule) => [rule.code, rule]));
  const activities = new Set(shown.expected.map((role) => tx(role.statement)));
  const reasons = cell.stateReasons.filter((reason) => !activities.has(tx(reason.text)) || byCode.has(reason.code));
  return h("section", {}, h("h3", {}, t("why")), reasons.map((reason) => {
    const rule = byCode.get(reason.code);
    return h("div", { class: "reason" },
      rule && h("span", { class: "code" }, reason.code),
      h("div", {}, h("p", {}, cite(tx(reason.text))),
        rule && h("details", {}, h("summary", {}, t("ruleSays", { code: rule.code }), " · ", cite(rule.citation)), h("p", { class: "quiet" }, tx(rule.text)))));
  }));
}

function projectCard(project, { matrix }) {
  const chainStages = new Set(matrix.rows.headers.concat(matrix.columns.headers).map((header) => header.key));
  const linkages = project.linkages.nodes.toSorted((a, b) => Number(chainStages.has(b.stage?.code)) - Number(chainStages.has(a.stage?.code)));
  return h("article", { class: "project" },
    h("h4", {}, tx(project.name)),
    h("dl", {},
      pair(t("owner"), project.owner ? tx(project.owner.name) : t("ownerUnknown")),
      project.areas.length > 0 && pair(t("areas"), project.areas.map(({ area }) => tx(area.name)).join(", ")),
      project.fiscalYears.length > 0 && pair(t("years"), project.fiscalYears.map(({ be }) => `${be} (${be - 543})`).join(", ")),
      linkages.map((linkage) => pair(t("status"), [
        h("b", {}, t(linkage.status)), linkage.issue && ` · ${tx(linkage.issue.name)}`,
        linkage.stage && ` · ${tx(linkage.stage.name)}`,
      ]))),
    linkages.map((linkage) => linkage.reasons.length > 0 && h("p", { class: "placed" }, h("b", {}, t("placed")), " ", linkage.reasons.map((reason) => tx(reason.text)).join(" · "))),
    sources([...project.provenance, ...linkages.flatMap((linkage) => linkage.provenance)]));
}

const pair = (name, value) => [h("dt", {}, name), h("dd", {}, value)];

/** Where facts come from: how held, how sure, cited where, with the reader's own note. */
function sources(provenance) {
  if (provenance.length === 0) return null;
  const seen = new Set();
  const once = provenance.filter((one) => {
    const key = [one.asserted, one.citation, one.note].join("|");
    return !seen.has(key) && seen.add(key);
  });
  return h("details", { class: "sources", open: true }, h("summary", {}, t("sources")),
    h("ul", {}, once.map((one) => h("li", {},
      h("span", { class: `held h-${one.asserted}` }, has(`asserted${one.asserted}`) ? t(`asserted${one.asserted}`) : t(one.asserted)),
      one.confidence && ` ${t(one.confidence)}`,
      one.citation && ` · ${cite(one.citation)}`,
      h("span", { class: "quiet block" }, tx(one.source.name)),
      one.note && h("span", { class: "quiet block" }, t("note"), ": ", h("span", { lang: /[ก-๙]/.test(one.note) ? null : "en" }, one.note))))));
}

function money(cell) {
  const phases = PHASES.filter((phase) => cell[phase]);
  return h("section", {}, h("h3", {}, t("money")),
    phases.length === 0
      ? h("p", { class: "quiet" }, t("moneyNone"))
      : [h("dl", { class: "phases" }, phases.map((phase) => pair(t(phase), `${million(cell[phase].amount)} ${t("millionBaht")}`))), h("p", { class: "quiet" }, t("moneyNever"))],
    cell.contributions.nodes.length > 0 && h("details", {}, h("summary", {}, t("figure")),
      h("ul", {}, cell.contributions.nodes.map((one) => h("li", {},
        one.project ? tx(one.project.name) : "–", ": ", one.counted ? `${million(one.counted.amount)} ${t("millionBaht")} ` : "", t(one.treatment),
        one.countedElsewhere && ` (${tx(one.countedElsewhere.row.label)} × ${tx(one.countedElsewhere.column.label)})`)))));
}

/** What every level is expected to do at this stage, own level lit; slides cited. */
function expected({ cell, row, column, matrix, context }) {
  const alongRows = matrix.rows.dimension !== "STAGE";
  const same = (one) => (alongRows ? one.columnIndex === column.index : one.rowIndex === row.index);
  const line = matrix.cells.filter(same).filter((one) => one.expected.length > 0);
  if (line.length === 0)
    return context.chain && !context.chain.template && h("section", {}, h("h3", {}, t("expected")), h("p", { class: "quiet" }, t("expectedNone")));
  return h("section", {}, h("h3", {}, t("expected")), line.map((one) => {
    const header = alongRows ? matrix.rows.headers[one.rowIndex] : matrix.columns.headers[one.columnIndex];
    const own = one.id === cell.id;
    return h("div", { class: `level${own ? " own" : ""}` },
      h("h4", {}, headName(header), own && h("span", { class: "here" }, t("expectedHere"))),
      h("ul", {}, one.expected.map((role) => h("li", {}, tx(role.statement), " ", h("span", { class: "slide" }, cite(role.citation))))));
  }));
}

