/**
 * The search page: projects by words, code, agency, area and year, and the agencies and areas whose names contain the words.
 */
import { ApiError, fetchData } from "../api.js";
import { fiscalYears } from "../axes.js";
import { byId, h, replaceChildren } from "../dom.js";
import { addTexts, appropriatedText, localize, t } from "../i18n.js";
import { errorPanel, loadingMessage } from "../messages.js";
import { madeUpBanner } from "../made-up.js";
import { agencyPath, areaPath, drawTabs, enableLanguageButton, pagePath, projectPath } from "../page-tabs.js";
import { withFocusRestored } from "../focus.js";
import { AREAS_QUERY, SEARCH_QUERY } from "./queries.js";
import { SEARCH_TEXTS } from "./texts.js";

addTexts(SEARCH_TEXTS);
const PAGE_SIZE = 50;
const FIELDS = ["text", "area", "agency", "fy"];
const panel = byId("list");
const form = byId("search-form");
let areas = [];
let found = null;
let request = 0;

const question = () => Object.fromEntries(FIELDS.map((name) => [name, new URLSearchParams(location.search).get(name) ?? ""]));
const isEmpty = (criteria) => FIELDS.every((name) => name === "fy" || !criteria[name]);

function draw() {
  drawTabs("/search");
  const criteria = question();
  byId("title").textContent = t("searchTitle");
  byId("subtitle").textContent = t("searchHelp");
  document.title = [criteria.text, t("searchTitle"), t("app")].filter(Boolean).join(" · ");
  withFocusRestored(() => drawForm(criteria));
  if (isEmpty(criteria)) return replaceChildren(panel, h("div", { class: "place" }, h("p", { class: "quiet" }, t("searchStart"))));
  return found && drawResults(criteria);
}

function drawForm(criteria) {
  const field = (name, label, control) => {
    control.id = `search-${name}`;
    control.name = name;
    return h("div", { class: "field" }, h("label", { for: control.id }, label), control);
  };
  const years = fiscalYears().toReversed();
  const areaOptions = ["CLUSTER", "PROVINCE"].map((level) => h("optgroup", { label: t(level === "CLUSTER" ? "clusters" : "provinces") },
    areas.filter((area) => area.level === level).map((area) => h("option", { value: area.code, selected: area.code === criteria.area }, localize(area.name)))));
  replaceChildren(form,
    field("text", t("searchWords"), h("input", { type: "search", value: criteria.text, autocomplete: "off" })),
    field("area", t("area"), h("select", {}, h("option", { value: "" }, t("areaAll")), criteria.area && !areas.some(({ code }) => code === criteria.area) && h("option", { value: criteria.area, selected: true }, criteria.area), areaOptions)),
    field("fy", t("fiscalYear"), h("select", {}, h("option", { value: "" }, t("everyYear")), years.map((be) => h("option", { value: be, selected: be === criteria.fy }, `${be} (${be - 543})`)))),
    criteria.agency && h("input", { type: "hidden", name: "agency", value: criteria.agency }),
    h("button", { class: "primary", id: "search-go" }, t("searchPage")));
}

function drawResults(criteria) {
  const { projects, agencies, agency } = found;
  const matchingAreas = criteria.text ? areas.filter((area) => [area.name.th, area.name.en].some((name) => name?.toLocaleLowerCase().includes(criteria.text.toLocaleLowerCase()))).slice(0, 8) : [];
  replaceChildren(panel, h("div", { class: "place", id: "one" },
    madeUpBanner(projects.nodes),
    agency && h("p", {}, t("ofAgency"), " ", h("a", { href: agencyPath(agency) }, localize(agency.name)), " ", h("a", { class: "chip-link", href: address({ ...criteria, agency: "" }) }, t("everyAgency"))),
    matchingAreas.length > 0 && list("areas-title", t("areasFound"), matchingAreas.map((area) => h("a", { href: areaPath(area) }, localize(area.name)))),
    agencies.length > 0 && list("agencies-title", t("agenciesFound"), agencies.map((one) => [h("a", { href: agencyPath(one) }, localize(one.name)), one.shortName && h("span", { class: "quiet" }, ` ${localize(one.shortName)}`)])),
    h("section", { "aria-labelledby": "projects-title" },
      h("h2", { id: "projects-title" }, t("projectsFound", { n: projects.totalCount ?? projects.nodes.length })),
      projects.nodes.length === 0 ? h("p", { class: "quiet", role: "status" }, t("nothingFound")) : h("ol", { class: "rows-of", id: "found" }, projects.nodes.map(projectRow)),
      projects.pageInfo.hasNextPage && h("button", { type: "button", id: "more", onclick: loadMore }, t("morePages")))));
}

