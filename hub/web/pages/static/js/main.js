/**
 * The matrix page: parses the URL, loads the matrix or the map, draws it and updates the URL.
 */
import { ApiError, fetchData } from "./api.js";
import { createCellDrawer } from "./cell-drawer.js";
import { byId, replaceChildren, h } from "./dom.js";
import { fitTypeSize, refitMatrix } from "./type-size.js";
import { withFocusRestored } from "./focus.js";
import { assumptionsText, legend } from "./legend.js";
import { emptyMatrixNotice, loadingMessage, matrixNotices, offlineBanner, errorPanel, yearsWithData } from "./messages.js";
import { enableGridNavigation } from "./keyboard.js";
import { EMPTY_PICKER_DATA, loadPickerData, loadAreaMaps, loadYearCounts } from "./picker-data.js";
import { displayOptions } from "./display-options.js";
import { drawTileMap } from "./tile-map.js";
import { matrixGrid } from "./matrix.js";
import { editionField, closeMoreOptions, drawPickers, showInPickers } from "./pickers.js";
import { matrixInput, resolveAxes } from "./axes.js";
import { densityTools, heatScale, shownRows, wantsNames } from "./density.js";
import { MATRIX_QUERY, matrixQueryText, assumptionsQuery, savedMatrixQuery } from "./queries.js";
import { drawShareButtons } from "./share.js";
import { ownStart } from "./own-start.js";
import { isSignedIn } from "./person.js";
import { applyChange, areaDate, displayParameters, hasQuestion, parseState, isSameQuery, formatUrl } from "./url-state.js";
import { narrowMatrix } from "./narrow-matrix.js";
import { drawPageHeader } from "./page-header.js";
import { drawPrintSheet } from "./print-sheet.js";
import { markMadeUp } from "./made-up.js";
import { setLanguage, t } from "./i18n.js";

const NARROW_WIDTH = 900;
let state = parseState();
let pickerData = EMPTY_PICKER_DATA;
let loadedMatrix = null;
let requestNumber = 0;
let retryTimer = null;
/** What the form and the buttons were drawn for. */
let drawnControls = {};
/** The matrix on the page, and the function that changes it. */
let drawn = null;

const board = byId("board");
const announce = (text) => { byId("announcement").textContent = text; };
const changeState = (change) => navigate(applyChange(state, change));
const isKeyOnly = () => Boolean(state.key) && !["chain", "issue", "area", "agency", "fy"].some((name) => state[name]);
const cellDrawer = createCellDrawer({ changeState, announce, currentPage: () => ({ state, loadedMatrix, pickerData }) });

function navigate(next) {
  state = next;
  history.pushState(null, "", formatUrl(state));
  return loadPage();
}

/** Load and draw what the URL describes. A newer call makes an older one stop without drawing. */
async function loadPage() {
  const request = (requestNumber += 1);
  clearTimeout(retryTimer);
  setLanguage(state.lang ?? "th");
  withFocusRestored(drawControls);
  const onMap = state.view === "map";
  if (!onMap && loadedMatrix && isSameQuery(loadedMatrix.state, state) && loadedMatrix.matrix.key === (state.key ?? loadedMatrix.matrix.key)) return drawMatrix();
  const loadingTimer = setTimeout(() => { if (request === requestNumber) replaceChildren(board, loadingMessage(t(onMap ? "loadingMap" : "loading"))); }, loadedMatrix ? 250 : 0);
  board.setAttribute("aria-busy", "true");
  const finishLoading = () => {
    clearTimeout(loadingTimer);
    if (request === requestNumber) board.removeAttribute("aria-busy");
  };
  try {
    pickerData = await loadPickerData(state);
    if (request !== requestNumber) return undefined;
    withFocusRestored(drawControls);
    if (onMap) {
      const [areas, otherEdition] = await loadAreaMaps(areaDate(state));
      finishLoading();
      return request === requestNumber ? drawMap(areas, otherEdition) : undefined;
    }
    rejectMissing();
    const matrix = await loadMatrix();
    finishLoading();
    if (request !== requestNumber) return undefined;
    loadedMatrix = { state, matrix, at: new Date(), contributions: wantsNames(state, pickerData) ? null : [] };
    state = { ...state, key: matrix.key };
    history.replaceState(null, "", formatUrl(state));
    loadedMatrix.state = state;
    replaceChildren(byId("banners"));
    drawMatrix();
    if (wantsNames(state, pickerData)) await loadAssumptions(request);
    return await showYearCounts(request);
  } catch (error) {
    finishLoading();
    return request === requestNumber ? showError(error) : undefined;
  }
}

/** Throw if the URL names a chain, area or issue that does not exist, or an axis of stages without a chain. */
function rejectMissing() {
  if (pickerData.missing.length) throw new ApiError("refused", { message: pickerData.missing.map((name) => `${t({ area: "area", agency: "agencyChosen" }[name] ?? "topic")}: ${state[name]}`).join(" · ") });
  const { rows, columns } = resolveAxes(state, pickerData);
  if (!isKeyOnly() && !pickerData.chain && [rows, columns].includes("STAGE")) throw new ApiError("refused", { message: t("stageNeedsChain") });
}

