/**
 * The explorer: reads the address, asks the hub, draws what it answers, writes the address.
 */
import { Trouble, fetchQuery } from "./api.js";
import { cellDrawer } from "./cell.js";
import { byId, fill, h } from "./dom.js";
import { fit, refit } from "./fit.js";
import { keepFocus } from "./focus.js";
import { grounds, legend } from "./foot.js";
import { emptiness, loading, offline, trouble } from "./frames.js";
import { walkable } from "./keys.js";
import { NOTHING, loadContext, mapsOf } from "./known.js";
import { lookOf } from "./look.js";
import { map } from "./map.js";
import { grid } from "./matrix.js";
import { edition, foldAway, pickers } from "./pickers.js";
import { MATRIX, asGraphql, axesOf, groundsOf, inputOf, saved } from "./questions.js";
import { share } from "./share.js";
import { changed, dayOf, read, sameQuestion, write } from "./state.js";
import { tablet } from "./tablet.js";
import { drawTop } from "./top.js";
import { lang, speak, t } from "./words.js";

const NARROW = 900;
let state = read();
let context = NOTHING;
let shown = null;
let turn = 0;
let waiting = null;

const board = byId("board");
const announce = (text) => { byId("said").textContent = text; };
const set = (change) => go(changed(state, change));
const byKey = () => Boolean(state.key) && !["chain", "issue", "area", "fy"].some((name) => state[name]);
const drawer = cellDrawer({ set, announce, current: () => ({ state, shown, context }) });

function go(next) {
  state = next;
  history.pushState(null, "", write(state));
  return show();
}

/** Draw what the address says. */
async function show() {
  const mine = (turn += 1);
  clearTimeout(waiting);
  speak(state.lang ?? "th");
  keepFocus(drawFrame);
  const onMap = state.view === "map";
  if (!onMap && shown && sameQuestion(shown.state, state) && shown.matrix.key === (state.key ?? shown.matrix.key)) return draw();
  const frame = setTimeout(() => { if (mine === turn) fill(board, loading(t(onMap ? "loadingMap" : "loading"))); }, shown ? 250 : 0);
  board.setAttribute("aria-busy", "true");
  const arrived = () => {
    clearTimeout(frame);
    if (mine === turn) board.removeAttribute("aria-busy");
  };
  try {
    context = await loadContext(state);
    if (mine !== turn) return undefined;
    keepFocus(drawFrame);
    if (onMap) {
      const [found, other] = await mapsOf(dayOf(state));
      arrived();
      return mine === turn ? showMap(found, other) : undefined;
    }
    refuseLost();
    const matrix = await matrixOf();
    arrived();
    if (mine !== turn) return undefined;
    shown = { state, matrix, at: new Date() };
    state = { ...state, key: matrix.key };
    history.replaceState(null, "", write(state));
    shown.state = state;
    fill(byId("banners"));
    draw();
    return await note(mine);
  } catch (error) {
    arrived();
    return mine === turn ? failed(error) : undefined;
  }
}

/** A chain, area or issue that the hub does not have; stages of no chain. */
function refuseLost() {
  if (context.lost.length) throw new Trouble("refused", { message: context.lost.map((name) => `${t(name === "area" ? "area" : "topic")}: ${state[name]}`).join(" · ") });
  const { rows, columns } = axesOf(state, context);
  if (!byKey() && !context.chain && [rows, columns].includes("STAGE")) throw new Trouble("refused", { message: t("stageNeedsChain") });
}

/** The matrix of the address: by its parts, or, where the key tells of another question, by the key. */
async function matrixOf() {
  const phase = state.phase ?? "APPROPRIATED";
  if (!byKey()) {
    const { matrix } = await fetchQuery(MATRIX, { input: inputOf(state, context), phase });
    if (matrix && (!state.key || state.key === matrix.key)) return matrix;
  }
  const { matrix } = await fetchQuery(saved(state.key), { phase });
  if (!matrix) throw new Trouble("refused", { message: "" });
  return matrix;
}

