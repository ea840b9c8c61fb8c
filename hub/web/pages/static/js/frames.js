/**
 * What stands where the matrix would: loading, trouble, emptiness; the word first, then what to do.
 */
import { h } from "./dom.js";
import { inOne, t } from "./words.js";

/**
 * Still frames while an answer is awaited.
 * @param {string} label
 */
export const loading = (label) =>
  h("div", { class: "frame loading", role: "status" },
    h("p", { class: "frame-word" }, label, "…"),
    h("div", { class: "bones", "aria-hidden": "true" }, Array.from({ length: 35 }, () => h("i"))));

/**
 * What went wrong, in words, with the way on.
 * @param {import("./api.js").Trouble} trouble
 * @param {() => void} retry
 * @param {boolean} [byKey] the question came as a key
 */
export function trouble(trouble, retry, byKey = false) {
  const texts = {
    offline: [t("offline"), t("offlineNone")],
    unready: [t("unready"), t("unreadyHelp")],
    refused: [t("refused"), byKey ? t("refusedKey") : t("refusedHelp")],
    incident: [t("error"), t("errorHelp")],
  }[trouble.kind];
  return h("div", { class: `frame trouble t-${trouble.kind}`, role: "alert" },
    h("h2", {}, texts[0]),
    h("p", {}, texts[1]),
    trouble.kind === "refused" && h("p", { class: "told" }, inOne(trouble.message)),
    trouble.incident && trouble.kind === "incident" && h("p", {}, t("incident"), ": ", h("code", {}, trouble.incident)),
    trouble.kind === "refused"
      ? h("a", { href: `${location.pathname}${document.documentElement.lang === "en" ? "?lang=en" : ""}` }, t("toExample"))
      : h("button", { type: "button", class: "primary", onclick: retry }, t("retry")));
}

/**
 * One sentence above a matrix without projects, saying where to start.
 * @param {object} matrix
 */
export function emptiness(matrix) {
  if (matrix.rows.headers.length === 0 || matrix.columns.headers.length === 0)
    return h("p", { class: "banner empty", role: "status" }, h("b", {}, t("empty")), " ", t("emptyAxis"));
  if (matrix.total.projectCount > 0) return null;
  const gaps = matrix.total.states.some(({ state }) => state === "GAP");
  return h("p", { class: "banner empty", role: "status" }, h("b", {}, t("empty")), " ", gaps ? t("emptyGaps") : t("emptyElse"));
}

/**
 * The dark banner while the hub cannot be reached; what is on the page stays readable.
 * @param {string | null} since
 * @param {() => void} retry
 */
export const offline = (since, retry) =>
  h("div", { class: "banner off", role: "alert" },
    h("b", {}, t("offline")), " ", since ? t("offlineKept", { time: since }) : t("offlineNone"), " ",
    h("button", { type: "button", onclick: retry }, t("retry")));
