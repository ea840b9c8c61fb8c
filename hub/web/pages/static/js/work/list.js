/**
 * The list of the work page: one row per task or suggestion, with a check box.
 */
import { h } from "../dom.js";
import { formatDate, localize, shortProjectName, t } from "../i18n.js";
import { agencyName } from "./details.js";

/**
 * Return the rows; `open` and `selected` are keys of items.
 * @param {object[]} items each with `key`, and its task or suggestion
 * @param {{open: string, selected: Set<string>, errors: Map<string, string>, canSelect: boolean}} state
 * @param {{onOpen: (key: string) => void, onSelect: (key: string) => void}} actions
 */
export const itemRows = (items, state, actions) =>
  h("ol", { class: "items" }, items.map((item) => h("li", { class: `item${item.key === state.open ? " here" : ""}`, "data-key": item.key },
    state.canSelect && h("span", { class: "pick" }, h("input", { type: "checkbox", checked: state.selected.has(item.key), tabindex: -1, "aria-label": t("select", { name: itemName(item) }), onchange: () => actions.onSelect(item.key) })),
    h("button", { type: "button", class: "open", "aria-current": item.key === state.open ? "true" : null, tabindex: item.key === state.open ? 0 : -1, onclick: () => actions.onOpen(item.key) },
      h("span", { class: "name" }, itemName(item)),
      h("span", { class: "target" }, targetText(item)),
      h("span", { class: "quiet block" }, hintText(item))),
    state.errors.has(item.key) && h("p", { class: "why" }, state.errors.get(item.key)))));

/** Return the name of an item: of its project, or what is requested. */
export function itemName(item) {
  const thing = item.suggestion ?? item.task.subject;
  return thing.project ? shortProjectName(thing.project.name) : thing.text ?? localize(item.task.title);
}

function targetText(item) {
  const { issue: linkedIssue, requestedFor, stage, pendingShare } = item.suggestion ?? item.task.subject;
  const issue = linkedIssue ?? requestedFor;
  return [issue && `→ ${localize(issue.name)}`, stage && localize(stage.name), pendingShare && t("share")].filter(Boolean).join(" · ");
}

/** Return the ISO date in Bangkok of a time. */
const dayInBangkok = (iso) => new Date(iso).toLocaleDateString("sv-SE", { timeZone: "Asia/Bangkok" });

function hintText({ task, suggestion }) {
  if (suggestion) return [agencyName(suggestion.project.owner), Number(suggestion.score).toFixed(2)].filter(Boolean).join(" · ");
  return [task.requestedBy && t("from", { name: agencyName(task.requestedBy) }), task.dueOn ? t("due", { day: formatDate(task.dueOn) }) : t("waitsSince", { day: formatDate(dayInBangkok(task.createdAt)) }), task.overdue && t("overdue")].filter(Boolean).join(" · ");
}
