/**
 * The questions of a source: what one ruling would settle, and giving it.
 */
import { h } from "../dom.js";
import { t, tx } from "../words.js";
import { count, money, rows } from "./figures.js";
import { ruling } from "./ruling.js";

const AT_ONCE = 30;

/**
 * The list of questions; the first stands open.
 * @param {object} source
 * @param {{settled: (done: object) => void}} act
 */
export function review(source, act) {
  const { questions, waitingCount } = source;
  if (questions.length === 0) return h("p", { class: "none" }, t("reviewNone"));
  const container = h("ol", { class: "questions" });
  const more = h("button", { type: "button", id: "more-questions", onclick: () => show(container.children.length) });
  function show(from) {
    container.append(...questions.slice(from, from + AT_ONCE).map((item, place) => h("li", {}, question(item, from + place, source, act))));
    const left = questions.length - container.children.length;
    more.hidden = left === 0;
    more.textContent = t("moreQuestions", { n: Math.min(left, AT_ONCE) });
    if (from > 0) container.children[from].querySelector("summary").focus();
  }
  show(0);
  return [h("p", {}, t("reviewCount", { questions: count(questions.length), rows: count(waitingCount) })), container, more];
}

function question(item, place, source, act) {
  return h("details", { class: "question", open: place === 0, id: `question-${place}` },
    h("summary", {},
      h("span", { class: "asked" }, writtenIn(item), " ", h("span", {}, tx(item.text))),
      h("span", { class: "hangs" }, rows(item.rowCount), " · ", money(item.amounts))),
    h("dl", { class: "facts" },
      item.field && !item.kind && [h("dt", {}, t("column")), h("dd", {}, h("code", {}, item.field))],
      h("dt", {}, t("reasonCode")), h("dd", {}, h("code", {}, item.reason), item.kind && [" · ", t(item.kind === "AREA" ? "asArea" : "asAgency")]),
      item.fiscalYears.length > 0 && [h("dt", {}, t("fiscalYear")), h("dd", {}, years(item))],
      item.block && [h("dt", {}, t("inBlock")), h("dd", { class: "long" }, item.block)]),
    ruling(item, place, source, act));
}

/** What is written, where anything could be; several rows under one key write nothing odd. */
function writtenIn({ written, reason }) {
  if (reason === "CONFLICTING_VALUES") return null;
  return h("b", {}, written ? `“${written}”` : t("writtenNothing"));
}

/** The years a question asks about: 2565, or 2565–2566. */
const years = ({ fiscalYears }) => [...new Set(fiscalYears.map(({ be }) => be))].join("–");
