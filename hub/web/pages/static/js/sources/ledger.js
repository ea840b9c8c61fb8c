/**
 * A run and its ledger: what was read, what became of it, in records and in baht of each phase.
 */
import { h } from "../dom.js";
import { mark } from "../marks.js";
import { inOne, t } from "../words.js";
import { baht, count, moment } from "./figures.js";

const MARKS = { RUNNING: "RUNNING", SUCCEEDED: "OK", REFUSED: "DOWN", FAILED: "DEGRADED" };

/** The chip of how a run stands. */
export const status = (run) => h("span", { class: `chip r-${run.status}` }, mark(MARKS[run.status]), h("span", {}, t(run.status)));

/**
 * The latest run in full.
 * @param {object} run
 */
export function latest(run) {
  return [
    h("p", {}, status(run)),
    run.error && h("div", { class: "why" }, h("b", {}, t("whyStopped")), h("p", {}, inOne(run.error))),
    h("dl", { class: "facts two" }, [
      ["began", moment(run.startedAt)], ["ended", run.finishedAt ? moment(run.finishedAt) : t("brokenOff")], ["origin", run.origin],
    ].map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", { class: "long" }, value)))),
    ledger(run.ledger),
  ];
}

function ledger(account) {
  const phases = account.readAmounts.map(({ phase }) => phase);
  const amount = (amounts, phase) => {
    const found = amounts.find((one) => one.phase === phase);
    return found ? baht(found.amount.amount) : "–";
  };
  const line = (name, records, amounts, sum) => h("tr", { class: sum ? "sum" : null },
    h("th", { scope: "row" }, t(name)), h("td", {}, count(records)),
    phases.map((phase) => h("td", {}, amount(amounts, phase))));
  return [
    h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": t("ledger") }, h("table", { class: "ledger" },
      h("caption", {}, t("ledgerCaption")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("outcome")), h("th", { scope: "col" }, t("records")),
        phases.map((phase) => h("th", { scope: "col" }, t(phase), h("span", { class: "unit" }, t("bahtShort")))))),
      h("tbody", {},
        account.outcomes.map(({ outcome, records, amounts }) => line(outcome, records, amounts, false)),
        line("readRows", account.read, account.readAmounts, true)))),
    account.vanished > 0 && h("p", {}, t("vanished", { n: count(account.vanished) })),
    h("p", { class: account.balanced ? "balanced" : "unbalanced" }, mark(account.balanced ? "OK" : "DOWN"), " ", t(account.balanced ? "balanced" : "unbalanced")),
  ];
}

/**
 * The runs before the latest, folded away.
 * @param {object[]} runs
 * @param {number} all how many there are besides the latest
 */
export const earlier = (runs, all) =>
  runs.length > 0 && h("details", { class: "earlier" }, h("summary", {}, t("earlierRuns", { n: count(all) })),
    h("ul", {}, runs.map((run) => h("li", {}, status(run), " ", moment(run.startedAt), " · ", t("readShort", { n: count(run.ledger.read) }),
      run.error && h("span", { class: "block quiet" }, inOne(run.error))))));
