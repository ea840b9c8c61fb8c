/**
 * The top bar: what is looked at, the views, the examples in one click, the language.
 */
import { byId, fill, h } from "./dom.js";
import { dayOf, write } from "./state.js";
import { day, lang, t, tx, year } from "./words.js";

/** One click each: the worked examples of slides 37 and 38, the roles of slide 74, every cluster. */
const EXAMPLES = [
  ["exampleTourism", { chain: "tourism-east", area: "C2552-09", fy: "2554" }],
  ["exampleRice", { chain: "jasmine-rice-roi-et", area: "45", fy: "2554" }],
  ["exampleIndustry", { chain: "industry", fy: "2554" }],
  ["exampleClusters", { fy: "2554", rows: "AREA.CLUSTER", columns: "ACTOR_LEVEL" }],
];

/**
 * Draw the top bar.
 * @param {Record<string, string>} state
 * @param {object} context
 * @param {{set: (change: object) => void, go: (state: object) => void, byKey: boolean}} act
 */
export function drawTop(state, context, { set, go, byKey }) {
  const topic = context.issue ?? context.chain;
  const onMap = state.view === "map";
  const title = onMap ? t("mapTitle") : byKey ? t("titleLink") : tx(topic?.name) || t("titleAll");
  const name = tx(context.area?.name);
  const place = byKey ? "" : name && context.area.level === "PROVINCE" && context.area.code !== "10" ? t("inProvince", { name }) : name || t("areaAll");
  const years = state.to ? `${year(state.fy)}–${state.to}` : year(state.fy ?? "2554");
  byId("title").textContent = title;
  byId("title").title = title;
  byId("subtitle").textContent = onMap ? t("mapOn", { day: day(dayOf(state)) }) : byKey ? t("app") : [place, years, state.on && t("mapOn", { day: day(state.on) })].filter(Boolean).join(" · ");
  document.title = [title, onMap ? "" : place, t("app")].filter(Boolean).join(" · ");

  const keep = state.lang ? { lang: state.lang } : {};
  const link = (next, attributes, label) =>
    h("a", { href: write(next), onclick: (event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); go(next); }, ...attributes }, label);
  const view = (name) => {
    const next = { ...state, view: name === "map" ? "map" : "", cell: "" };
    return link(next, { class: "tab", "data-view": name, "aria-current": (state.view ?? "matrix") === name ? "page" : null }, t(name));
  };
  const views = byId("views");
  views.setAttribute("aria-label", t("views"));
  const page = (path, key) => h("a", { class: "tab", href: `${path}${lang() === "en" ? "?lang=en" : ""}` }, t(key));
  fill(views, view("matrix"), view("map"), page("/sources", "sourcesPage"), page("/query", "query"));
  const examples = byId("examples");
  examples.setAttribute("aria-label", t("examples"));
  fill(examples, h("span", { class: "label" }, t("examples")), EXAMPLES.map(([name, question]) => {
    const here = state.view !== "map" && Object.entries(question).every(([key, value]) => state[key] === value) && (state.chain ?? "") === (question.chain ?? "") && (state.area ?? "") === (question.area ?? "") && !state.issue && ["rows", "columns"].every((axis) => (state[axis] ?? "") === (question[axis] ?? ""));
    return link({ ...question, ...keep }, { class: "chip-link", "data-example": name, "aria-current": here ? "true" : null }, t(name));
  }));
  const other = byId("language");
  other.textContent = t("other");
  other.lang = t("otherLang");
  other.onclick = () => set({ lang: lang() === "th" ? "en" : null });
}
