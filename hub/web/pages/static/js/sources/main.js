/**
 * The page of sources: how each stands, which one is open, and what changes meanwhile.
 */
import { Trouble } from "../api.js";
import { byId, fill, h } from "../dom.js";
import { loading, trouble } from "../frames.js";
import { mark } from "../marks.js";
import { inOne, lang, learn, speak, t, tx } from "../words.js";
import { detail, head } from "./detail.js";
import { TEXTS } from "./dictionary.js";
import { clock, count } from "./figures.js";
import { list } from "./list.js";
import { follow } from "./live.js";
import { idOf, one, operates, shortOf, standings } from "./questions.js";
import { scaleOf } from "./strip.js";

const SETTLES_IN = 250;

learn(TEXTS);
const container = byId("list");
const panel = byId("one");
let operating = false;
let found = null;
let open = null;
let done = "";
let turn = 0;
let waiting = 0;
let due = 0;
let how = "wait";
let latest = "";

const openId = () => {
  const short = decodeURIComponent(location.hash.slice(1));
  return short && short !== "list" ? idOf(short) : "";
};

/** Draw all words of the frame; what was read stays. */
function frame() {
  speak(new URLSearchParams(location.search).get("lang") ?? "th");
  const suffix = lang() === "en" ? "?lang=en" : "";
  byId("title").textContent = t("sourcesPage");
  byId("subtitle").textContent = t("subtitle");
  byId("skip").textContent = t("skipToList");
  byId("views").setAttribute("aria-label", t("views"));
  fill(byId("views"),
    h("a", { class: "tab", href: `/${suffix}` }, t("matrix")),
    h("a", { class: "tab", href: `/?view=map${suffix.replace("?", "&")}` }, t("map")),
    h("a", { class: "tab", href: `/sources${suffix}`, "aria-current": "page" }, t("sourcesPage")),
    h("a", { class: "tab", href: `/query${suffix}` }, t("query")));
  byId("language").textContent = t("other");
  byId("language").lang = t("otherLang");
  byId("again").textContent = t("readAgain");
  byId("print").textContent = t("print");
  showConnection(how);
}

function showConnection(now) {
  how = now;
  document.body.dataset.live = now;
  fill(byId("live"), mark({ wait: "RUNNING", on: "OK", lost: "DEGRADED" }[now]), " ", t({ wait: "liveWait", on: "liveOn", lost: "liveLost" }[now]), now === "on" && latest && ` · ${latest}`);
}

/** Read anew whatever the address asks; `quiet` leaves what stands until the answer is there. */
async function show({ quiet = false } = {}) {
  const mine = ++turn;
  clearTimeout(waiting);
  if (!quiet || !found) fill(container, loading(t("loadingSources")));
  const id = openId();
  if (id && (!quiet || open?.id !== id)) fill(panel, loading(t("loadingSource")));
  place(id);
  try {
    operating = await operates();
    const [all, source] = await Promise.all([standings(operating), id ? one(id, operating) : null]);
    if (mine !== turn) return;
    found = all;
    open = source;
    draw({ moved: !quiet });
  } catch (error) {
    if (mine === turn) failed(error, quiet);
  }
}

/** The panel of one source, or none. */
function place(id) {
  panel.hidden = !id;
  document.body.toggleAttribute("data-one", Boolean(id));
}

function draw({ moved = false } = {}) {
  const id = openId();
  drawList();
  document.title = [open && tx(open.name), t("sourcesPage"), t("app")].filter(Boolean).join(" · ");
  if (!id) return fill(panel);
  fill(panel, done && h("p", { class: "banner done", id: "done", role: "status", tabindex: -1 }, mark("OK"), " ", done),
    open ? detail(open, { operating, scale: scaleOf(open.promisedEvery ? found.fetched : found.carried) }, { settled }) : [head(t("sourcesPage")), h("p", { class: "banner", role: "status" }, t("noSuchSource", { id: shortOf(id) }))]);
  if (moved) byId("one-title").focus({ preventScroll: true });
  return undefined;
}

/** A ruling was recorded: say what it did, then show how the source stands after it. */
async function settled({ settlement, source }) {
  done = t("recorded", { read: count(settlement.read), settled: count(settlement.settled), left: count(source.waitingCount) });
  byId("said").textContent = done;
  await show({ quiet: true });
  document.getElementById("done")?.focus();
}

function failed(error, quiet) {
  if (!(error instanceof Trouble)) throw error;
  if (error.kind === "unready") waiting = setTimeout(show, error.retryAfter * 1000);
  if (quiet && found && error.kind !== "refused") return showConnection("lost");
  place("");
  document.title = `${t("sourcesPage")} · ${t("app")}`;
  return fill(container, error.kind === "refused" ? refused(error) : trouble(error, () => show()));
}

function refused(error) {
  return h("div", { class: "frame trouble t-refused", role: "alert" },
    h("h2", {}, t("refusedHere")), h("p", { class: "told" }, inOne(error.message)),
    error.incident && h("p", {}, t("incident"), ": ", h("code", {}, error.incident)),
    h("button", { type: "button", class: "primary", onclick: () => show() }, t("retry")));
}

/** Something happened to a source: read anew, once for many; a ruling under way is not swept away. */
function heard({ at, source, run }) {
  latest = t(run || !operating ? "ran" : "settledRows", { time: clock(at), name: tx(source.name) });
  showConnection("on");
  clearTimeout(due);
  if (panel.querySelector("form[data-touched=yes]")) {
    if (source.id === openId() && !document.getElementById("meanwhile"))
      panel.prepend(h("p", { class: "banner", id: "meanwhile", role: "status" }, t("changedMeanwhile"), " ", h("button", { type: "button", onclick: () => show({ quiet: true }) }, t("readAgain"))));
    due = setTimeout(again, SETTLES_IN);
    return;
  }
  due = setTimeout(() => show({ quiet: true }), SETTLES_IN);
}

/** The list alone anew, beside a ruling under way. */
async function again() {
  const all = await standings(operating).catch(() => null);
  if (!all) return showConnection("lost");
  found = all;
  return drawList();
}

function drawList() {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.source : null;
  fill(container, list(found, { open: openId(), operating, unfolded: document.getElementById("carried")?.open ?? false }));
  if (focused) container.querySelector(`[data-source="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

byId("again").addEventListener("click", () => show({ quiet: true }));
byId("print").addEventListener("click", () => print());
byId("language").addEventListener("click", () => {
  const params = new URLSearchParams(location.search);
  if (lang() === "th") params.set("lang", "en");
  else params.delete("lang");
  history.replaceState(null, "", `${location.pathname}${params.size ? `?${params}` : ""}${location.hash}`);
  frame();
  if (found) draw();
});
addEventListener("hashchange", ({ oldURL }) => {
  done = "";
  if (found) drawList();
  const shown = show({ quiet: true });
  if (!openId()) container.querySelector(`[data-source="${CSS.escape(decodeURIComponent(new URL(oldURL).hash.slice(1)))}"]`)?.focus();
  else shown.then(() => document.getElementById("one-title")?.focus({ preventScroll: true }));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openId()) location.hash = "";
});
frame();
show();
follow(heard, showConnection);