/** Load the matrix by the parameters of the URL; by its key if there is only a key, or if the key belongs to another query. */
async function loadMatrix() {
  const phase = state.phase ?? "APPROPRIATED";
  if (!isKeyOnly()) {
    const { matrix } = await fetchData(MATRIX_QUERY, { input: matrixInput(state, pickerData), phase, names: wantsNames(state, pickerData) });
    if (matrix && (!state.key || state.key === matrix.key)) return complete(matrix);
  }
  const { matrix } = await fetchData(savedMatrixQuery(state.key), { phase, names: true });
  if (!matrix) throw new ApiError("refused", { message: "" });
  return complete(matrix);
}

/** Add to a matrix what its heads and cells leave out: the dimension of each head, no roles where none were fetched. */
function complete(matrix) {
  for (const axis of [matrix.rows, matrix.columns]) for (const header of axis.headers) header.dimension = axis.dimension;
  for (const cell of matrix.cells) cell.expected ??= [];
  return matrix;
}

/** Return what the form and the buttons depend on, which is not how rows and cells are shown. */
const controlsKey = () => JSON.stringify({ ...state, sort: "", find: "", cell: "", only: "", stage: "", show: "" });

function drawControls() {
  drawPageHeader(state, pickerData, { changeState, navigate, isKeyOnly: isKeyOnly() });
  const query = controlsKey();
  if (drawnControls.query === query && drawnControls.pickerData === pickerData) return showInPickers(state);
  drawnControls = { query, pickerData };
  byId("skip").textContent = t("skip");
  byId("matrix-options-summary").textContent = t("change");
  byId("pickers").setAttribute("aria-label", t("change"));
  drawPickers(byId("pickers"), state, pickerData, changeState);
  byId("keys").textContent = state.view === "map" ? "" : t("keys");
  drawShareButtons(byId("share"), state.view !== "map", {
    link: () => location.href,
    file: (kind) => fileUrl(kind),
    graphql: () => matrixQueryText(isKeyOnly() ? null : matrixInput(state, pickerData), state.key ?? "", state.phase ?? "APPROPRIATED"),
    refused: (message) => replaceChildren(byId("banners"), h("p", { class: "banner", role: "alert" }, message)),
  }, announce);
  return undefined;
}

/** Return the address of the question on the screen as a file; null before it is answered. */
const fileUrl = (kind) => (loadedMatrix && !board.hasAttribute("aria-busy") ? `/files/matrix.${kind}?${new URLSearchParams({ key: loadedMatrix.matrix.key, phase: state.phase ?? "APPROPRIATED", lang: state.lang ?? "th" })}` : null);

const narrow = () => innerWidth <= NARROW_WIDTH;

/** Draw the loaded matrix; what is drawn of it already is changed, where that shows the same. */
function drawMatrix() {
  const { matrix } = loadedMatrix;
  const options = { ...displayOptions(state, matrix, pickerData), scale: heatScale(matrix), shownRows: shownRows(matrix, state) };
  document.body.dataset.view = "matrix";
  if (!changeDrawnMatrix(matrix, options)) drawNewMatrix(matrix, options);
  drawPrintSheet(matrix, { ...options, counting: state.counting ?? "DISTINCT", shown: options.shownRows.length });
  cellDrawer.draw();
}

/** Change the drawn matrix to other rows, colours and states; return whether it shows the same matrix in the same words. */
function changeDrawnMatrix(matrix, options) {
  const isSame = drawn?.change && drawn.table.isConnected && !narrow() && drawn.matrix === matrix && drawn.words === textsKey(options);
  if (isSame) withFocusRestored(() => drawn.change(options));
  return isSame;
}

/** Return what the texts of a matrix depend on. */
const textsKey = ({ rows, columns, phase, mode }) => [state.lang, rows, columns, phase, mode === "names", isKeyOnly()].join(" ");

function drawNewMatrix(matrix, options) {
  markMadeUp(matrix.notices.some(({ code }) => code === "MADE_UP_DATA"));
  withFocusRestored(() => {
    const keys = legend(matrix, options.only, (only) => changeState({ only: only.join(",") || null }));
    replaceChildren(byId("legend"), keys.element);
    const openCell = (place) => changeState({ cell: place });
    const tools = densityTools(matrix, options, { change: changeState, filter: filterRows });
    const grid = narrow() ? null : matrixGrid(matrix, options);
    const body = grid?.table ?? narrowMatrix({ ...matrix, rows: { ...matrix.rows, headers: options.shownRows } }, options, { open: openCell, stage: (key) => changeState({ stage: key }) });
    replaceChildren(board, isKeyOnly() && h("p", { class: "banner", role: "status" }, t("fromLinkNote")), emptyMatrixNotice(matrix), h("div", { id: "years-with-data" }),
      matrixNotices(matrix.notices, (area) => formatUrl(applyChange(state, { area: area.code, issue: null, chain: null, rows: null, columns: null }))),
      tools?.element,
      h("div", { class: "matrix-scroll" }, body));
    drawn = null;
    if (!grid) return;
    const setTabStop = enableGridNavigation(body, (cell) => openCell(cell.dataset.place));
    setTabStop(options.open);
    if (options.mode === "names") fitTypeSize(body.parentElement, body);
    const change = (next) => {
      grid.change(next);
      tools?.change(next);
      keys.change(next.only);
      setTabStop();
    };
    drawn = { matrix, table: body, words: textsKey(options), change: grid.change && change };
  });
  drawYearsWithData();
  drawAssumptions();
}

