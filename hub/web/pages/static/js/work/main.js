/**
 * The work page: what waits for the viewer's agency, decided one by one or many at once, by keyboard or pointer.
 */
import { ApiError } from "../api.js";
import { byId, h, replaceChildren } from "../dom.js";
import { addTexts, inCurrentLanguage, localize, t } from "../i18n.js";
import { errorPanel, loadingMessage } from "../messages.js";
import { drawTabs, enableLanguageButton } from "../page-tabs.js";
import { detailTitle, linkageSections } from "./details.js";
import { canDecide, canUndo, decideTasks, DECISIONS, dismissSuggestions, proposeSuggestions, undoLast } from "./decisions.js";
import { reasonForm, shortcutPanel } from "./forms.js";
import { areShortcutsOn, enableShortcuts, setShortcuts } from "./keys.js";
import { itemName, itemRows } from "./list.js";
import { decisionButtons, taskSections } from "./panel.js";
import { loadLinkage, loadSuggestions, loadTasks, loadViewer, sendCommand } from "./queries.js";
import { WORK_TEXTS } from "./texts.js";

const KINDS = ["LINKAGE_DECIDE", "SUGGESTION", "WORK_REQUEST_ANSWER", "QUARANTINE_REVIEW", "SESSION_PREPARE", "POSITION_TAKE", "COMMITMENT_REPORT"];
const LOAD_AHEAD = 8;

addTexts(WORK_TEXTS);
const listPanel = byId("list");
const detailPanel = byId("one");
const details = new Map();
let hub = null;
let kind = "LINKAGE_DECIDE";
let items = null;
let nextPage = null;
let open = "";
let selected = new Set();
let errors = new Map();
let form = "";
let isBusy = false;
let isLoadingMore = false;
let requestNumber = 0;

const openItem = () => items?.find(({ key }) => key === open) ?? null;
const chosenItems = () => (selected.size > 0 ? items.filter(({ key }) => selected.has(key)) : [openItem()].filter(Boolean));
const hasDecisions = () => kind === "LINKAGE_DECIDE" || kind === "SUGGESTION";
const kindsShown = () => KINDS.filter((one) => one !== "SUGGESTION" || hub?.hasSuggestions);

function drawFrame() {
  drawTabs("/work");
  byId("title").textContent = t("myWork");
  byId("subtitle").textContent = hub?.viewer?.agency ? `${localize(hub.viewer.agency.name)} · ${t("workSubtitle")}` : t("workSubtitle");
  document.title = `${t("myWork")} · ${t("app")}`;
  drawBar();
}

function drawBar() {
  const counts = new Map(hub?.viewer?.taskCounts.map((one) => [one.kind, one.count]) ?? []);
  byId("kinds").setAttribute("aria-label", t("kinds"));
  replaceChildren(byId("kinds"), hub?.viewer && kindsShown().map((one) => h("button", { type: "button", "data-kind": one, "aria-pressed": String(one === kind), onclick: () => showKind(one) },
    t(one), one !== "SUGGESTION" && ` ${counts.get(one) ?? 0}`)));
  replaceChildren(byId("undo"), t("undo"), " ", h("kbd", {}, "U"));
  byId("undo").hidden = !canUndo();
  replaceChildren(byId("help"), t("help"), " ", h("kbd", {}, "?"));
}

/** Show a message beside the buttons; screen readers read it. */
function announce(text) {
  byId("done").textContent = text;
}

/** Load the viewer and the list; with `keep` the item at the same position stays open. */
async function loadPage({ keep = false, openLinkages = [] } = {}) {
  const request = ++requestNumber;
  const position = keep ? Math.max(0, items?.findIndex(({ key }) => key === open) ?? 0) : 0;
  if (!keep) replaceChildren(listPanel, loadingMessage(t("loadingWork")));
  try {
    const loadedHub = await loadViewer();
    const loaded = loadedHub.viewer ? await loadItems(loadedHub) : { found: [], next: null };
    if (request !== requestNumber) return;
    hub = loadedHub;
    items = loaded.found;
    nextPage = loaded.next;
    selected = new Set();
    open = (items.find((item) => openLinkages.includes(item.task?.subject.id)) ?? items[Math.min(position, items.length - 1)])?.key ?? "";
    drawPage({ moveFocus: keep });
  } catch (error) {
    if (request === requestNumber) showError(error);
  }
}

