/**
 * The question, as choices: topic, area, year, axes, counting, money, day of the clusters' edition.
 */
import { h, fill } from "./dom.js";
import { mark } from "./marks.js";
import { AXES, PHASES, axesOf } from "./questions.js";
import { EDITIONS, dayOf } from "./state.js";
import { day, t, tx } from "./words.js";

const YEARS = { first: 2550, last: 2572 };

/**
 * Draw the pickers.
 * @param {HTMLElement} container
 * @param {Record<string, string>} state
 * @param {object} context chains, areas of the day, the chosen chain, issue and area
 * @param {(change: Record<string, string | null>) => void} set
 */
export function pickers(container, state, context, set) {
  const foreign = Boolean(state.key) && !state.chain && !state.issue && !state.area && !state.fy;
  const axes = axesOf(state, context);
  fill(container,
    field("topic", t("topic"), "wide", topics(state, context, foreign, set)),
    field("area", t("area"), "wide", areas(state, context, foreign, set)),
    field("fy", t("fiscalYear"), "", years(state, foreign, set)),
    field("rows", t("rows"), "", axisChoice("rows", axes, context, foreign, set)),
    h("button", { type: "button", class: "swap", id: "swap", title: t("swap"), "aria-label": t("swap"), onclick: () => set({ rows: axes.columns, columns: axes.rows }) }, mark("SWAP")),
    field("columns", t("columns"), "", axisChoice("columns", axes, context, foreign, set)),
    h("details", { class: "more", id: "more", open: container.querySelector("#more")?.open },
      h("summary", {}, h("span", { class: "label" }, t("moreChoices")), h("span", {}, summary(state))),
      h("div", { class: "sheet" },
        edition(state, set),
        field("to", t("yearTo"), "", yearsTo(state, set)),
        field("counting", t("counting"), "", choice(state.counting ?? "DISTINCT", ["DISTINCT", "SHARED", "MENTIONS"], (v) => set({ counting: v === "DISTINCT" ? null : v }))),
        field("phase", t("phase"), "", choice(state.phase ?? "APPROPRIATED", PHASES, (v) => set({ phase: v }))))));
}

/**
 * Fold the quiet choices away, on Escape or on a click elsewhere.
 * @param {Node} [kept] nothing is folded where this lies inside them
 * @returns {boolean} whether they were open
 */
export function foldAway(kept = null) {
  const more = document.getElementById("more");
  if (!more?.open || (kept && more.contains(kept))) return false;
  more.open = false;
  return true;
}

document.addEventListener("click", ({ target }) => foldAway(target));

/** The quiet choices in a few words, so that none is forgotten while it is folded away. */
const summary = (state) => [t(state.counting ?? "DISTINCT"), t(state.phase ?? "APPROPRIATED"), state.on && day(state.on)].filter(Boolean).join(" · ");

const field = (id, label, size, control) => {
  control.id = `pick-${id}`;
  return h("div", { class: `field ${size}` }, h("label", { for: `pick-${id}` }, label), control);
};

const option = (value, label, chosen) => h("option", { value, selected: value === chosen }, label);

const select = (onpick, ...options) => h("select", { onchange: ({ target }) => onpick(target.value) }, options);

const choice = (chosen, values, onpick) => select(onpick, values.map((value) => option(value, t(value), chosen)));

function topics(state, context, foreign, set) {
  const chosen = foreign ? "link" : state.issue ? `issue:${state.issue}` : state.chain ? `chain:${state.chain}` : "";
  const issues = context.area?.issues.nodes ?? [];
  const listed = context.chains.toSorted((a, b) => order(a) - order(b));
  return select((value) => set(topicOf(value)),
    foreign && option("link", t("fromLink"), chosen),
    h("optgroup", { label: t("topicChains") }, listed.map((chain) => option(`chain:${chain.code}`, tx(chain.name), chosen))),
    issues.length > 0 && h("optgroup", { label: t("topicIssues") }, issues.map((issue) =>
      option(`issue:${issue.code}`, issue.rank ? `${tx(issue.name)} (${t("rank", { n: issue.rank })})` : tx(issue.name), chosen))),
    option("", t("topicAll"), chosen));
}

