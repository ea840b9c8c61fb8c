/**
 * Messages in place of the matrix or above it: loading, errors, no projects, offline.
 */
import { h } from "./dom.js";
import { inCurrentLanguage, localize, t } from "./i18n.js";

/**
 * Return the placeholder that is shown during loading.
 * @param {string} text
 */
export const loadingMessage = (text) =>
  h("div", { class: "frame loading", role: "status" },
    h("p", { class: "loading-text" }, text, "…"),
    h("div", { class: "skeleton", "aria-hidden": "true" }, Array.from({ length: 35 }, () => h("i"))));

/**
 * Return the message of an error, with a retry button or a link to an example.
 * @param {import("./api.js").ApiError} error
 * @param {() => void} retry
 * @param {boolean} [isKeyOnly] the URL has only a key
 */
export function errorPanel(error, retry, isKeyOnly = false) {
  const texts = {
    offline: [t("offline"), t("offlineNone")],
    unready: [t("unready"), t("unreadyHelp")],
    refused: [t("refused"), isKeyOnly ? t("refusedKey") : t("refusedHelp")],
    incident: [t("error"), t("errorHelp")],
  }[error.kind];
  return h("div", { class: `frame error-panel t-${error.kind}`, role: "alert" },
    h("h2", {}, texts[0]),
    h("p", {}, texts[1]),
    error.kind === "refused" && h("p", { class: "error-detail" }, inCurrentLanguage(error.message)),
    error.incident && error.kind === "incident" && h("p", {}, t("incident"), ": ", h("code", {}, error.incident)),
    error.kind === "refused"
      ? h("a", { href: `${location.pathname}${document.documentElement.lang === "en" ? "?lang=en" : ""}` }, t("toExample"))
      : h("button", { type: "button", class: "primary", onclick: retry }, t("retry")));
}

/** Return whether a matrix has no members because the area that it is about was not in force; then no figure is a zero. */
export const isNotInForce = (matrix) => matrix.total.projectCount === 0 && matrix.total.states.length === 0 && matrix.notices.some(({ code }) => code === "AREA_NOT_IN_FORCE");

/**
 * Return the notice above a matrix without projects or axis members; null if it has projects, or was not in force.
 * @param {object} matrix
 */
export function emptyMatrixNotice(matrix) {
  if (isNotInForce(matrix)) return null;
  if (matrix.rows.headers.length === 0 || matrix.columns.headers.length === 0)
    return h("p", { class: "banner empty", role: "status" }, h("b", {}, t("empty")), " ", t("emptyAxis"));
  if (matrix.total.projectCount > 0 || matrix.total.states.every(({ state }) => state === "NOT_IN_FORCE")) return null;
  const gaps = matrix.total.states.some(({ state }) => state === "GAP");
  return h("p", { class: "banner empty", role: "status" }, h("b", {}, t("empty")), " ", gaps ? t("emptyGaps") : t("emptyElse"));
}

/** Return a text with a capital first letter; Thai has none. */
const capitalize = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Codes of notices that the page shows at a head of a row or column. */
const SHOWN_AT_HEADS = new Set(["UNASSIGNED"]);
/** Codes of notices that change how every figure is read. */
const PROMINENT = new Set(["MADE_UP_DATA", "AREA_NOT_IN_FORCE", "CHAIN_OF_OTHER_AREA"]);

/**
 * Return the notices of a matrix; those of one row or column are shown at its header. Made-up data, areas that were not in force and chains of other areas stand out; areas that took the place of another are links.
 * @param {object[]} notices
 * @param {(area: object) => string} areaUrl the address of the same question for another area
 */
export const matrixNotices = (notices, areaUrl) =>
  notices.filter(({ code, path }) => path?.[1] !== "headers" && !SHOWN_AT_HEADS.has(code)).map(({ code, text, link, subjects }) =>
    h("p", { class: `banner${PROMINENT.has(code) ? "" : " quiet"}`, "data-notice": code }, capitalize(localize(text)), link && [" ", h("a", { href: link }, t("noticeList"))],
      code === "AREA_NOT_IN_FORCE" && subjects.slice(1).filter((area) => area.code).map((area) => [" ", h("a", { class: "chip-link", href: areaUrl(area) }, localize(area.name))])));

/**
 * Return the years that have data for an empty question, as links, and their sources.
 * @param {Map<string, number>} counts projects by fiscal year
 * @param {object[]} sources
 * @param {(be: string) => string} yearUrl
 */
export function yearsWithData(counts, sources, yearUrl) {
  const years = [...counts].filter(([, count]) => count > 0);
  return h("p", { class: "banner quiet", "data-years": years.length }, years.length === 0 ? t("noYears") : [t("yearsWithData"), " ",
    years.map(([be, count]) => [h("a", { class: "chip-link", href: yearUrl(be) }, `${be} · ${t("projects", { n: count })}`), " "]),
    sources.length > 0 && [h("span", {}, t("sources"), ": ", sources.map(({ name }) => localize(name)).join(" · "))]]);
}

/**
 * Return the banner that is shown while the hub cannot be reached; the page below it stays readable.
 * @param {string | null} since
 * @param {() => void} retry
 */
export const offlineBanner = (since, retry) =>
  h("div", { class: "banner off", role: "alert" },
    h("b", {}, t("offline")), " ", since ? t("offlineKept", { time: since }) : t("offlineNone"), " ",
    h("button", { type: "button", onclick: retry }, t("retry")));