async function loadItems(loadedHub, after = null) {
  if (kind === "SUGGESTION") return { found: !loadedHub.hasSuggestions ? [] : (await loadSuggestions(loadedHub.viewer)).map((suggestion) => ({ key: suggestion.id, suggestion })), next: null };
  const { nodes, pageInfo } = await loadTasks(kind, after);
  return { found: nodes.map((task) => ({ key: task.id, task })), next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

async function loadMore() {
  if (!nextPage || isLoadingMore) return;
  isLoadingMore = true;
  const request = requestNumber;
  try {
    const { found, next } = await loadItems(hub, nextPage);
    if (request !== requestNumber) return;
    const present = new Set(items.map(({ key }) => key));
    items.push(...found.filter(({ key }) => !present.has(key)));
    nextPage = next;
    drawList();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(messageOf(error));
  } finally {
    isLoadingMore = false;
  }
}

function showError(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.kind === "unready") setTimeout(() => loadPage(), error.retryAfter * 1000);
  replaceChildren(detailPanel);
  replaceChildren(listPanel, errorPanel(error, () => loadPage()));
}

const messageOf = (error) => (error.kind === "offline" ? t("offline") : error.kind === "unready" ? t("unready") : [inCurrentLanguage(error.message), error.incident].filter(Boolean).join(" · "));

function drawPage({ moveFocus = false } = {}) {
  drawFrame();
  drawList({ moveFocus });
  drawDetails();
}

function drawList({ moveFocus = false } = {}) {
  document.body.toggleAttribute("data-one", Boolean(items?.length));
  if (!hub.viewer) return replaceChildren(listPanel, h("p", { class: "banner", id: "sign-in" }, t("signInFirst"), " ", h("a", { href: `/signin?next=${encodeURIComponent(location.pathname + location.search)}` }, t("toSignIn"))));
  if (items.length === 0) {
    replaceChildren(listPanel, h("div", { id: "nothing", tabindex: -1 }, h("h2", {}, t("nothing")), h("p", { class: "quiet" }, t("nothingHelp"))));
    if (moveFocus) byId("nothing").focus();
    return undefined;
  }
  const hadFocus = moveFocus || listPanel.contains(document.activeElement) || document.activeElement === document.body;
  replaceChildren(listPanel,
    h("h2", { class: "list-head" }, t(kind), selected.size > 0 && h("span", { id: "selected-count" }, ` · ${t("selected", { n: selected.size })}`)),
    itemRows(items, { open, selected, errors, canSelect: hasDecisions() }, { onOpen: (key) => openKey(key, { showDetails: true }), onSelect: toggle }),
    nextPage && h("button", { type: "button", id: "more", onclick: loadMore }, t("moreTasks")));
  const current = listPanel.querySelector(".item.here .open");
  if (hadFocus) current?.focus({ preventScroll: true });
  current?.scrollIntoView({ block: "nearest" });
  return undefined;
}

function openKey(key, { showDetails = false } = {}) {
  open = key;
  form = "";
  drawList({ moveFocus: true });
  drawDetails();
  if (items.length - items.findIndex((item) => item.key === key) < LOAD_AHEAD) loadMore();
  if (showDetails) byId("one-title").scrollIntoView({ block: "nearest" });
}

function toggle(key) {
  if (selected.has(key)) selected.delete(key);
  else selected.add(key);
  drawList();
  drawDetails();
}

/** Draw the open item; its details are loaded once, and those of the next item ahead. */
function drawDetails() {
  const item = openItem();
  if (!item) return replaceChildren(detailPanel);
  if (form === "help") return drawHelp();
  replaceChildren(detailPanel,
    detailTitle(itemName(item), item.suggestion ? t("SUGGESTION") : localize(item.task.title)),
    hasDecisions() && [decisionButtons(selected.size > 0 ? chosenItems() : [item], run), form && currentForm()],
    hasDecisions() ? h("div", { id: "sections" })
      : taskSections(item.task, { canAnswer: hub.viewer.scopes.includes("linkage:propose"), onAnswer: answerRequest }));
  if (hasDecisions()) drawSections(item);
  if (form) byId("reason").focus();
  if (kind === "LINKAGE_DECIDE") loadDetails(item);
  return undefined;
}

/** Draw what is known of a linkage, or that it is being loaded; a reason that is being typed stays. */
function drawSections(item) {
  const linkage = item.suggestion ?? details.get(item.key);
  replaceChildren(byId("sections"), linkage ? linkageSections(linkage) : h("p", { class: "awaited", role: "status" }, t("loadingDetails"), "…"));
}

async function loadDetails(item) {
  const position = items.indexOf(item);
  for (const one of [item, items[position + 1]]) {
    if (!one || details.has(one.key) || one.isLoading) continue;
    one.isLoading = true;
    try {
      const loaded = await loadLinkage(one.task.subject.id, hub.statesStrategy);
      details.set(one.key, loaded ? { ...loaded, project: loaded.project && { ...one.task.subject.project, ...loaded.project }, issue: loaded.issue && { ...one.task.subject.issue, ...loaded.issue } } : one.task.subject);
      if (one.key === open && form !== "help") drawSections(one);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (one.key === open) replaceChildren(detailPanel.querySelector(".awaited") ?? byId("announcement"), messageOf(error));
    } finally {
      one.isLoading = false;
    }
  }
}

const actionName = (action) => t(openItem()?.suggestion && action === "reject" ? "dismiss" : action).replace("…", "");

const currentForm = () => reasonForm(selected.size > 1 ? t("forMany", { action: actionName(form), n: selected.size }) : actionName(form), {
  onSend: (reason) => decide(form, reason),
  onCancel: closeForm,
});

function closeForm() {
  form = "";
  drawDetails();
  drawList({ moveFocus: true });
}

async function answerRequest(request, answer) {
  const payload = await attempt(() => sendCommand("workRequestAnswer", { workRequest: request.id, expectedVersion: request.version, ...answer }));
  if (!payload) return;
  if (payload.userErrors.length > 0) return showProblem(payload.userErrors.map(({ message }) => localize(message)).join(" "));
  announce(t("doneANSWER"));
  await loadPage({ keep: true });
}

const showProblem = (text) => replaceChildren(detailPanel.querySelector("form .wrong") ?? byId("done"), h("p", {}, text));

/** Await a command; show why it failed and return null. Only one command runs at a time. */
async function attempt(send) {
  if (isBusy) return null;
  isBusy = true;
  document.body.dataset.busy = "yes";
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showProblem(`${t("notSent")} · ${messageOf(error)}`);
    return null;
  } finally {
    isBusy = false;
    delete document.body.dataset.busy;
  }
}

