/**
 * The board of a joint session: loads the session, follows its events, draws the matrix, the panel beside it and what is around them.
 */
import { ApiError } from "../api.js";
import { byId, h, replaceChildren } from "../dom.js";
import { withFocusRestored } from "../focus.js";
import { addTexts, inCurrentLanguage, setLanguage, t } from "../i18n.js";
import { legend } from "../legend.js";
import { errorPanel, loadingMessage } from "../messages.js";
import { markMadeUp } from "../made-up.js";
import { agendaPanel, itemForm, itemPanel } from "./agenda-panel.js";
import { cellPanel } from "./cell-panel.js";
import { changesPanel } from "./changes-panel.js";
import { createCellData } from "./cell-data.js";
import { cellNotes, placesOfProposal } from "./cell-notes.js";
import { createDrafts } from "./drafts.js";
import { drawFrame } from "./frame.js";
import { problemTexts } from "./labels.js";
import { followSession } from "./live.js";
import { changeSentence, decorate, drawMatrix, flash, refit } from "./matrix-view.js";
import { peoplePanel } from "./people-panel.js";
import { cellsByPlace, placeOf, placesById, withPreview } from "./places.js";
import { drawBoardSheet } from "./print-sheet.js";
import { placeOfForm, proposalForm } from "./proposal-form.js";
import { proposalPanel } from "./proposal-panel.js";
import { sendCommand } from "./queries.js";
import { canNegotiate, createStore } from "./store.js";
import { BOARD_TEXTS } from "./texts.js";
import { changeView, formatView, opening, panelOf, parseView, stepBack } from "./view-state.js";

addTexts(BOARD_TEXTS);
const NARROW_WIDTH = 900;
const sessionId = `gid://hub/JointSession/${decodeURIComponent(location.pathname.split("/")[2])}`;
const boardSection = byId("board");
const panel = byId("drawer");
const problems = new Map();
let isComposing = false;
let isBusy = false;
let live = "wait";
let lostAt = null;
let connection = null;
let matrixDrawn = "";
let panelDrawn = "";

const isNarrow = () => innerWidth <= NARROW_WIDTH;
const isWall = () => innerWidth >= 1600 && innerHeight >= 850;
const store = createStore(sessionId, { onChange: showChanges, onError: () => drawAround() });

const cellData = createCellData(store.state, { onLoaded: redraw, onError: showLoadError });

/** What the panels use of the page. */
const board = {
  state: store.state,
  view: parseView(),
  drafts: createDrafts(sessionId),
  preview: null,
  get isOnline() { return live !== "lost" && !isBusy; },
  get isTop() { return ["agenda", null].includes(panelOf(board.view, !isWall())); },
  live: () => ({ status: live, lostAt }),
  go, back, redraw, redrawMatrix, run, attempt, showProblems, showPlace,
  moreFigures: () => cellData.loadMore(board.view.cell),
  problemsOf: (form) => problems.get(form) ?? [],
  cellAt: (place) => (store.state.matrix && cellsByPlace(store.state.matrix).get(place)) ?? null,
  cellDetails: (place) => cellData.details(place),
  choicesAt: (place) => cellData.choices(place),
  issues: () => cellData.issues(),
  changes: () => cellData.changes(),
  placeOfItem: ({ cellId }) => (cellId && store.state.matrix && placesById(store.state.matrix).get(cellId)) || null,
  itemsAt: (place) => store.state.agenda.filter((item) => board.placeOfItem(item) === place || item.proposals.nodes.some((one) => isAbout(item, one, place))),
  proposalsAt: (place) => store.state.agenda.flatMap((item) => item.proposals.nodes.filter((one) => isAbout(item, one, place))),
};

const isAbout = (item, proposal, place) => placesOfProposal(item, proposal, placesById(store.state.matrix)).has(place);

function announce(text) {
  byId("announcement").textContent = text;
}

/** Show another view; the address changes, and the title of a newly opened panel gets the focus. */
function go(change) {
  const before = board.view;
  board.view = changeView(board.view, change);
  if (!board.view.form) board.preview = null;
  history.pushState(null, "", formatView(board.view));
  setLanguage(board.view.lang ?? "th");
  if (board.view.proposal && board.view.proposal !== before.proposal) openProposal();
  if (board.view.cell !== before.cell) sendPresence();
  redraw();
  if (panelKey() !== panelKey(before)) byId("drawer").querySelector("#drawer-title")?.focus();
}

/** Go back by one step, and focus where the step began. */
function back() {
  const { cell, form, proposal, item } = board.view;
  go(stepBack(board.view, !isWall()));
  if (form || proposal || item || !cell) return;
  document.querySelector(`#board [data-place="${CSS.escape(cell)}"]`)?.focus();
}

