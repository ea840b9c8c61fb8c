/**
 * The page of sources: the list with the state of each source, the open source, live updates.
 */
import { ApiError } from "../api.js";
import { byId, replaceChildren, h } from "../dom.js";
import { loadingMessage, errorPanel } from "../messages.js";
import { withFocusRestored } from "../focus.js";
import { mark } from "../marks.js";
import { inCurrentLanguage, lang, addTexts, setLanguage, t, localize } from "../i18n.js";
import { sourceDetail, detailHeader } from "./detail.js";
import { SOURCE_TEXTS } from "./texts.js";
import { formatTime, formatCount } from "./format.js";
import { sourceTables } from "./list.js";
import { followSourceEvents } from "./live-updates.js";
import { sourceId, loadSource, canOperateSources, sourceCode, loadSources } from "./queries.js";
import { yearScale } from "./year-strip.js";

const REFRESH_DELAY = 250;

addTexts(SOURCE_TEXTS);
const listPanel = byId("list");
const detailPanel = byId("one");
let isOperator = false;
let sources = null;
let openSource = null;
let confirmation = "";
let focusesConfirmation = false;
let requestNumber = 0;
let retryTimer = 0;
let refreshTimer = 0;
let liveStatus = "wait";
let latestEvent = "";

const openSourceId = () => {
  const code = decodeURIComponent(location.hash.slice(1));
  return code && code !== "list" ? sourceId(code) : "";
};

/** Draw the texts of the page header; loaded data is not changed. */
function drawPageTexts() {
  setLanguage(new URLSearchParams(location.search).get("lang") ?? "th");
  const suffix = lang() === "en" ? "?lang=en" : "";
  byId("title").textContent = t("sourcesPage");
  byId("subtitle").textContent = t("subtitle");
  byId("skip").textContent = t("skipToList");
  byId("views").setAttribute("aria-label", t("views"));
  replaceChildren(byId("views"),
    h("a", { class: "tab", href: `/${suffix}` }, t("matrix")),
    h("a", { class: "tab", href: `/?view=map${suffix.replace("?", "&")}` }, t("map")),
    h("a", { class: "tab", href: `/search${suffix}` }, t("searchPage")),
    h("a", { class: "tab", href: `/work${suffix}` }, t("myWork")),
    h("a", { class: "tab", href: `/sources${suffix}`, "aria-current": "page" }, t("sourcesPage")),
    h("a", { class: "tab", href: `/query${suffix}` }, t("query")));
  byId("language").textContent = t("other");
  byId("language").lang = t("otherLang");
  byId("again").textContent = t("readAgain");
  byId("print").textContent = t("print");
  showLiveStatus(liveStatus);
}

function showLiveStatus(status) {
  liveStatus = status;
  document.body.dataset.live = status;
  replaceChildren(byId("live"), mark({ wait: "RUNNING", on: "OK", lost: "DEGRADED" }[status]), " ", t({ wait: "liveWait", on: "liveOn", lost: "liveLost" }[status]), status === "on" && latestEvent && ` · ${latestEvent}`);
}

/** Return whether a form of the open source is being filled in; then an event redraws only the list. */
const isEditing = () => Boolean(detailPanel.querySelector("form[data-touched=yes]"));

/**
 * Load and draw what the URL describes. With `keepContent` the old content stays visible until the response arrives;
 * `byEvent` keeps a form that was begun meanwhile.
 */
async function loadPage({ keepContent = false, byEvent = false } = {}) {
  const request = ++requestNumber;
  clearTimeout(retryTimer);
  if (!keepContent || !sources) replaceChildren(listPanel, loadingMessage(t("loadingSources")));
  const id = openSourceId();
  if (id && (!keepContent || openSource?.id !== id)) replaceChildren(detailPanel, loadingMessage(t("loadingSource")));
  showDetailPanel(id);
  try {
    isOperator = await canOperateSources();
    const [loadedSources, source] = await Promise.all([loadSources(isOperator), id ? loadSource(id, isOperator) : null]);
    if (request !== requestNumber) return;
    sources = loadedSources;
    if (byEvent && isEditing()) { drawList(); return; }
    openSource = source;
    drawPage({ moveFocus: !keepContent });
  } catch (error) {
    if (request === requestNumber) showError(error, keepContent);
  }
}

/** Show the panel of the open source; hide it if none is open. */
function showDetailPanel(id) {
  detailPanel.hidden = !id;
  document.body.toggleAttribute("data-one", Boolean(id));
}

function drawPage({ moveFocus = false } = {}) {
  const id = openSourceId();
  drawList();
  document.title = [openSource && localize(openSource.name), t("sourcesPage"), t("app")].filter(Boolean).join(" · ");
  if (!id) return replaceChildren(detailPanel);
  withFocusRestored(() => replaceChildren(detailPanel, confirmation && h("p", { class: "banner done", id: "done", role: "status", tabindex: -1 }, mark("OK"), " ", confirmation),
    openSource ? sourceDetail(openSource, { isOperator, scale: yearScale(openSource.promisedEvery ? sources.fetched : sources.notFetched) }, { onSettled: showSettlement, onManySettled: showManySettled, onRevoked: showRevocation }) : [detailHeader(t("sourcesPage")), h("p", { class: "banner", role: "status" }, t("noSuchSource", { id: sourceCode(id) }))]));
  if (focusesConfirmation) document.getElementById("done")?.focus();
  focusesConfirmation = false;
  if (moveFocus) byId("one-title").focus({ preventScroll: true });
  return undefined;
}

