/**
 * The list: how every source stands, one a row; a click or Enter on its name opens it.
 */
import { h, heard } from "../dom.js";
import { mark } from "../marks.js";
import { t, tx } from "../words.js";
import { count, moment } from "./figures.js";
import { shortOf } from "./questions.js";
import { scaleOf, strip } from "./strip.js";

/**
 * What a source is said to be doing: a source nobody ever read is not well yet.
 * @param {object} source
 */
export const doing = (source) => (source.freshness === "NEVER" && source.health === "OK" ? "NEVER" : source.health);

/** The chip of a state, shape and word; behind it that it is late, where it is. */
export function statusChip(source) {
  const state = doing(source);
  const late = ["LATE", "STALE"].includes(source.freshness);
  return [
    h("span", { class: `chip h-${state}` }, mark(state), h("span", {}, t(state))),
    late && [" ", h("span", { class: "chip h-LATE" }, mark("LATE"), h("span", {}, t(source.freshness)))],
  ];
}

/**
 * The two tables; the second folded away.
 * @param {{fetched: object[], carried: object[]}} found
 * @param {{open: string, operating: boolean, folded: boolean}} look
 */
export function list(found, look) {
  const taken = found.fetched.some(({ lastSuccessAt }) => lastSuccessAt);
  const folded = !(look.unfolded || found.carried.some(({ id }) => id === look.open));
  return [
    !taken && nothing(),
    table(found.fetched, t("fetched"), look),
    found.carried.length > 0 && h("details", { class: "carried", open: !folded, id: "carried" },
      h("summary", {}, t("carried", { n: found.carried.length })),
      table(found.carried, null, { ...look, operating: false })),
  ];
}

/** What to do in a hub without data; the commands in a form to copy. */
function nothing() {
  const commands = { fill: "make fill", ingest: "hub ingest SOURCE" };
  return h("div", { class: "banner", role: "status", id: "nothing" },
    h("b", {}, t("nothingTaken")), h("p", {}, withCode("nothingTakenHelp", commands)));
}

/** A sentence whose parts in braces are commands. */
export function withCode(key, commands) {
  const marks = Object.fromEntries(Object.keys(commands).map((name) => [name, `\u0000${name}\u0000`]));
  return t(key, marks).split("\u0000").map((part) => (part in commands ? h("code", {}, commands[part]) : part));
}

function table(sources, caption, look) {
  const scale = scaleOf(sources);
  const heads = ["sourcesPage", "health", "lastSuccess", "coverage", "records", "unlinked", ...(look.operating ? ["waitingRows"] : [])];
  return h("table", { class: "list", role: "table" },
    h("caption", caption ? {} : { class: "sr" }, caption ?? t("carried", { n: sources.length })),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads.map((head) =>
      h("th", { scope: "col", role: "columnheader", class: `c-${head}` }, t(head))))),
    h("tbody", { role: "rowgroup" }, sources.map((source) => row(source, scale, look))));
}

function row(source, scale, look) {
  const here = source.id === look.open;
  const cell = (name, ...children) => h("td", { role: "cell", class: `c-${name}` }, h("span", { class: "what", "aria-hidden": "true" }, t(name)), children);
  const waits = source.waitingCount ?? null;
  return h("tr", { role: "row", class: here ? "here" : null },
    h("th", { scope: "row", role: "rowheader", class: "c-sourcesPage" },
      h("a", { href: `#${shortOf(source.id)}`, "data-source": shortOf(source.id), "aria-current": here ? "true" : null }, tx(source.name)),
      h("span", { class: "quiet block" }, source.owner ? tx(source.owner.name) : t("ownerNone"), " · ", source.promisedEvery ? t(source.promisedEvery) : t("notFetched"))),
    cell("health", statusChip(source)),
    cell("lastSuccess", source.lastSuccessAt ? moment(source.lastSuccessAt) : h("span", { class: "quiet" }, t("notYet"))),
    cell("coverage", strip(source.coverage, scale)),
    cell("records", count(source.recordCount)),
    cell("unlinked", count(source.unlinkedCount)),
    look.operating && cell("waitingRows", waits === null ? h("span", { class: "quiet" }, t("notYours"))
      : waits === 0 ? "0" : h("b", { class: "waits" }, count(waits), heard(` ${t("waitingRows")}`))));
}
