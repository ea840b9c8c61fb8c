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
  const room = h("ol", { class: "questions" });
  const more = h("button", { type: "button", id: "more-questions", onclick: () => show(room.children.length) });
  function show(from) {
    room.append(...questions.slice(from, from + AT_ONCE).map((asked, place) => h("li", {}, question(asked, from + place, source, act))));
    const left = questions.length - room.children.length;
    more.hidden = left === 0;
    more.textContent = t("moreQuestions", { n: Math.min(left, AT_ONCE) });
    if (from > 0) room.children[from].querySelector("summary").focus();
  }
  show(0);
  return [h("p", {}, t("reviewCount", { questions: count(questions.length), rows: count(waitingCount) })), room, more];
}

function question(asked, place, source, act) {
  return h("details", { class: "question", open: place === 0, id: `question-${place}` },
    h("summary", {},
      h("span", { class: "asked" }, writtenIn(asked), " ", h("span", {}, tx(asked.text))),
      h("span", { class: "hangs" }, rows(asked.rowCount), " · ", money(asked.amounts))),
    h("dl", { class: "facts" },
      asked.field && !asked.kind && [h("dt", {}, t("column")), h("dd", {}, h("code", {}, asked.field))],
      h("dt", {}, t("reasonCode")), h("dd", {}, h("code", {}, asked.reason), asked.kind && [" · ", t(asked.kind === "AREA" ? "asArea" : "asAgency")]),
      asked.fiscalYears.length > 0 && [h("dt", {}, t("fiscalYear")), h("dd", {}, years(asked))],
      asked.block && [h("dt", {}, t("inBlock")), h("dd", { class: "long" }, asked.block)]),
    ruling(asked, place, source, act));
}

/** What is written, where anything could be; several rows under one key write nothing odd. */
function writtenIn({ written, reason }) {
  if (reason === "CONFLICTING_VALUES") return null;
  return h("b", {}, written ? `“${written}”` : t("writtenNothing"));
}

/** The years a question asks about: 2565, or 2565–2566. */
const years = ({ fiscalYears }) => [...new Set(fiscalYears.map(({ be }) => be))].join("–");
