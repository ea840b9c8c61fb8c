/**
 * The parts of the open item that act: the buttons of a decision, and what other kinds of tasks need.
 */
import { h } from "../dom.js";
import { localize, t } from "../i18n.js";
import { localKey, pagePath } from "../page-tabs.js";
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
  if (SESSION_KINDS.has(kind)) return sessionLinks(kind, sessionOf(subject));
  const facts = [["wanted", subject.text], ["requestedBy", agencyName(subject.by)], ["issue", localize(subject.requestedFor.name)], ["stageName", localize(subject.stage?.name)], ["place", localize(subject.area.name)], ["years", subject.fiscalYears.map(({ be }) => be).join(", ")]];
  return [h("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, t(name)), h("dd", {}, value)])),
    canAnswer ? answerForm({ onSend: (answer) => onAnswer(subject, answer) }) : h("p", { class: "banner quiet" }, t("noRight"))];
}

const SESSION_KINDS = new Set(["SESSION_PREPARE", "POSITION_TAKE", "COMMITMENT_REPORT"]);

/** Return the session that the subject of a task is, or is of; null for a pledge that was made outside a session. */
const sessionOf = (subject) => (subject.sessionTitle ? subject : subject.item ? subject.item.session : subject.agreement?.session ?? null);

/** Return links to the board of a session, and to the document that helps with the task. */
function sessionLinks(kind, session) {
  if (!session) return h("p", { class: "banner quiet" }, t("noSession"));
  const link = (path, text) => h("li", {}, h("a", { href: pagePath(`/board/${encodeURIComponent(localKey(session.id))}${path}`) }, text));
  return [h("p", {}, localize(session.sessionTitle)), h("ul", { class: "reasons" }, link("", t("toBoard")), kind === "COMMITMENT_REPORT" ? link("/minutes", t("toMinutes")) : link("/brief", t("toBrief")))];
}
