/**
 * Form fields of the query: topic, area, fiscal year, axes, counting, budget phase, date of the clusters.
 */
import { h, replaceChildren, screenReaderText } from "./dom.js";
import { mark } from "./marks.js";
import { AXIS_OPTIONS, axisOptions, fiscalYears, resolveAxes } from "./axes.js";
import { CELL_MODES } from "./density.js";
import { PHASES } from "./queries.js";
import { EDITION_DATES, areaDate } from "./url-state.js";
import { formatDate, t, localize } from "./i18n.js";

/**
 * Draw the form.
 * @param {HTMLElement} container
 * @param {Record<string, string>} state
 * @param {object} pickerData see picker-data.js
 * @param {(change: Record<string, string | null>) => void} changeState
 */
export function drawPickers(container, state, pickerData, changeState) {
  const isKeyOnly = Boolean(state.key) && !state.chain && !state.issue && !state.area && !state.agency && !state.fy;
  const axes = resolveAxes(state, pickerData);
  replaceChildren(container,
    field("topic", t("topic"), "wide", topicSelect(state, pickerData, isKeyOnly, changeState)),
    field("area", t("area"), "wide", areaSelect(state, pickerData, isKeyOnly, changeState)),
    pickerData.agency && h("div", { class: "field" }, h("span", { class: "label" }, t("agencyChosen")), h("button", { type: "button", class: "chip-link", id: "drop-agency", onclick: () => changeState({ agency: null }) }, localize(pickerData.agency.name), " ✕", screenReaderText(` ${t("everyAgencyAgain")}`))),
    field("fy", t("fiscalYear"), "", yearSelect(state, pickerData, isKeyOnly, changeState)),
    field("rows", t("rows"), "", axisSelect("rows", axes, pickerData, isKeyOnly, changeState)),
    h("button", { type: "button", class: "swap", id: "swap", title: t("swap"), "aria-label": t("swap"), onclick: () => changeState({ rows: axes.columns, columns: axes.rows }) }, mark("SWAP")),
    field("columns", t("columns"), "", axisSelect("columns", axes, pickerData, isKeyOnly, changeState)),
    h("details", { class: "more", id: "more", open: container.querySelector("#more")?.open },
      h("summary", {}, h("span", { class: "label" }, t("moreChoices")), h("span", {}, optionsSummary(state))),
      h("div", { class: "sheet" },
        editionField(state, changeState),
        field("to", t("yearTo"), "", endYearSelect(state, pickerData, changeState)),
        field("show", t("show"), "", enumSelect(state.show ?? "", ["", ...CELL_MODES], (value) => changeState({ show: value || null }), (one) => t(`show_${one || "auto"}`))),
        field("counting", t("counting"), "", enumSelect(state.counting ?? "DISTINCT", ["DISTINCT", "SHARED", "MENTIONS"], (value) => changeState({ counting: value === "DISTINCT" ? null : value }))),
        field("phase", t("phase"), "", enumSelect(state.phase ?? "APPROPRIATED", PHASES, (value) => changeState({ phase: value }))))));
}

/** Show in the drawn form what the cells of a state show, which the buttons above the matrix change as well. */
export function showInPickers(state) {
  document.getElementById("pick-show").value = state.show ?? "";
}

/**
 * Close the box with more options.
 * @param {Node} [inside] the box stays open if it contains this node
 * @returns {boolean} whether it was open
 */
export function closeMoreOptions(inside = null) {
  const more = document.getElementById("more");
  if (!more?.open || (inside && more.contains(inside))) return false;
  more.open = false;
  return true;
}

document.addEventListener("click", ({ target }) => {
  closeMoreOptions(target);
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target) || target.closest("a")) menu.open = false;
});

/** Return the values in the closed box as one line. */
const optionsSummary = (state) => [t(state.counting ?? "DISTINCT"), t(state.phase ?? "APPROPRIATED"), state.on && formatDate(state.on)].filter(Boolean).join(" · ");

const field = (id, label, size, control) => {
  control.id = `pick-${id}`;
  return h("div", { class: `field ${size}` }, h("label", { for: `pick-${id}` }, label), control);
};

const option = (value, label, chosen) => h("option", { value, selected: value === chosen }, label);

const select = (onChange, ...options) => h("select", { onchange: ({ target }) => onChange(target.value) }, options);

const enumSelect = (chosen, values, onChange, name = t) => select(onChange, values.map((value) => option(value, name(value), chosen)));

