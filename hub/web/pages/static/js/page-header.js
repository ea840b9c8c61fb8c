/**
 * The header of the matrix page: title, views, example queries, language.
 */
import { byId, replaceChildren, h } from "./dom.js";
import { areaDate, formatUrl } from "./url-state.js";
import { formatDate, lang, t, localize, formatFiscalYear } from "./i18n.js";

/** The worked examples of slides 37 and 38, the roles of slide 74, all clusters. */
const EXAMPLES = [
  ["exampleTourism", { chain: "tourism-east", area: "C2552-09", fy: "2554" }],
  ["exampleRice", { chain: "jasmine-rice-roi-et", area: "45", fy: "2554" }],
  ["exampleIndustry", { chain: "industry", fy: "2554" }],
  ["exampleClusters", { fy: "2554", rows: "AREA.CLUSTER", columns: "ACTOR_LEVEL" }],
];

/**
 * Draw the header.
 * @param {Record<string, string>} state
 * @param {object} pickerData
 * @param {{changeState: (change: object) => void, navigate: (state: object) => void, isKeyOnly: boolean}} actions
 */
export function drawPageHeader(state, pickerData, { changeState, navigate, isKeyOnly }) {
  const topic = pickerData.issue ?? pickerData.chain;
  const onMap = state.view === "map";
  const title = onMap ? t("mapTitle") : isKeyOnly ? t("titleLink") : localize(topic?.name) || t("titleAll");
  const name = localize(pickerData.area?.name);
  const areaName = isKeyOnly ? "" : name && pickerData.area.level === "PROVINCE" && pickerData.area.code !== "10" ? t("inProvince", { name }) : name || t("areaAll");
  const agencyName = isKeyOnly ? "" : localize(pickerData.agency?.name);
  const years = state.to ? `${formatFiscalYear(state.fy)}–${state.to}` : formatFiscalYear(state.fy ?? "2554");
  byId("title").textContent = title;
  byId("title").title = title;
  byId("subtitle").textContent = onMap ? t("mapOn", { day: formatDate(areaDate(state)) }) : isKeyOnly ? t("app") : [agencyName, areaName, years, state.on && t("mapOn", { day: formatDate(state.on) })].filter(Boolean).join(" · ");
  document.title = [title, onMap ? "" : areaName, t("app")].filter(Boolean).join(" · ");

  const languageParameter = state.lang ? { lang: state.lang } : {};
  const link = (next, attributes, label) =>
    h("a", { href: formatUrl(next), onclick: (event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); navigate(next); }, ...attributes }, label);
  const viewLink = (name) => {
    const next = { ...state, view: name === "map" ? "map" : "", cell: "" };
    return link(next, { class: "tab", "data-view": name, "aria-current": (state.view ?? "matrix") === name ? "page" : null }, t(name));
  };
  const views = byId("views");
  views.setAttribute("aria-label", t("views"));
  const pageLink = (path, textKey) => h("a", { class: "tab", href: `${path}${lang() === "en" ? "?lang=en" : ""}` }, t(textKey));
  replaceChildren(views, viewLink("matrix"), viewLink("map"), pageLink("/search", "searchPage"), pageLink("/work", "myWork"), pageLink("/board", "sessionsPage"), pageLink("/sources", "sourcesPage"), pageLink("/query", "query"));
  const examples = byId("examples");
  examples.setAttribute("aria-label", t("examples"));
  const isOpen = examples.querySelector("details")?.open && examples.dataset.address === formatUrl(state);
  examples.dataset.address = formatUrl(state);
  replaceChildren(examples, h("details", { class: "menu", name: "header-menu", open: isOpen ? "" : null }, h("summary", { class: "chip-link" }, t("examples")), h("div", { class: "menu-list" }, EXAMPLES.map(([name, question]) => {
    const isCurrent = state.view !== "map" && Object.entries(question).every(([key, value]) => state[key] === value) && (state.chain ?? "") === (question.chain ?? "") && (state.area ?? "") === (question.area ?? "") && !state.issue && ["rows", "columns"].every((axis) => (state[axis] ?? "") === (question[axis] ?? ""));
    return link({ ...question, ...languageParameter }, { class: "chip-link", "data-example": name, "aria-current": isCurrent ? "true" : null }, t(name));
  }))));
  const languageButton = byId("language");
  languageButton.textContent = t("other");
  languageButton.lang = t("otherLang");
  languageButton.onclick = () => changeState({ lang: lang() === "th" ? "en" : null });
}