/** Show the effect of one recorded ruling. */
const showSettlement = ({ settlement, source }) => showManySettled({ ...settlement, left: source.waitingCount });

/**
 * Show the effect of recorded rulings and load the source again; `left` is null if the rows to review were not counted.
 * The confirmation gets the focus when it is drawn, which a live update can do before this load ends.
 */
async function showManySettled({ read, settled, left }) {
  confirmation = t(left === null ? "recordedFile" : "recorded", { read: formatCount(read), settled: formatCount(settled), left: formatCount(left ?? 0) });
  focusesConfirmation = true;
  byId("announcement").textContent = confirmation;
  await loadPage({ keepContent: true });
}

/** Show what became of the rows of a revoked ruling and load the source again. */
async function showRevocation({ ruling, settlement }) {
  confirmation = t("revoked", { read: formatCount(settlement.read), settled: formatCount(settlement.settled), left: formatCount(ruling.source.waitingCount) });
  focusesConfirmation = true;
  byId("announcement").textContent = confirmation;
  await loadPage({ keepContent: true });
}

function showError(error, keepContent) {
  if (!(error instanceof ApiError)) throw error;
  if (error.kind === "unready") retryTimer = setTimeout(loadPage, error.retryAfter * 1000);
  if (keepContent && sources && error.kind !== "refused") return showLiveStatus("lost");
  showDetailPanel("");
  document.title = `${t("sourcesPage")} · ${t("app")}`;
  return replaceChildren(listPanel, error.kind === "refused" ? accessError(error) : errorPanel(error, () => loadPage()));
}

function accessError(error) {
  return h("div", { class: "frame error-panel t-refused", role: "alert" },
    h("h2", {}, t("refusedHere")), h("p", { class: "error-detail" }, inCurrentLanguage(error.message)),
    error.incident && h("p", {}, t("incident"), ": ", h("code", {}, error.incident)),
    h("button", { type: "button", class: "primary", onclick: () => loadPage() }, t("retry")));
}

/** Load the page again after an event, once for several events. While a ruling is being edited only the list is loaded again. */
function handleEvent({ at, source, run }) {
  latestEvent = t(run || !isOperator ? "runEnded" : "rowsSettled", { time: formatTime(at), name: localize(source.name) });
  showLiveStatus("on");
  clearTimeout(refreshTimer);
  if (isEditing()) {
    if (source.id === openSourceId() && !document.getElementById("meanwhile"))
      detailPanel.prepend(h("p", { class: "banner", id: "meanwhile", role: "status" }, t("changedMeanwhile"), " ", h("button", { type: "button", onclick: () => loadPage({ keepContent: true }) }, t("readAgain"))));
    refreshTimer = setTimeout(refreshList, REFRESH_DELAY);
    return;
  }
  refreshTimer = setTimeout(() => loadPage({ keepContent: true, byEvent: true }), REFRESH_DELAY);
}

/** Load and draw only the list, while a ruling is being edited. */
async function refreshList() {
  const loadedSources = await loadSources(isOperator).catch(() => null);
  if (!loadedSources) return showLiveStatus("lost");
  sources = loadedSources;
  return drawList();
}

function drawList() {
  const focused = listPanel.contains(document.activeElement) ? document.activeElement.dataset.source : null;
  replaceChildren(listPanel, sourceTables(sources, { open: openSourceId(), isOperator, expanded: document.getElementById("not-fetched")?.open ?? false }));
  if (focused) listPanel.querySelector(`[data-source="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

byId("again").addEventListener("click", () => loadPage({ keepContent: true }));
byId("print").addEventListener("click", () => print());
byId("language").addEventListener("click", () => {
  const parameters = new URLSearchParams(location.search);
  if (lang() === "th") parameters.set("lang", "en");
  else parameters.delete("lang");
  history.replaceState(null, "", `${location.pathname}${parameters.size ? `?${parameters}` : ""}${location.hash}`);
  drawPageTexts();
  if (sources) drawPage();
});
addEventListener("hashchange", ({ oldURL }) => {
  confirmation = "";
  if (sources) drawList();
  const loaded = loadPage({ keepContent: true });
  if (!openSourceId()) listPanel.querySelector(`[data-source="${CSS.escape(decodeURIComponent(new URL(oldURL).hash.slice(1)))}"]`)?.focus();
  else loaded.then(() => document.getElementById("one-title")?.focus({ preventScroll: true }));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openSourceId()) location.hash = "";
});
drawPageTexts();
loadPage();
followSourceEvents(handleEvent, showLiveStatus);
