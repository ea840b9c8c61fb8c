/**
 * The list of sources: one row each with its state; its name is the link that opens it.
 */
import { h, screenReaderText } from "../dom.js";
import { mark } from "../marks.js";
import { t, localize } from "../i18n.js";
import { formatCount, formatDateTime } from "./format.js";
import { sourceCode } from "./queries.js";
import { yearScale, yearStrip } from "./year-strip.js";

/**
 * Return the health to display: NEVER instead of OK for a source that was never imported.
 * @param {object} source
 */
export const displayedHealth = (source) => (source.freshness === "NEVER" && source.health === "OK" ? "NEVER" : source.health);

/** Return the chip of a source's health, and a second one if it is late. */
export function healthChips(source) {
  const state = displayedHealth(source);
  const late = ["LATE", "STALE"].includes(source.freshness);
  return [
    h("span", { class: `chip h-${state}` }, mark(state), h("span", {}, t(state))),
    late && [" ", h("span", { class: "chip h-LATE" }, mark("LATE"), h("span", {}, t(source.freshness)))],
  ];
}

/**
 * Return the two tables: sources that are imported by runs, and documents in a closed box.
 * @param {{fetched: object[], notFetched: object[]}} sources
 * @param {{open: string, isOperator: boolean, expanded: boolean}} options
 */
export function sourceTables(sources, options) {
  const anyFetched = sources.fetched.some(({ lastSuccessAt }) => lastSuccessAt);
  const isCollapsed = !(options.expanded || sources.notFetched.some(({ id }) => id === options.open));
  return [
    !anyFetched && noDataHint(),
    sourceTable(sources.fetched, t("fetched"), options),
    sources.notFetched.length > 0 && h("details", { class: "not-fetched", open: !isCollapsed, id: "not-fetched" },
      h("summary", {}, t("notFetchedSources", { n: sources.notFetched.length })),
      sourceTable(sources.notFetched, null, { ...options, isOperator: false })),
  ];
}

/** Return the notice of a hub without data, with the commands to import some. */
function noDataHint() {
  const commands = { fill: "make fill", ingest: "hub ingest SOURCE" };
  return h("div", { class: "banner", role: "status", id: "no-data" },
    h("b", {}, t("noData")), h("p", {}, textWithCommands("noDataHelp", commands)));
}

/** Return a text whose placeholders are replaced by commands in code style. */
export function textWithCommands(key, commands) {
  const marks = Object.fromEntries(Object.keys(commands).map((name) => [name, `\u0000${name}\u0000`]));
  return t(key, marks).split("\u0000").map((part) => (part in commands ? h("code", {}, commands[part]) : part));
}

function sourceTable(sources, caption, options) {
  const scale = yearScale(sources);
  const columns = ["sourcesPage", "health", "lastSuccess", "coverage", "records", "unlinked", ...(options.isOperator ? ["waitingRows"] : [])];
  return h("table", { class: "list", role: "table" },
    h("caption", caption ? {} : { class: "sr" }, caption ?? t("notFetchedSources", { n: sources.length })),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((head) =>
      h("th", { scope: "col", role: "columnheader", class: `c-${head}` }, t(head))))),
    h("tbody", { role: "rowgroup" }, sources.map((source) => sourceRow(source, scale, options))));
}

function sourceRow(source, scale, options) {
  const isOpen = source.id === options.open;
  const cell = (name, ...children) => h("td", { role: "cell", class: `c-${name}` }, h("span", { class: "cell-label", "aria-hidden": "true" }, t(name)), children);
  const waitingCount = source.waitingCount ?? null;
  return h("tr", { role: "row", class: isOpen ? "here" : null },
    h("th", { scope: "row", role: "rowheader", class: "c-sourcesPage" },
      h("a", { href: `#${sourceCode(source.id)}`, "data-source": sourceCode(source.id), "aria-current": isOpen ? "true" : null }, localize(source.name)),
      h("span", { class: "quiet block" }, source.owner ? localize(source.owner.name) : t("ownerNone"), " · ", source.promisedEvery ? t(source.promisedEvery) : t("notFetched"))),
    cell("health", healthChips(source)),
    cell("lastSuccess", source.lastSuccessAt ? formatDateTime(source.lastSuccessAt) : h("span", { class: "quiet" }, t("notYet"))),
    cell("coverage", yearStrip(source.coverage, scale)),
    cell("records", formatCount(source.recordCount)),
    cell("unlinked", formatCount(source.unlinkedCount)),
    options.isOperator && cell("waitingRows", waitingCount === null ? h("span", { class: "quiet" }, t("notYours"))
      : waitingCount === 0 ? "0" : h("b", { class: "waiting-count" }, formatCount(waitingCount), screenReaderText(` ${t("waitingRows")}`))));
}
