/**
 * The sections of the pages of one agency, area, issue or project.
 */
import { h } from "../dom.js";
import { appropriatedText, currentFiscalYear, formatCitation, formatDate, lang, localize, t } from "../i18n.js";
import { madeUpBanner } from "../made-up.js";
import { mark } from "../marks.js";
import { agencyPath, areaPath, issuePath, localKey, pagePath, projectPath } from "../page-tabs.js";
import { formatDateTime } from "../sources/format.js";
import { agencyName, linkageSections } from "../work/details.js";
import { periodOf } from "./queries.js";

const LEVELS = new Set(["COUNTRY", "REGION", "CLUSTER", "PROVINCE", "LOCAL"]);
const fact = (name, value) => value && h("div", {}, h("dt", {}, t(name)), h("dd", {}, value));
const section = (id, title, ...children) => h("section", { "aria-labelledby": id }, h("h2", { id }, title), children);
const chip = (status) => h("span", { class: `chip l-${status}` }, t(status));
const formatPeriod = (issue) => [...new Set(periodOf(issue))].map((be) => (lang() === "en" ? `${be} (${be - 543})` : be)).join("–");
const names = (agencies) => agencies.map(agencyName).join(", ");

/** Return the path of the matrix of an issue, or of one cell of it. */
export const matrixPath = (issue, cell = "") => {
  const parameters = new URLSearchParams({ issue: localKey(issue.id), ...(issue.area ? { area: issue.area.code } : {}), fy: String(periodOf(issue)[0]), to: String(periodOf(issue)[1]), ...(cell ? { cell } : {}) });
  return pagePath(`/?${parameters}`);
};

/** Return the path of the matrix of an area with the axes that fit it, in the years of its first plan, or this year. */
export const areaMatrixPath = (area) => {
  const [from, to] = area.issues.nodes.length > 0 ? periodOf(area.issues.nodes[0]) : [currentFiscalYear(), ""];
  return pagePath(`/?${new URLSearchParams({ area: area.code, fy: String(from), ...(to ? { to: String(to) } : {}) })}`);
};

/** Return the path of the matrix of an agency: provinces by year, this year and the three before. */
export const agencyMatrixPath = (agency) => {
  const year = currentFiscalYear();
  return pagePath(`/?${new URLSearchParams({ agency: localKey(agency.id), fy: String(year - 3), to: String(year), rows: "AREA.PROVINCE", columns: "FISCAL_YEAR" })}`);
};

/** Return the sections of an agency. @param {{agency: object, projects: object}} data */
export const agencySections = ({ agency, projects }) => [
  madeUpBanner(projects.nodes),
  h("dl", { class: "facts two" },
    fact("shortName", localize(agency.shortName)),
    fact("budgetCode", agency.code),
    fact("level", agency.level && t(agency.level)),
    agency.parent && fact("partOf", h("a", { href: agencyPath(agency.parent) }, localize(agency.parent.name))),
    agency.area && fact("area", h("a", { href: areaPath(agency.area) }, localize(agency.area.name)))),
  agency.validTo && h("p", { class: "banner quiet" }, t("until", { day: formatDate(agency.validTo) })),
  section("linked-title", t("projectsOf", { n: projects.totalCount ?? projects.nodes.length }), projects.nodes.length === 0 ? h("p", { class: "quiet" }, t("projectsOfNone")) : projectRows(projects),
    projects.totalCount > projects.nodes.length && h("p", {}, h("a", { href: pagePath(`/search?${new URLSearchParams({ agency: localKey(agency.id) })}`) }, t("allProjects")))),
  section("sources-title", t("sources"), h("ul", { class: "rows-of" }, agency.provenance.map(({ asserted, citation, source }) => h("li", {}, localize(source.name), " ", h("span", { class: "quiet" }, [t(asserted), citation && formatCitation(citation)].filter(Boolean).join(" · ")))))),
];

/** Return the sections of an area. @param {{area: object, gaps: Map<string, object>, suggestions: object | null}} data */
export const areaSections = ({ area, gaps, suggestions }) => [
  h("dl", { class: "facts two" },
    fact("level", LEVELS.has(area.level) ? t(area.level) : area.level),
    area.path.length > 1 && fact("partOf", area.path.filter(({ id }) => id !== area.id).map((one, position) => [position > 0 && " › ", h("a", { href: areaPath(one) }, localize(one.name))])),
    fact("unlinkedProjects", area.unlinked.totalCount === null ? null : String(area.unlinked.totalCount))),
  area.validTo && h("p", { class: "banner quiet" }, t("until", { day: formatDate(area.validTo) })),
  section("issues-title", t("issuesHere"), area.issues.nodes.length === 0 ? h("p", { class: "quiet" }, t("issuesNone")) : h("ul", { class: "rows-of" }, area.issues.nodes.map((issue) => issueRow({ ...issue, area }, gaps.get(issue.id))))),
  section("linked-title", t("linkedProjects", { n: area.linked.totalCount ?? area.linked.nodes.length }), projectRows(area.linked)),
  requestSection(area.workRequests),
  suggestionSection(suggestions),
];

