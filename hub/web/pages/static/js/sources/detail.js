/**
 * One source: what anybody may know, and, for whoever operates it, its latest run and its questions.
 */
import { h } from "../dom.js";
import { t, tx } from "../words.js";
import { count, moment } from "./figures.js";
import { earlier, latest } from "./ledger.js";
import { statusChip, withCode } from "./list.js";
import { shortOf } from "./questions.js";
import { review } from "./review.js";
import { scaleOf, strip } from "./strip.js";

/**
 * @param {object} source
 * @param {{operating: boolean, scale: object | null}} look
 * @param {{settled: (done: object) => void}} act
 */
export function detail(source, look, act) {
  return [
    head(tx(source.name)),
    h("p", { class: "chips" }, statusChip(source), source.waitingCount > 0 && [" ", toReview(source.waitingCount)]),
    facts(source, look.scale),
    source.note && h("p", { class: "quiet" }, t("remark"), ": ", source.note),
    source.promisedEvery && operated(source, look, act),
  ];
}

/** The way back, and the name. */
export const head = (name) =>
  h("div", { class: "one-head" },
    h("a", { class: "back", id: "back", href: "#" }, "‹ ", t("allSources"), " ", h("kbd", {}, "Esc")),
    h("h2", { id: "one-title", tabindex: -1 }, name));

/** The way to what waits; not a link, for the address says which source is open. */
const toReview = (waiting) =>
  h("button", { type: "button", class: "to-review", onclick: () => { const title = document.getElementById("review-title"); title.scrollIntoView(); title.focus({ preventScroll: true }); } },
    t("waitingRows"), " ", count(waiting), " ↓");

function facts(source, scale) {
  const facts = [
    ["code", h("code", {}, shortOf(source.id))],
    ["owner", source.owner ? tx(source.owner.name) : t("ownerNone")],
    ["cadence", source.promisedEvery ? t(source.promisedEvery) : t("notFetched")],
    source.promisedEvery && ["freshness", t(source.freshness)],
    ["lastSuccess", source.lastSuccessAt ? moment(source.lastSuccessAt) : t("notYet")],
    ["coverage", strip(source.coverage, scale ?? scaleOf([source]))],
    ["records", count(source.recordCount)],
    ["unlinked", count(source.unlinkedCount)],
  ];
  return h("dl", { class: "facts two" }, facts.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, value))));
}

function operated(source, look, act) {
  if (!look.operating) return h("p", { class: "banner quiet" }, t("signInHelp"));
  if (source.waitingCount === null) return h("p", { class: "banner quiet" }, t("notYoursHelp"));
  const before = source.runs.nodes.slice(1);
  return [
    h("section", { "aria-labelledby": "run-title" }, h("h3", { id: "run-title" }, t("latestRun")),
      source.latestRun ? latest(source.latestRun) : h("p", {}, withCode("neverRun", { ingest: `hub ingest ${shortOf(source.id)}` })),
      earlier(before, source.runs.totalCount - 1)),
    h("section", { "aria-labelledby": "review-title" }, h("h3", { id: "review-title", tabindex: -1 }, t("review")), review(source, act)),
  ];
}
