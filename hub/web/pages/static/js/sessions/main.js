/**
 * The list of joint sessions, the newest first, with their status.
 */
import { ApiError, fetchData } from "../api.js";
import { byId, h, replaceChildren } from "../dom.js";
import { addTexts, formatFiscalYear, localize, t } from "../i18n.js";
import { errorPanel, loadingMessage } from "../messages.js";
import { drawTabs, enableLanguageButton, localKey, pagePath } from "../page-tabs.js";
import { withFocusRestored } from "../focus.js";
import { formatDateTime } from "../sources/format.js";
import { SESSIONS_TEXTS } from "./texts.js";

addTexts(SESSIONS_TEXTS);
const STATUSES = ["SCHEDULED", "OPEN", "SUSPENDED", "CLOSED", "RATIFIED", "CANCELLED"];
const PAGE_SIZE = 30;
const NAME = "name { th en }";
const SESSIONS_QUERY = `query Sessions($status: [SessionStatus!], $after: String) { sessions(status: $status, first: ${PAGE_SIZE}, after: $after) {
  nodes { id kind title { th en } status startsAt openedAt closedAt fiscalYear { be } areas { id ${NAME} } host { id ${NAME} shortName { th en } } delegations { id } }
  pageInfo { hasNextPage endCursor } } }`;
const panel = byId("list");
let found = null;
let request = 0;

const chosenStatus = () => STATUSES.find((status) => status === new URLSearchParams(location.search).get("status")) ?? "";

function draw() {
  drawTabs("/board");
  byId("title").textContent = t("sessions");
  byId("subtitle").textContent = t("sessionsHelp");
  document.title = `${t("sessions")} · ${t("app")}`;
  withFocusRestored(() => {
    replaceChildren(byId("bar"), h("div", { class: "field" }, h("label", { for: "status" }, t("statusFilter")), " ", h("select", { id: "status", onchange: ({ target }) => choose(target.value) },
      h("option", { value: "" }, t("everyStatus")), STATUSES.map((status) => h("option", { value: status, selected: status === chosenStatus() }, t(`session_${status}`))))));
    if (found) drawList();
  });
}

function choose(status) {
  const parameters = new URLSearchParams(location.search);
  if (status) parameters.set("status", status);
  else parameters.delete("status");
  history.pushState(null, "", `${location.pathname}${parameters.size ? `?${parameters}` : ""}`);
  load();
}

function drawList() {
  if (found.nodes.length === 0) return replaceChildren(panel, h("div", { class: "place" }, h("p", { role: "status" }, h("b", {}, t("sessionsNone"))), h("p", { class: "quiet" }, t("sessionsNoneHelp"))));
  return replaceChildren(panel, h("ul", { class: "sessions place" }, found.nodes.map(sessionRow)),
    found.pageInfo.hasNextPage && h("button", { type: "button", id: "more", onclick: loadMore }, t("morePages")));
}

function sessionRow(session) {
  const path = `/board/${encodeURIComponent(localKey(session.id))}`;
  const time = session.closedAt ? t("closedAt", { time: formatDateTime(session.closedAt) }) : session.openedAt ? t("openedAt", { time: formatDateTime(session.openedAt) }) : session.startsAt && t("startsAt", { time: formatDateTime(session.startsAt) });
  return h("li", { class: `v-${session.status}` },
    h("p", { class: "session-name" }, h("a", { href: pagePath(path) }, localize(session.title)), " ", h("span", { class: "chip session-status" }, t(`session_${session.status}`))),
    h("p", { class: "quiet" }, [session.areas.map(({ name }) => localize(name)).join(", "), formatFiscalYear(session.fiscalYear.be), t(`kind_${session.kind}`), time].filter(Boolean).join(" · ")),
    h("p", { class: "quiet" }, [t("hostedBy", { name: localize(session.host.shortName) || localize(session.host.name) }), t("delegationsN", { n: session.delegations.length })].join(" · "), " · ",
      session.status === "CLOSED" || session.status === "RATIFIED" ? h("a", { href: pagePath(`${path}/minutes`) }, t("minutes")) : h("a", { href: pagePath(`${path}/brief`) }, t("brief"))));
}

const loadPage = async (after) => (await fetchData(SESSIONS_QUERY, { status: chosenStatus() ? [chosenStatus()] : null, after })).sessions;

async function loadMore({ currentTarget }) {
  currentTarget.disabled = true;
  const first = found.nodes.length;
  try {
    const page = await loadPage(found.pageInfo.endCursor);
    found = { ...page, nodes: [...found.nodes, ...page.nodes] };
    draw();
    document.querySelectorAll(".sessions a")[first]?.focus();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    currentTarget.disabled = false;
    currentTarget.after(errorPanel(error, load));
  }
}

async function load() {
  const current = (request += 1);
  found = null;
  draw();
  replaceChildren(panel, loadingMessage(t("loadingSessions")));
  try {
    const page = await loadPage(null);
    if (current !== request) return;
    found = page;
    draw();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.kind === "unready") setTimeout(load, error.retryAfter * 1000);
    if (current === request) replaceChildren(panel, errorPanel(error, load));
  }
}

addEventListener("popstate", load);
enableLanguageButton(draw);
load();
