/**
 * The details of one source: public facts; for its operators also the latest run and the questions to review.
 */
import { h } from "../dom.js";
import { t, localize } from "../i18n.js";
import { formatCount, formatDateTime } from "./format.js";
import { earlierRuns, runDetails } from "./ledger.js";
import { healthChips, textWithCommands } from "./list.js";
import { sourceCode } from "./queries.js";
import { manyRulings } from "./many-rulings.js";
import { questionList } from "./review.js";
import { rulingList } from "./rulings.js";
import { yearScale, yearStrip } from "./year-strip.js";

/**
 * Return the details of a source.
 * @param {object} source
 * @param {{isOperator: boolean, scale: object | null}} options
 * @param {{onSettled: (result: object) => void, onManySettled: (total: object) => void, onRevoked: (result: object) => void}} actions
 */
export function sourceDetail(source, options, actions) {
  return [
    detailHeader(localize(source.name)),
    h("p", { class: "chips" }, healthChips(source), source.waitingCount > 0 && [" ", reviewButton(source.waitingCount)]),
    factList(source, options.scale),
    source.note && h("p", { class: "quiet" }, t("remark"), ": ", source.note),
    source.promisedEvery && operatorSections(source, options, actions),
  ];
}

/** Return the link back to the list, and the name. */
export const detailHeader = (name) =>
  h("div", { class: "one-head" },
    h("a", { class: "back", id: "back", href: "#" }, "‹ ", t("allSources"), " ", h("kbd", {}, "Esc")),
    h("h2", { id: "one-title", tabindex: -1 }, name));

/** Return a button that scrolls to the review. It is not a link, because the fragment of the URL names the open source. */
const reviewButton = (waiting) =>
  h("button", { type: "button", class: "to-review", onclick: () => { const title = document.getElementById("review-title"); title.scrollIntoView(); title.focus({ preventScroll: true }); } },
    t("waitingRows"), " ", formatCount(waiting), " ↓");

function factList(source, scale) {
  const facts = [
    ["code", h("code", {}, sourceCode(source.id))],
    ["owner", source.owner ? localize(source.owner.name) : t("ownerNone")],
    ["cadence", source.promisedEvery ? t(source.promisedEvery) : t("notFetched")],
    source.promisedEvery && ["freshness", t(source.freshness)],
    ["lastSuccess", source.lastSuccessAt ? formatDateTime(source.lastSuccessAt) : t("notYet")],
    ["coverage", yearStrip(source.coverage, scale ?? yearScale([source]))],
    ["records", formatCount(source.recordCount)],
    ["unlinked", formatCount(source.unlinkedCount)],
  ];
  return h("dl", { class: "facts two" }, facts.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, value))));
}

function operatorSections(source, options, actions) {
  if (!options.isOperator) return h("p", { class: "banner quiet" }, t("signInHelp"));
  if (source.waitingCount === null) return h("p", { class: "banner quiet" }, t("notYoursHelp"));
  const earlier = source.runs.nodes.slice(1);
  return [
    h("section", { "aria-labelledby": "run-title" }, h("h3", { id: "run-title" }, t("latestRun")),
      source.latestRun ? runDetails(source.latestRun) : h("p", {}, textWithCommands("neverRun", { ingest: `hub ingest ${sourceCode(source.id)}` })),
      earlierRuns(earlier, source.runs.totalCount - 1)),
    h("section", { "aria-labelledby": "review-title" }, h("h3", { id: "review-title", tabindex: -1 }, t("review")), manyRulings(source, actions), questionList(source, actions)),
    source.rulings && h("section", { "aria-labelledby": "rulings-title" }, h("h3", { id: "rulings-title" }, t("rulings")), rulingList(source, actions)),
  ];
}