function drawFrame() {
  byId("skip").textContent = t("skip");
  drawTop(state, context, { set, go, byKey: byKey() });
  byId("ask-summary").textContent = t("change");
  byId("pickers").setAttribute("aria-label", t("change"));
  pickers(byId("pickers"), state, context, set);
  byId("keys").textContent = state.view === "map" ? "" : t("keys");
  share(byId("share"), state.view !== "map", {
    link: () => location.href,
    graphql: () => asGraphql(byKey() ? null : inputOf(state, context), state.key ?? "", state.phase ?? "APPROPRIATED"),
  }, announce);
}

const narrow = () => innerWidth <= NARROW;

/** Draw the answer in hand. */
function draw() {
  const { matrix } = shown;
  const look = lookOf(state, matrix, context);
  document.body.dataset.view = "matrix";
  keepFocus(() => {
    fill(byId("legend"), legend(matrix, look.only, (only) => set({ only: only.join(",") || null })));
    const open = (place) => set({ cell: place });
    const body = narrow() ? tablet(matrix, look, { open, stage: (key) => set({ stage: key }) }) : grid(matrix, look);
    fill(board, byKey() && h("p", { class: "banner", role: "status" }, t("fromLinkNote")), emptiness(matrix),
      matrix.notices.map((notice) => h("p", { class: "banner quiet" }, notice.text[lang()] ?? notice.text.th)),
      h("div", { class: "room" }, body));
    if (!narrow()) {
      walkable(body, (cell) => open(cell.dataset.place));
      fit(body.parentElement, body);
    }
  });
  drawer.draw();
}

/** The quiet line of what was reconstructed or assumed; the matrix does not wait for it. */
async function note(mine) {
  byId("grounds").textContent = "";
  try {
    const { savedMatrix } = await fetchQuery(groundsOf(shown.matrix.key));
    if (mine === turn) byId("grounds").textContent = grounds(savedMatrix.total.contributions.nodes, shown.matrix, context);
  } catch { /* the matrix stands without its note */ }
}

function showMap(found, other) {
  document.body.dataset.view = "map";
  drawer.hide();
  fill(byId("banners"));
  fill(byId("legend"));
  byId("grounds").textContent = "";
  const cluster = found.clusters.find((one) => one.code === state.area);
  const code = state.cell ?? cluster?.operationsCentre?.code ?? state.area ?? "";
  keepFocus(() => map(board, found, { chosen: code, other, controls: edition(state, (change) => set({ ...change, cell: state.cell ?? null }), "map-on") }, {
    choose: (province) => set({ cell: province }),
    open: (area) => set({ view: null, area, issue: null }),
  }));
}

function failed(error) {
  if (!(error instanceof Trouble)) throw error;
  if (error.kind === "unready") waiting = setTimeout(show, error.retryAfter * 1000);
  if (error.kind === "offline" && shown && sameQuestion(shown.state, state) && state.view !== "map") return lostLine();
  document.body.dataset.view = "trouble";
  drawer.hide();
  fill(byId("legend"));
  byId("grounds").textContent = "";
  shown = null;
  return fill(board, trouble(error, () => show(), byKey()));
}

function lostLine() {
  const since = shown?.at.toLocaleTimeString("th-TH", { hour: "2-digit", minute: "2-digit", hour12: false });
  fill(byId("banners"), offline(since ?? null, () => { if (shown) shown = { ...shown, state: {} }; show(); }));
}

let wasNarrow = narrow();
byId("ask").open = !wasNarrow;
new ResizeObserver(() => {
  if (wasNarrow !== narrow()) {
    wasNarrow = narrow();
    byId("ask").open = !wasNarrow;
    if (shown && document.body.dataset.view === "matrix") draw();
  }
  refit();
}).observe(board);
document.fonts.ready.then(refit);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!foldAway() && state.cell && state.view !== "map") drawer.close();
});
byId("pickers").addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", () => { state = read(); show(); });
addEventListener("offline", lostLine);
addEventListener("online", () => { fill(byId("banners")); if (!shown) show(); });
show();
