/**
 * A run and its ledger: records that were read, by outcome, with amounts in baht by phase.
 */
import { h } from "../dom.js";
import { mark } from "../marks.js";
import { inCurrentLanguage, t } from "../i18n.js";
import { formatAmounts, formatBaht, formatCount, formatDateTime } from "./format.js";

const STATUS_MARKS = { RUNNING: "RUNNING", SUCCEEDED: "OK", REFUSED: "DOWN", FAILED: "DEGRADED" };

/** Return the chip of a run's status. */
export const runStatus = (run) => h("span", { class: `chip r-${run.status}` }, mark(STATUS_MARKS[run.status]), h("span", {}, t(run.status)));

/**
 * Return the details of the latest run.
 * @param {object} run
 */
export function runDetails(run) {
  return [
    h("p", {}, runStatus(run)),
    run.error && h("div", { class: "why" }, h("b", {}, t("whyStopped")), h("p", {}, inCurrentLanguage(run.error))),
    h("dl", { class: "facts two" }, [
      ["began", formatDateTime(run.startedAt)], ["ended", run.finishedAt ? formatDateTime(run.finishedAt) : t("brokenOff")], ["origin", run.origin],
    ].map(([name, value]) => h("div", {}, h("dt", {}, t(name)), h("dd", { class: "long" }, value)))),
    ledgerTable(run.ledger),
  ];
}

/** The text of an outcome; the status of a run is called REFUSED, too. */
const outcomeText = (outcome) => (outcome === "REFUSED" ? "refusedRows" : outcome);

function ledgerTable(ledger) {
  const phases = ledger.readAmounts.map(({ phase }) => phase);
  const unreadable = ledger.outcomes.filter(({ withoutAmount }) => withoutAmount > 0);
  const amount = (amounts, phase) => {
    const phaseAmount = amounts.find((item) => item.phase === phase);
    return phaseAmount ? formatBaht(phaseAmount.amount.amount) : "–";
  };
  const ledgerRow = (name, records, amounts, sum) => h("tr", { class: sum ? "sum" : null },
    h("th", { scope: "row" }, t(name)), h("td", {}, formatCount(records)),
    phases.map((phase) => h("td", {}, amount(amounts, phase))));
  return [
    h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": t("ledger") }, h("table", { class: "ledger" },
      h("caption", {}, t("ledgerCaption")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("outcome")), h("th", { scope: "col" }, t("records")),
        phases.map((phase) => h("th", { scope: "col" }, t(phase), h("span", { class: "unit" }, t("bahtShort")))))),
      h("tbody", {},
        ledger.outcomes.map(({ outcome, records, amounts }) => ledgerRow(outcomeText(outcome), records, amounts, false)),
        ledgerRow("readRows", ledger.read, ledger.readAmounts, true)))),
    ledger.vanished > 0 && h("p", {}, t("vanished", { n: formatCount(ledger.vanished) }), " · ", formatAmounts(ledger.vanishedAmounts),
      ledger.vanishedWaiting > 0 && ` (${t("vanishedWaiting", { n: formatCount(ledger.vanishedWaiting) })})`),
    unreadable.length > 0 && h("p", {}, t("withoutAmount", { n: formatCount(unreadable.reduce((sum, one) => sum + one.withoutAmount, 0)) }), ": ",
      unreadable.map(({ outcome, withoutAmount }) => `${t(outcomeText(outcome))} ${formatCount(withoutAmount)}`).join(" · "),
      ledger.finerThanSatang > 0 && ` (${t("finerThanSatang", { n: formatCount(ledger.finerThanSatang) })})`),
    h("p", { class: ledger.balanced ? "balanced" : "unbalanced" }, mark(ledger.balanced ? "OK" : "DOWN"), " ", t(!ledger.balanced ? "unbalanced" : unreadable.length > 0 ? "balancedExcept" : "balanced")),
  ];
}

/**
 * Return the runs before the latest in a closed box; false if there are none.
 * @param {object[]} runs
 * @param {number} count number of runs besides the latest
 */
export const earlierRuns = (runs, count) =>
  runs.length > 0 && h("details", { class: "earlier" }, h("summary", {}, t("earlierRuns", { n: formatCount(count) })),
    h("ul", {}, runs.map((run) => h("li", {}, runStatus(run), " ", formatDateTime(run.startedAt), " · ", t("readShort", { n: formatCount(run.ledger.read) }),
      run.error && h("span", { class: "block quiet" }, inCurrentLanguage(run.error))))));