function topicSelect(state, pickerData, isKeyOnly, changeState) {
  const chosen = isKeyOnly ? "link" : state.issue ? `issue:${state.issue}` : state.chain ? `chain:${state.chain}` : "";
  const issues = pickerData.area?.issues.nodes ?? [];
  const listed = pickerData.chains.toSorted((a, b) => topicOrder(a) - topicOrder(b));
  return select((value) => changeState(topicChange(value)),
    isKeyOnly && option("link", t("fromLink"), chosen),
    h("optgroup", { label: t("topicChains") }, listed.map((chain) => option(`chain:${chain.code}`, localize(chain.name), chosen))),
    issues.length > 0 && h("optgroup", { label: t("topicIssues") }, issues.map((issue) =>
      option(`issue:${issue.code}`, issue.rank ? `${localize(issue.name)} (${t("rank", { n: issue.rank })})` : localize(issue.name), chosen))),
    option("", t("topicAll"), chosen));
}

/** Return the sort order of a chain: worked examples first, the generic template last. */
const topicOrder = (chain) => ["tourism-east", "jasmine-rice-roi-et"].indexOf(chain.code) + 1 || (chain.code === "generic-template" ? 9 : 5);

function topicChange(value) {
  const [kind, code] = value.split(":");
  const plain = { chain: null, issue: null, rows: null, columns: null };
  return kind && kind !== "link" ? { ...plain, [kind]: code } : plain;
}

function areaSelect(state, pickerData, isKeyOnly, changeState) {
  const chosen = isKeyOnly ? "link" : state.area ?? "";
  const groups = [["clusters", pickerData.clusters], ["provinces", pickerData.provinces], ["regions", pickerData.regions]];
  const listed = groups.some(([, list]) => list.some((area) => area.code === chosen));
  return select((value) => changeState({ area: value === "link" ? null : value || null, issue: null }),
    isKeyOnly && option("link", t("fromLink"), chosen),
    option("", t("areaAll"), chosen),
    !listed && pickerData.area && h("optgroup", { label: t("areaOther") }, option(pickerData.area.code, localize(pickerData.area.name), chosen)),
    groups.map(([name, list]) => h("optgroup", { label: t(name) }, list.map((area) => option(area.code, localize(area.name), chosen)))));
}

/** Return the name of a year with its number of projects, once they have been counted. */
const yearName = (be, counts) => `${be} (${be - 543})${counts ? ` · ${counts.get(String(be)) ?? 0}` : ""}`;

function yearSelect(state, { yearCounts }, isKeyOnly, changeState) {
  const chosen = isKeyOnly ? "" : state.fy ?? "2554";
  return select((value) => changeState({ fy: value, to: Number(state.to) > Number(value) ? state.to : null }),
    isKeyOnly && option("", t("fromLink"), chosen), fiscalYears().map((be) => option(be, yearName(be, yearCounts), chosen)));
}

function endYearSelect(state, { yearCounts }, changeState) {
  const from = Number(state.fy ?? 2554);
  const later = Array.from({ length: 9 }, (_, at) => String(from + 1 + at));
  return select((value) => changeState({ to: value || null }), option("", t("onlyThis"), state.to ?? ""), later.map((be) => option(be, yearName(be, yearCounts), state.to)));
}

function axisSelect(name, axes, pickerData, isKeyOnly, changeState) {
  const other = name === "rows" ? "columns" : "rows";
  const dimension = (axis) => axis.split(".")[0];
  return select(
    (value) => changeState(dimension(value) === dimension(axes[other]) ? { [name]: value, [other]: axes[name] } : { [name]: value, [other]: axes[other] }),
    AXIS_OPTIONS.filter((axis) => axis === axes[name] || axisOptions(pickerData).includes(axis)).map((axis) => {
      const needsChain = axis === "STAGE" && !pickerData.chain && !isKeyOnly;
      return h("option", { value: axis, selected: axis === axes[name], disabled: needsChain && axis !== axes[name] }, t(axis), needsChain && ` (${t("needsChain")})`);
    }));
}

/**
 * Return the field for the date of the clusters: two editions as buttons, other dates in a date field.
 * @param {Record<string, string>} state
 * @param {(change: Record<string, string | null>) => void} changeState
 */
export function editionField(state, changeState, id = "pick-on") {
  const currentDate = areaDate(state);
  const editionButton = (label, on, name) => h("button", { type: "button", class: "seg", "data-edition": name, "aria-pressed": String((state.on ?? null) === on), onclick: () => changeState({ on }) }, label);
  const date = h("input", { type: "date", id, value: currentDate, min: "1990-01-01", max: "2100-01-01", onchange: ({ target }) => target.value && changeState({ on: target.value }) });
  return h("div", { class: "field edition" },
    h("label", { for: id }, t("editionOn"), " ", h("b", { class: "edition-date" }, formatDate(currentDate))),
    h("div", { class: "segs" }, date,
      editionButton(t("edition2552"), EDITION_DATES[2552], "2552"), editionButton(t("edition2560"), EDITION_DATES[2560], "2560"), editionButton(t("editionOwn"), null, "own")));
}