/** Decide on the selected items, or on the open one. Those that were recorded leave the list. */
async function decide(action, reason = null) {
  const decision = DECISIONS[action];
  const possible = chosenItems().filter((item) => canDecide(item, decision));
  if (possible.length === 0) return announce(t("notPossible", { action: actionName(action) }));
  const isSuggestion = kind === "SUGGESTION";
  const result = await attempt(() => (!isSuggestion ? decideTasks(possible, decision, reason) : action === "agree" ? proposeSuggestions(possible) : dismissSuggestions(possible, reason)));
  if (!result) return undefined;
  form = "";
  removeItems(new Set(result.done));
  errors = new Map([...errors, ...result.errors]);
  const doneKey = isSuggestion ? (action === "agree" ? "PROPOSE" : "DISMISS") : decision;
  announce([result.done.length > 0 && t(`done${doneKey}`, { n: result.done.length }), result.errors.size > 0 && t("notRecorded", { n: result.errors.size })].filter(Boolean).join(" · "));
  drawPage({ moveFocus: true });
  if (isSuggestion && items.length === 0) await loadPage({ keep: true });
  else if (items.length < LOAD_AHEAD) await loadMore();
  return undefined;
}

/** Remove items from the list; the next one that stays is opened. */
function removeItems(keys) {
  const position = items.findIndex(({ key }) => key === open);
  const next = items.slice(position).find(({ key }) => !keys.has(key)) ?? items.slice(0, Math.max(position, 0)).findLast(({ key }) => !keys.has(key));
  items = items.filter(({ key }) => !keys.has(key));
  open = next?.key ?? items[0]?.key ?? "";
  selected = new Set([...selected].filter((key) => !keys.has(key)));
  const count = hub.viewer.taskCounts.find((one) => one.kind === kind);
  if (count) count.count -= keys.size;
}

async function undo() {
  if (!canUndo()) return announce(t("undoNothing"));
  const result = await attempt(async () => {
    const undone = await undoLast();
    details.clear();
    await loadPage({ keep: true, openLinkages: undone.ids });
    return undone;
  });
  return result ? announce([result.count > 0 && t("doneUNDO", { n: result.count }), result.error].filter(Boolean).join(" · ")) : undefined;
}

function drawHelp() {
  replaceChildren(detailPanel, shortcutPanel({ enabled: areShortcutsOn(), onToggle: setShortcuts, onClose: closeForm }));
  byId("shortcuts-title").focus();
}

/** Run the action of a key or button. */
function run(action) {
  if (action === "escape") {
    if (form) closeForm();
    else if (selected.size > 0) { selected.clear(); drawPage({ moveFocus: true }); }
    return undefined;
  }
  if (!items?.length) return action === "undo" ? undo() : undefined;
  if (action === "help") { form = "help"; return drawDetails(); }
  if (action === "undo") return undo();
  const position = items.findIndex(({ key }) => key === open);
  if (action === "next") return openKey(items[Math.min(position + 1, items.length - 1)].key);
  if (action === "previous") return openKey(items[Math.max(position - 1, 0)].key);
  if (!hasDecisions()) return undefined;
  if (action === "select") return toggle(open);
  if (action === "selectAll") { selected = new Set(selected.size === items.length ? [] : items.map(({ key }) => key)); return drawPage({ moveFocus: true }); }
  if (action === "agree") return decide("agree");
  if (!chosenItems().some((item) => canDecide(item, DECISIONS[action]))) return announce(t("notPossible", { action: actionName(action) }));
  form = action;
  return drawDetails();
}

function showKind(next) {
  kind = next;
  form = "";
  errors = new Map();
  const parameters = new URLSearchParams(location.search);
  parameters.set("kind", kind);
  history.replaceState(null, "", `${location.pathname}?${parameters}`);
  drawBar();
  byId("kinds").querySelector("[aria-pressed=true]")?.focus();
  return loadPage();
}

const requestedKind = new URLSearchParams(location.search).get("kind");
if (KINDS.includes(requestedKind)) kind = requestedKind;
byId("undo").addEventListener("click", undo);
byId("help").addEventListener("click", () => { if (items?.length) { form = "help"; drawDetails(); } });
enableLanguageButton(() => { if (items) drawPage(); else drawFrame(); });
enableShortcuts(run);
drawFrame();
loadPage();