/** The worked examples first, the blank template last. */
const order = (chain) => ["tourism-east", "jasmine-rice-roi-et"].indexOf(chain.code) + 1 || (chain.code === "generic-template" ? 9 : 5);

function topicOf(value) {
  const [kind, code] = value.split(":");
  const plain = { chain: null, issue: null, rows: null, columns: null };
  return kind && kind !== "link" ? { ...plain, [kind]: code } : plain;
}

function areas(state, context, foreign, set) {
  const chosen = foreign ? "link" : state.area ?? "";
  const groups = [["clusters", context.clusters], ["provinces", context.provinces], ["regions", context.regions]];
  const listed = groups.some(([, list]) => list.some((area) => area.code === chosen));
  return select((value) => set({ area: value === "link" ? null : value || null, issue: null }),
    foreign && option("link", t("fromLink"), chosen),
    option("", t("areaAll"), chosen),
    !listed && context.area && h("optgroup", { label: t("areaOther") }, option(context.area.code, tx(context.area.name), chosen)),
    groups.map(([name, list]) => h("optgroup", { label: t(name) }, list.map((area) => option(area.code, tx(area.name), chosen)))));
}

const yearName = (be) => `${be} (${be - 543})`;

function years(state, foreign, set) {
  const chosen = foreign ? "" : state.fy ?? "2554";
  const all = Array.from({ length: YEARS.last - YEARS.first + 1 }, (_, at) => String(YEARS.first + at));
  return select((value) => set({ fy: value, to: Number(state.to) > Number(value) ? state.to : null }),
    foreign && option("", t("fromLink"), chosen), all.map((be) => option(be, yearName(be), chosen)));
}

function yearsTo(state, set) {
  const from = Number(state.fy ?? 2554);
  const later = Array.from({ length: 9 }, (_, at) => String(from + 1 + at));
  return select((value) => set({ to: value || null }), option("", t("onlyThis"), state.to ?? ""), later.map((be) => option(be, yearName(be), state.to)));
}

function axisChoice(name, axes, context, foreign, set) {
  const other = name === "rows" ? "columns" : "rows";
  const dimension = (axis) => axis.split(".")[0];
  return select(
    (value) => set(dimension(value) === dimension(axes[other]) ? { [name]: value, [other]: axes[name] } : { [name]: value, [other]: axes[other] }),
    AXES.map((axis) => {
      const lacking = axis === "STAGE" && !context.chain && !foreign;
      return h("option", { value: axis, selected: axis === axes[name], disabled: lacking && axis !== axes[name] }, t(axis), lacking && ` (${t("needsChain")})`);
    }));
}

/**
 * The day of the edition: two editions by name, any day by date, said in words beside it.
 * @param {Record<string, string>} state
 * @param {(change: Record<string, string | null>) => void} set
 */
export function edition(state, set, id = "pick-on") {
  const now = dayOf(state);
  const press = (label, on, name) => h("button", { type: "button", class: "seg", "data-edition": name, "aria-pressed": String((state.on ?? null) === on), onclick: () => set({ on }) }, label);
  const date = h("input", { type: "date", id, value: now, min: "1990-01-01", max: "2100-01-01", onchange: ({ target }) => target.value && set({ on: target.value }) });
  return h("div", { class: "field edition" },
    h("label", { for: id }, t("editionOn"), " ", h("b", { class: "said" }, day(now))),
    h("div", { class: "segs" }, date,
      press(t("edition2552"), EDITIONS[2552], "2552"), press(t("edition2560"), EDITIONS[2560], "2560"), press(t("editionOwn"), null, "own")));
}
