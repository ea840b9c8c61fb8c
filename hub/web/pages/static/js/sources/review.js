/**
 * The review of a source: a list of questions, each with the form of its ruling.
 */
import { h } from "../dom.js";
import { t, localize } from "../i18n.js";
import { formatCount, formatAmounts, formatRowCount } from "./format.js";
import { rulingForm } from "./ruling.js";

const PAGE_SIZE = 30;

/**
 * Return the list of questions; the first is open.
 * @param {object} source
 * @param {{onSettled: (result: object) => void}} actions
 */
export function questionList(source, actions) {
  const { questions, waitingCount } = source;
  if (questions.length === 0) return h("p", { class: "none" }, t("reviewNone"));
  const list = h("ol", { class: "questions" });
  const moreButton = h("button", { type: "button", id: "more-questions", onclick: () => appendFrom(list.children.length) });
  function appendFrom(from) {
    list.append(...questions.slice(from, from + PAGE_SIZE).map((question, position) => h("li", {}, questionItem(question, from + position, source, actions))));
    const remaining = questions.length - list.children.length;
    moreButton.hidden = remaining === 0;
    moreButton.textContent = t("moreQuestions", { n: Math.min(remaining, PAGE_SIZE) });
    if (from > 0) list.children[from].querySelector("summary").focus();
  }
  appendFrom(0);
  return [h("p", {}, t("reviewCount", { questions: formatCount(questions.length), rows: formatCount(waitingCount) })), list, moreButton];
}

function questionItem(question, position, source, actions) {
  return h("details", { class: "question", open: position === 0, id: `question-${position}` },
    h("summary", {},
      h("span", { class: "question-text" }, writtenText(question), " ", h("span", {}, localize(question.text))),
      h("span", { class: "question-size" }, formatRowCount(question.rowCount), " · ", formatAmounts(question.amounts))),
    h("dl", { class: "facts" },
      question.field && !question.kind && [h("dt", {}, t("column")), h("dd", {}, h("code", {}, question.field))],
      h("dt", {}, t("reasonCode")), h("dd", {}, h("code", {}, question.reason), question.kind && [" · ", t(question.kind === "AREA" ? "asArea" : "asAgency")]),
      question.fiscalYears.length > 0 && [h("dt", {}, t("fiscalYear")), h("dd", {}, yearRange(question))],
      question.block && [h("dt", {}, t("inBlock")), h("dd", { class: "long" }, question.block)]),
    rulingForm(question, position, source, actions));
}

/** Return the value as written in the source, or the key of rows with different values. */
function writtenText({ written, reason }) {
  if (reason === "CONFLICTING_VALUES" && !written) return null;
  return h("b", {}, written ? `“${written}”` : t("writtenNothing"));
}

/** Return the fiscal years of a question: 2565, or 2565–2566. */
const yearRange = ({ fiscalYears }) => [...new Set(fiscalYears.map(({ be }) => be))].join("–");