const list = (id, title, items) => h("section", { "aria-labelledby": id }, h("h2", { id }, title), h("ul", { class: "rows-of" }, items.map((item) => h("li", {}, item))));

function projectRow(project) {
  return h("li", {}, h("a", { href: projectPath(project) }, localize(project.name)), " ",
    h("span", { class: "quiet" }, [project.code, project.owner && localize(project.owner.shortName ?? project.owner.name), project.areas.map(({ area }) => localize(area.name)).join(", "),
      project.fiscalYears.map(({ be }) => be).join(", "), appropriatedText(project)].filter(Boolean).join(" · ")));
}

const address = (criteria) => pagePath(`/search?${new URLSearchParams(FIELDS.filter((name) => criteria[name]).map((name) => [name, criteria[name]]))}`);

function variables(criteria, after = null) {
  const agency = criteria.agency ? `gid://hub/Agency/${criteria.agency}` : "";
  const filter = { ...(criteria.text ? { text: criteria.text } : {}), ...(criteria.area ? { areas: [`gid://hub/Area/${criteria.area}`] } : {}), ...(agency ? { agencies: [agency] } : {}) };
  return {
    filter, first: PAGE_SIZE, after, text: criteria.text, isFirst: after === null, hasText: Boolean(criteria.text) && after === null, agency, hasAgency: Boolean(agency) && after === null,
    fiscalYears: criteria.fy ? { from: { be: Number(criteria.fy) } } : null,
  };
}

async function loadMore({ currentTarget }) {
  const current = request;
  currentTarget.disabled = true;
  let page;
  try {
    page = await fetchData(SEARCH_QUERY, variables(question(), found.projects.pageInfo.endCursor));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    currentTarget.disabled = false;
    if (current === request) currentTarget.after(errorPanel(error, () => { document.querySelector("#one .error-panel").remove(); byId("more").click(); }));
    return;
  }
  if (current !== request) return;
  const { projects } = page;
  const first = found.projects.nodes.length;
  found = { ...found, projects: { ...projects, totalCount: found.projects.totalCount, nodes: [...found.projects.nodes, ...projects.nodes] } };
  draw();
  document.querySelectorAll("#found li > a")[first]?.focus();
}

async function load() {
  const current = (request += 1);
  found = null;
  draw();
  const criteria = question();
  try {
    if (areas.length === 0) areas = await fetchData(AREAS_QUERY).then(({ clusters, provinces }) => [...clusters.nodes, ...provinces.nodes]);
    withFocusRestored(() => drawForm(criteria));
    if (isEmpty(criteria)) return;
    replaceChildren(panel, loadingMessage(t("loadingPlace")));
    const data = await fetchData(SEARCH_QUERY, variables(criteria));
    if (current !== request) return;
    found = { projects: data.projects, agencies: data.agencies?.nodes ?? [], agency: data.agency ?? null };
    draw();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.kind === "unready") setTimeout(load, error.retryAfter * 1000);
    if (current === request) replaceChildren(panel, errorPanel(error, load));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.pushState(null, "", address(Object.fromEntries(new FormData(form))));
  load();
});
addEventListener("popstate", load);
enableLanguageButton(draw);
load();