function showPlace(place) {
  go(opening({ cell: place }));
}

const panelKey = (view = board.view) => [panelOf(view, !isWall()), view.item, view.proposal, view.cell, view.form].join(" ");
/** A proposal that was concluded is shown from its beginning again. */
const contentKey = () => `${panelKey()} ${store.state.proposals.get(board.view.proposal)?.status}`;

function openProposal() {
  store.closeProposals(board.view.proposal);
  return store.openProposal(board.view.proposal).then(redraw, showLoadError);
}

function showLoadError(error) {
  if (!(error instanceof ApiError)) throw error;
  const place = panel.querySelector(".awaited");
  if (place) replaceChildren(place, messageOf(error));
}

/** Send which cell is open, so that the others see it; a failure changes nothing here. */
function sendPresence() {
  if (!canNegotiate(store.state) || store.state.session.status !== "OPEN" || live !== "on") return;
  sendCommand("presenceSet", { session: sessionId, viewing: (board.view.cell && board.cellAt(board.view.cell)?.id) ?? null }).catch(() => {});
}

const messageOf = (error) => (error.kind === "offline" ? t("offline") : error.kind === "unready" ? t("unready") : [inCurrentLanguage(error.message), error.incident].filter(Boolean).join(" · "));

function showProblems(form, texts) {
  problems.set(form, texts);
  redraw();
}

/** Await a request of a form; show why it failed and return null. Only one runs at a time, and what was typed stays. */
async function attempt(form, send) {
  if (isBusy) return null;
  isBusy = true;
  problems.delete(form);
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problems.set(form, [`${t("notSent")} · ${messageOf(error)}`]);
    return null;
  } finally {
    isBusy = false;
    redraw();
  }
}

/** Send a command; return its payload, or null if the hub refused it. Then what it is about is loaded again. */
async function run(name, input, { form, done = "" }) {
  const payload = await attempt(form, () => sendCommand(name, input));
  if (!payload) return null;
  store.reload(["frame", "agenda", "proposals", ...(live === "on" ? [] : ["matrix"])]);
  if (payload.userErrors.length > 0) {
    const isStale = payload.userErrors.some(({ code }) => code === "STALE_VERSION");
    showProblems(form, [...problemTexts(payload.userErrors), ...(isStale ? [t("staleHelp")] : [])]);
    return null;
  }
  if (done) announce(done);
  return payload;
}

/** Draw what the store has loaded, and announce what others changed. */
function showChanges(parts, changes) {
  if (changes.length > 0) {
    announce(changes.map((change) => changeSentence(store.state.matrix, change)).join(" · "));
  }
  redraw();
  if (changes.length > 0) flash(boardSection, changes.map(({ place }) => place));
}

function redraw() {
  if (isComposing || !store.state.session) return;
  setLanguage(board.view.lang ?? "th");
  withFocusRestored(() => {
    drawAround();
    drawPanel();
  });
  redrawMatrix();
}

function drawAround() {
  if (store.state.session) drawFrame(board, { isNarrow: isNarrow(), isWall: isWall(), retry: () => { connection?.retry(); store.reload(); } });
}

function drawPanel() {
  const kind = panelOf(board.view, !isWall());
  panel.hidden = kind === null;
  panel.dataset.panel = kind ?? "";
  document.body.toggleAttribute("data-drawer", kind !== null);
  if (kind === null) return;
  const side = sideOf();
  panel.className = `on-${side}`;
  const isSame = panelDrawn === contentKey();
  const scroll = panel.scrollTop;
  const PANELS = { agenda: agendaPanel, item: itemPanel, cell: cellPanel, proposal: proposalPanel, people: peoplePanel, changes: changesPanel, form: board.view.form === "item" ? itemForm : proposalForm };
  replaceChildren(panel, PANELS[kind](board));
  panel.scrollTop = isSame ? scroll : 0;
  if (!isSame && !isNarrow()) panel.querySelector(".agenda [aria-current]")?.scrollIntoView({ block: "nearest" });
  panelDrawn = contentKey();
}

/** Return the side on which a panel covers the wall matrix: away from the cell that it is about. */
function sideOf() {
  const place = board.view.cell ?? (board.view.form || board.view.item || board.view.proposal ? placeOfForm(board) : null);
  const cell = place && board.cellAt(place);
  return cell && cell.columnIndex >= store.state.matrix.columns.headers.length / 2 ? "left" : "right";
}