function issueRow(issue, gaps) {
  const counts = ["AGREED", "PROPOSED", "DISPUTED"].filter((status) => issue[status].totalCount > 0);
  const gapCount = gaps?.total.states.find(({ state }) => state === "GAP")?.cells ?? 0;
  return h("li", {},
    h("a", { href: issuePath(issue) }, localize(issue.name)), issue.rank && h("span", { class: "quiet" }, ` ${t("rankOf", { n: issue.rank })}`),
    h("span", { class: "chips" }, counts.map((status) => [h("span", { class: `chip l-${status}` }, t(status), ` ${issue[status].totalCount}`), " "]),
      gapCount > 0 && h("span", { class: "chip h-LATE" }, mark("GAP"), t("gaps", { n: gapCount })),
      " ", h("a", { href: matrixPath(issue) }, t("matrixOf", { years: formatPeriod(issue) }))),
    h("span", { class: "quiet block" }, localize(issue.planVersion.plan.title)));
}

function projectRows({ nodes, totalCount }) {
  if (nodes.length === 0) return h("p", { class: "quiet" }, t("linkedNone"));
  return [h("ul", { class: "rows-of" }, nodes.map((project) => h("li", {}, h("a", { href: projectPath(project) }, localize(project.name)), " ", h("span", { class: "quiet" }, [agencyName(project.owner), appropriatedText(project)].filter(Boolean).join(" · ")),
    h("span", { class: "block" }, project.linkages.nodes.map(({ status, issue, stage }) => [chip(status), " ", [issue && localize(issue.name), stage && localize(stage.name)].filter(Boolean).join(" · "), " "]))))),
  totalCount > nodes.length && h("p", { class: "quiet" }, t("firstOnly", { shown: nodes.length, n: totalCount }))];
}

function requestSection(requests) {
  const rows = requests?.nodes ?? [];
  return section("requests-title", t("requestsTitle", { n: requests?.totalCount ?? rows.length }), rows.length === 0 ? h("p", { class: "quiet" }, t("requestsNone")) : h("ul", { class: "rows-of" }, rows.map((request) =>
    h("li", {}, h("span", { class: "chip l-PROPOSED" }, t(request.status)), " ", request.text,
      h("span", { class: "quiet block" }, [t("requestTo", { names: names(request.to) }), localize(request.stage?.name), request.answerBy && t("due", { day: formatDate(request.answerBy) })].filter(Boolean).join(" · "))))));
}

function suggestionSection(suggestions) {
  if (!suggestions) return null;
  return section("suggestions-title", t("suggestionsTitle"), h("p", {}, suggestions.abstained ? localize(suggestions.text) : t("suggestionCount", { n: suggestions.count }), " ", h("a", { href: pagePath("/work?kind=SUGGESTION") }, t("toWork"))));
}

/** Return the sections of an issue. @param {{issue: object, workRequests: object, gaps: Map<string, object>, suggestions: object | null}} data */
export const issueSections = ({ issue, workRequests, gaps, suggestions }) => [
  h("dl", { class: "facts two" },
    fact("area", issue.area && h("a", { href: areaPath(issue.area) }, localize(issue.area.name))),
    fact("plan", localize(issue.planVersion.plan.title)),
    fact("period", formatPeriod(issue)),
    fact("chain", issue.valueChain ? localize(issue.valueChain.name) : t("chainNone")),
    issue.rank && fact("issue", t("rankOf", { n: issue.rank }))),
  section("linked-title", t("linkedProjects", { n: issue.linkages.totalCount ?? issue.linkages.nodes.length }), stageLists(issue)),
  gapSection(issue, gaps.get(issue.id)),
  requestSection(workRequests),
  suggestionSection(suggestions),
];

function stageLists(issue) {
  const { nodes, totalCount } = issue.linkages;
  const stages = [...(issue.valueChain?.stages ?? [])];
  for (const { stage } of nodes) if (stage && !stages.some(({ code }) => code === stage.code)) stages.push(stage);
  const groups = [...stages.map((stage) => [localize(stage.name), nodes.filter((one) => one.stage?.code === stage.code)]), [t("noStage"), nodes.filter(({ stage }) => !stage)]];
  if (nodes.length === 0) return h("p", { class: "quiet" }, t("linkedNone"));
  return [groups.filter(([name, linkages]) => linkages.length > 0 || name !== t("noStage")).map(([name, linkages]) => [h("h3", {}, name),
    linkages.length === 0 ? h("p", { class: "quiet" }, t("stageEmpty")) : h("ul", { class: "rows-of" }, linkages.map(linkageRow))]),
  totalCount > nodes.length && h("p", { class: "quiet" }, t("firstOnly", { shown: nodes.length, n: totalCount }))];
}

