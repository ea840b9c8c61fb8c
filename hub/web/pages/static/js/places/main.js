/**
 * The page of one agency, area, issue or project; the path of the URL says which.
 */
import { ApiError } from "../api.js";
import { byId, h, replaceChildren } from "../dom.js";
import { addTexts, localize, t } from "../i18n.js";
import { errorPanel, loadingMessage } from "../messages.js";
import { drawTabs, enableLanguageButton } from "../page-tabs.js";
import { WORK_TEXTS } from "../work/texts.js";
import { loadAgency, loadArea, loadGaps, loadIssue, loadProject, loadSuggestionCount } from "./queries.js";
import { agencyMatrixPath, agencySections, areaMatrixPath, areaSections, issueSections, matrixPath, missingSections, projectSections } from "./sections.js";
import { PLACE_TEXTS } from "./texts.js";

addTexts(WORK_TEXTS);
addTexts(PLACE_TEXTS);
const panel = byId("list");
const [, collection, ...parts] = location.pathname.split("/");
const code = parts.map(decode).join("/");
const kind = { agencies: "Agencies", areas: "Areas", issues: "Issues", projects: "Projects" }[collection];
let page = null;

/** Return a part of the path without its escapes; a part that is not valid as it is written. */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const LOADERS = {
  async Agencies() {
    const found = await loadAgency(code);
    return found && { thing: found.agency, sections: agencySections, data: found };
  },
  async Areas() {
    const area = await loadArea(code);
    if (!area) return null;
    const gaps = await loadGaps(area.issues.nodes.map((issue) => ({ ...issue, area })));
    return { thing: area, sections: areaSections, data: { area, gaps, suggestions: await loadSuggestionCount({ area: area.id }) } };
  },
  async Issues() {
    const { issue, workRequests, choices } = await loadIssue(code);
    if (!issue) return choices.length > 0 ? { choices } : null;
    return { thing: issue, sections: issueSections, data: { issue, workRequests, gaps: await loadGaps([issue]), suggestions: await loadSuggestionCount({ issue: issue.id }) } };
  },
  async Projects() {
    const project = await loadProject(code);
    return project && { thing: project, sections: projectSections, data: { project } };
  },
};

function draw() {
  drawTabs("");
  byId("print").textContent = t("print");
  const name = page?.thing ? localize(page.thing.name) : code;
  byId("title").textContent = name;
  byId("subtitle").textContent = t({ Agencies: "agency", Areas: "area", Issues: "issue", Projects: "project" }[kind]) + (page?.thing?.code ? ` · ${page.thing.code}` : "");
  document.title = `${name} · ${t("app")}`;
  if (!page) return;
  const links = page.thing ? matrixLinks() : null;
  byId("links").hidden = !links;
  byId("links").setAttribute("aria-label", t("matrix"));
  replaceChildren(byId("links"), links);
  replaceChildren(panel, h("div", { class: "place", id: "one" }, page.thing ? page.sections(page.data) : missingSections(kind, code, page.choices)));
}

function matrixLinks() {
  const { thing } = page;
  if (kind === "Issues") return h("a", { class: "chip-link", href: matrixPath(thing) }, t("matrix"));
  if (kind === "Agencies") return h("a", { class: "chip-link", href: agencyMatrixPath(thing) }, t("matrixOfAgency"));
  if (kind === "Areas") return h("a", { class: "chip-link", href: areaMatrixPath(thing) }, t("matrixOfArea"));
  return null;
}

async function load() {
  replaceChildren(panel, loadingMessage(t("loadingPlace")));
  try {
    page = (await LOADERS[kind]()) ?? { thing: null, choices: [] };
    draw();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.kind === "unready") setTimeout(load, error.retryAfter * 1000);
    replaceChildren(panel, errorPanel(error, load));
  }
}

byId("print").addEventListener("click", () => print());
enableLanguageButton(draw);
draw();
load();