/** Return the changes that are shown on the matrix: of the form's preview, or of the open proposal. */
function shownChanges() {
  if (board.view.form && board.preview?.changes) return board.preview.changes.changed;
  const proposal = board.view.ghost && store.state.proposals.get(board.view.proposal);
  return proposal?.status === "OPEN" ? proposal.preview?.changed ?? [] : [];
}

/** Draw the matrix if it changed, and what is shown on its cells. */
function redrawMatrix() {
  const { matrix } = store.state;
  document.body.dataset.view = "matrix";
  if (!matrix) return replaceChildren(boardSection, h("p", { class: "banner", role: "status" }, t("noMatrix")));
  const changes = shownChanges();
  const key = JSON.stringify([matrix.asOf, matrix.key, changes.map(({ after }) => after && [placeOf(after), after.state, after.projectCount]), board.view.only, board.view.stage, board.view.swap, board.view.show, document.documentElement.lang, isNarrow(), isNarrow() && board.view.cell]);
  const isNew = key !== matrixDrawn;
  if (isNew) {
    matrixDrawn = key;
    markMadeUp(matrix.notices.some(({ code }) => code === "MADE_UP_DATA"));
    const shown = changes.length > 0 ? withPreview(matrix, changes) : matrix;
    withFocusRestored(() => {
      replaceChildren(byId("legend"), legend(matrix, (board.view.only ?? "").split(",").filter(Boolean), (only) => go({ only: only.join(",") || null })).element);
      drawMatrix(boardSection, shown, { view: board.view, open: board.view.cell ?? "", isNarrow: isNarrow() }, { open: showPlace, stage: (stage) => go({ stage }) });
    });
  }
  for (const cell of boardSection.querySelectorAll("[data-place]")) cell.setAttribute(cell.tagName === "TD" ? "aria-selected" : "aria-current", String(cell.dataset.place === board.view.cell));
  decorate(boardSection, cellNotes(store.state, changes));
  return scheduleRefit();
}

let refitFrame = 0;
function scheduleRefit() {
  cancelAnimationFrame(refitFrame);
  refitFrame = requestAnimationFrame(() => refit(boardSection));
}

function setLive(status) {
  if (status === live) return;
  const wasLost = live === "lost";
  live = status;
  lostAt = status === "lost" ? lostAt ?? new Date() : null;
  if (status === "lost") announce(t("connectionLost"));
  else if (wasLost) announce(t("connectionBack"));
  // Events that were sent before the connection are replayed; presence is not, and without a cursor nothing is.
  if (status === "on") store.reload(wasLost || !store.state.cursor ? undefined : ["presence"]);
  redraw();
}

async function start() {
  setLanguage(board.view.lang ?? "th");
  byId("skip").textContent = t("skip");
  document.title = `${t("board")} · ${t("app")}`;
  replaceChildren(boardSection, loadingMessage(t("loadingBoard")));
  boardSection.setAttribute("aria-busy", "true");
  try {
    if (!(await store.start())) {
      boardSection.removeAttribute("aria-busy");
      return replaceChildren(boardSection, h("p", { class: "banner", id: "sign-in" }, t("sessionNotVisible"), " ", h("a", { href: `/signin?next=${encodeURIComponent(location.pathname + location.search)}` }, t("toSignIn"))));
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    boardSection.removeAttribute("aria-busy");
    if (error.kind === "unready") setTimeout(start, error.retryAfter * 1000);
    return replaceChildren(boardSection, errorPanel(error, start));
  }
  boardSection.removeAttribute("aria-busy");
  document.title = `${store.state.session.title} · ${t("app")}`;
  redraw();
  if (board.view.proposal) openProposal();
  connection = followSession(sessionId, { cursor: () => store.state.cursor, onEvent: store.apply, onStatus: setLive });
  return undefined;
}

byId("language").addEventListener("click", () => go({ lang: document.documentElement.lang === "en" ? null : "en" }));
document.addEventListener("compositionstart", () => { isComposing = true; });
document.addEventListener("compositionend", () => { isComposing = false; });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || panel.hidden || event.isComposing) return;
  if (board.isTop && !isWall()) return;
  event.preventDefault();
  back();
});
addEventListener("popstate", () => {
  board.view = parseView();
  board.preview = null;
  if (board.view.proposal && !store.state.proposals.has(board.view.proposal)) openProposal();
  redraw();
});
new ResizeObserver(() => { if (store.state.session) redraw(); }).observe(document.documentElement);
addEventListener("beforeprint", () => { if (store.state.matrix) drawBoardSheet(board); });
document.fonts.ready.then(scheduleRefit);
start();