const linkageRow = ({ status, project, awaiting }) => h("li", {}, chip(status), " ",
  project ? h("a", { href: projectPath(project) }, localize(project.name)) : t("RESTRICTED"), " ",
  h("span", { class: "quiet" }, [agencyName(project?.owner), awaiting.length > 0 && t("awaiting", { names: names(awaiting) })].filter(Boolean).join(" · ")));

function gapSection(issue, matrix) {
  if (!matrix) return section("gaps-title", t("gapsTitle", { n: 0 }), h("p", { class: "quiet" }, t("gapsNoCriterion")));
  const gaps = matrix.cells.filter(({ state }) => state === "GAP");
  const levels = (columnIndex) => gaps.filter((cell) => cell.columnIndex === columnIndex).map(({ rowIndex }) => matrix.rows.headers[rowIndex]);
  return section("gaps-title", t("gapsTitle", { n: gaps.length }), h("p", { class: "quiet" }, t("gapsOfYears", { years: formatPeriod(issue) })),
    gaps.length === 0 ? h("p", {}, t("gapsNone")) : h("ul", { class: "rows-of" }, matrix.columns.headers.map((column, index) => levels(index).length > 0 && h("li", {}, h("b", {}, localize(column.label)), ": ",
      levels(index).map((row, position) => [position > 0 && " · ", h("a", { href: matrixPath(issue, `${row.key}~${column.key}`) }, localize(row.label))])))));
}

/** Return the assertions that a project is one activity with others: who, why, what is counted; undone ones closed. */
function identitySection({ id, identity }) {
  if (identity.length === 0) return null;
  return section("identity-title", t("identityTitle", { n: identity.filter(({ undoneAt }) => !undoneAt).length }), identity.map((one) =>
    h("details", { class: "question", open: !one.undoneAt, "data-same-as": one.id },
      h("summary", {}, h("span", { class: "chip" }, t(one.undoneAt ? "identityUndone" : "identityInForce")), " ", one.by ? t("identityBy", { name: agencyName(one.by), day: formatDateTime(one.createdAt) }) : t("identityReported")),
      h("ul", { class: "rows-of" }, one.projects.map((project) => h("li", {},
        project.id === id ? h("b", {}, localize(project.name)) : h("a", { href: projectPath(project) }, localize(project.name)), " ",
        h("span", { class: "quiet" }, [agencyName(project.owner), [...new Set(project.provenance.map(({ source }) => localize(source.name)))].join(", "), project.id === one.keep.id && t("identityKeep")].filter(Boolean).join(" · "))))),
      h("h3", {}, t("identityWhy")),
      h("ul", { class: "reasons" }, one.reasons.filter(({ code }) => code !== "UNDONE").map(reasonItem)),
      one.undoneAt && [h("h3", {}, t("identityUndoneBy", { name: agencyName(one.undoneBy), day: formatDateTime(one.undoneAt) })), h("ul", { class: "reasons" }, one.reasons.filter(({ code }) => code === "UNDONE").map(reasonItem))])));
}

const WRITTEN_BY_PEOPLE = new Set(["STATED", "UNDONE"]);
const reasonItem = ({ code, text }) => h("li", { lang: lang() === "en" && !text.en ? "th" : null }, WRITTEN_BY_PEOPLE.has(code) ? h("q", {}, localize(text)) : localize(text));

/** Return the sections of a project: facts with money and place, same activities, each linkage with its history. */
export function projectSections({ project }) {
  const { nodes, totalCount } = project.linkages;
  const facts = linkageSections({ project, provenance: [] });
  return [madeUpBanner([project]), section("facts-title", t("projectFacts"), facts),
    identitySection(project),
    section("linkages-title", t("linkagesOf", { n: totalCount ?? nodes.length }), nodes.length === 0 ? h("p", { class: "quiet" }, t("linkagesNone")) : nodes.map((linkage) =>
      h("details", { class: "question", open: nodes.length < 4, "data-linkage": linkage.id }, h("summary", {}, chip(linkage.status), " ", localize(linkage.issue?.name) || localize(linkage.stage?.name), linkage.awaiting.length > 0 && h("span", { class: "quiet" }, ` ${t("awaiting", { names: names(linkage.awaiting) })}`)),
        linkageSections(linkage))))];
}

/** Return the sections of a page whose thing does not exist, or of a code that several issues have. */
export const missingSections = (kind, code, choices) => (choices?.length > 1
  ? [h("p", {}, t("severalIssues", { n: choices.length, code })), h("ul", { class: "rows-of" }, choices.map((issue) => h("li", {}, h("a", { href: issuePath(issue) }, localize(issue.name)), issue.area && ` · ${localize(issue.area.name)}`)))]
  : [h("p", { class: "banner", role: "status" }, t(`noSuch${kind}`, { code })), h("p", { class: "quiet", lang: lang() }, t("noSuchHelp"))]);
