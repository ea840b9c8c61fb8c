/**
 * The parts of the open item that act: the buttons of a decision, and what other kinds of tasks need.
 */
import { h } from "../dom.js";
import { localize, t } from "../i18n.js";
import { pagePath } from "../page-tabs.js";
import { sourceCode } from "../sources/queries.js";
import { agencyName } from "./details.js";
import { canDecide, DECISIONS } from "./decisions.js";
import { answerForm } from "./forms.js";

/**
 * Return the buttons of the decisions that are possible for any of the items; a notice if none is.
 * @param {object[]} items the selected items, or the open one
 * @param {(action: string) => void} run
 */
export function decisionButtons(items, run) {
  const label = (text) => (items.length > 1 ? t("forMany", { action: text, n: items.length }) : text);
  const button = (action, textKey, key, attributes = {}) => items.some((item) => canDecide(item, DECISIONS[action]))
    && h("button", { type: "button", "data-action": action, onclick: () => run(action), ...attributes }, label(t(textKey)), " ", h("kbd", {}, key));
  const buttons = items[0].suggestion
    ? [button("agree", "accept", "A", { class: "primary" }), button("reject", "dismiss", "R")]
    : [button("agree", "agree", "A", { class: "primary" }), button("reject", "reject", "R"), button("dispute", "dispute", "D")];
  return buttons.some(Boolean) ? h("p", { class: "actions", id: "decisions" }, buttons) : h("p", { class: "banner quiet" }, t("noRight"));
}

/**
 * Return the sections of a task that is no decision on a linkage: a request to answer, or rows to review.
 * @param {object} task
 * @param {{canAnswer: boolean, onAnswer: (request: object, answer: object) => void}} options
 */
export function taskSections({ kind, subject }, { canAnswer, onAnswer }) {
  if (kind === "QUARANTINE_REVIEW") return h("p", {}, h("a", { class: "to-review", href: `${pagePath("/sources")}#${sourceCode(subject.id)}` }, t("toReview")));
  const facts = [["wanted", subject.text], ["requestedBy", agencyName(subject.by)], ["issue", localize(subject.requestedFor.name)], ["stageName", localize(subject.stage?.name)], ["place", localize(subject.area.name)], ["years", subject.fiscalYears.map(({ be }) => be).join(", ")]];
  return [h("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, t(name)), h("dd", {}, value)])),
    canAnswer ? answerForm({ onSend: (answer) => onAnswer(subject, answer) }) : h("p", { class: "banner quiet" }, t("noRight"))];
}