/** Draw only the rows that contain the words; the address changes without an entry in the history for each letter. */
function filterRows(text) {
  state = { ...state, find: text };
  history.replaceState(null, "", formatUrl(state));
  drawMatrix();
}

/** Load the number of projects of each year, and draw them in the lists of years and above an empty matrix; the matrix is already visible. */
async function showYearCounts(request) {
  if (isKeyOnly()) return;
  try {
    const { counts, sources } = await loadYearCounts(state, pickerData);
    if (request !== requestNumber) return;
    pickerData = { ...pickerData, yearCounts: counts, yearSources: sources };
    withFocusRestored(drawControls);
    drawYearsWithData();
  } catch { /* the matrix is complete without the numbers */ }
}

/** Draw the years that have data above a matrix without projects, once they have been counted. */
function drawYearsWithData() {
  if (!pickerData.yearCounts || loadedMatrix.matrix.total.projectCount > 0) return;
  replaceChildren(byId("years-with-data"), yearsWithData(pickerData.yearCounts, pickerData.yearSources, (be) => formatUrl(applyChange(state, { fy: be, to: null }))));
}

/** Load what the note on reconstructed and assumed data is about, and draw it; the matrix is already visible. */
async function loadAssumptions(request) {
  try {
    const { savedMatrix } = await fetchData(assumptionsQuery(loadedMatrix.matrix.key));
    if (request !== requestNumber) return;
    loadedMatrix.contributions = savedMatrix.total.contributions.nodes;
    drawAssumptions();
  } catch { /* the matrix is complete without the note */ }
}

function drawAssumptions() {
  byId("assumptions").textContent = loadedMatrix.contributions ? assumptionsText(loadedMatrix.contributions, loadedMatrix.matrix, pickerData) : "";
}

function drawMap(areas, otherEdition) {
  document.body.dataset.view = "map";
  cellDrawer.hide();
  replaceChildren(byId("banners"));
  replaceChildren(byId("legend"));
  byId("assumptions").textContent = "";
  const cluster = areas.clusters.find((one) => one.code === state.area);
  const code = state.cell ?? cluster?.operationsCentre?.code ?? state.area ?? "";
  withFocusRestored(() => drawTileMap(board, areas, { chosen: code, other: otherEdition, controls: editionField(state, (change) => changeState({ ...change, cell: state.cell ?? null }), "map-on") }, {
    choose: (province) => changeState({ cell: province }),
    open: (area) => changeState({ view: null, area, issue: null }),
  }));
}

function showError(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.kind === "unready") retryTimer = setTimeout(loadPage, error.retryAfter * 1000);
  if (error.kind === "offline" && loadedMatrix && isSameQuery(loadedMatrix.state, state) && state.view !== "map") return showOfflineBanner();
  document.body.dataset.view = "error";
  cellDrawer.hide();
  replaceChildren(byId("legend"));
  byId("assumptions").textContent = "";
  loadedMatrix = null;
  return replaceChildren(board, errorPanel(error, () => loadPage(), isKeyOnly()));
}

function showOfflineBanner() {
  const time = loadedMatrix?.at.toLocaleTimeString("th-TH", { hour: "2-digit", minute: "2-digit", hour12: false });
  replaceChildren(byId("banners"), offlineBanner(time ?? null, () => { if (loadedMatrix) loadedMatrix = { ...loadedMatrix, state: {} }; loadPage(); }));
}

let wasNarrow = narrow();
byId("matrix-options").open = !wasNarrow;
new ResizeObserver(() => {
  if (wasNarrow !== narrow()) {
    wasNarrow = narrow();
    byId("matrix-options").open = !wasNarrow;
    if (loadedMatrix && document.body.dataset.view === "matrix") drawMatrix();
  }
  refitMatrix();
}).observe(board);
document.fonts.ready.then(refitMatrix);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!closeMoreOptions() && state.cell && state.view !== "map") cellDrawer.close();
});
byId("pickers").addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", () => { state = parseState(); loadPage(); });
addEventListener("offline", showOfflineBanner);
addEventListener("online", () => { replaceChildren(byId("banners")); if (!loadedMatrix) loadPage(); });
start();

/** Show the question of the URL; without one, what a signed-in person sees first, or else the first example. */
async function start() {
  if (!hasQuestion() && state.view !== "map" && await isSignedIn()) {
    const own = await ownStart(displayParameters()).catch(() => null);
    if (own) state = own;
  }
  loadPage();
}
