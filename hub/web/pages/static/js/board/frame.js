/**
 * What is around the matrix: title, connection, buttons of the panels, banners, the current point of the agenda.
 */
import { byId, h, replaceChildren } from "../dom.js";
import { formatFiscalYear, localize, t } from "../i18n.js";
import { mark } from "../marks.js";
import { pagePath } from "../page-tabs.js";
import { formatDateTime, formatTime } from "../sources/format.js";
import { currentItem } from "./agenda-panel.js";
import { canNegotiate, isHost, ownDelegation } from "./store.js";
import { opening, panelOf } from "./view-state.js";

const LIVE_MARKS = { on: "CONNECTED", wait: "NOT_CONNECTED", lost: "DOWN" };

/**
 * Draw what is around the matrix.
 * @param {object} board
 * @param {{isNarrow: boolean, isWall: boolean, retry: () => void}} page
 */
export function drawFrame(board, { isNarrow, isWall, retry }) {
  const { session, delegations, presence } = board.state;
  const connected = delegations.filter(({ id }) => presence.get(id)?.connected).length;
  const { status, lostAt } = board.live();
  byId("skip").textContent = t("skip");
  byId("title").textContent = localize(session.title);
  byId("subtitle").textContent = [session.areas.map(({ name }) => localize(name)).join(", "), formatFiscalYear(session.fiscalYear.be), t(`session_${session.status}`)].join(" · ");
  document.body.dataset.live = status;
  document.body.dataset.session = session.status;
  replaceChildren(byId("live"), mark(LIVE_MARKS[status]), " ", h("span", {}, t(`live_${status}`)), h("span", { class: "count" }, ` · ${connected}/${delegations.length}`), h("span", { class: "sr" }, ` ${t("connectedOf", { n: connected, all: delegations.length })}`));
  byId("views").setAttribute("aria-label", t("views"));
  replaceChildren(byId("views"), h("a", { class: "tab", href: pagePath("/board"), id: "to-sessions" }, t("sessionsPage")));
  drawButtons(board, isNarrow, isWall);
  drawBanners(board, { status, lostAt, retry });
  const current = currentItem(board.state.agenda);
  replaceChildren(byId("current-item"), current && h("button", { type: "button", id: "current", onclick: () => board.go(opening({ item: current.item.id })) }, h("b", {}, current.text), " ", h("span", { class: "current-title" }, current.item.title)));
  byId("keys").textContent = isNarrow ? "" : t("keys");
  byId("language").textContent = t("other");
  byId("language").lang = t("otherLang");
}

function drawButtons(board, isNarrow, isWall) {
  const open = panelOf(board.view, !isWall);
  const toggle = (name, label, pressed, change) => h("button", { type: "button", id: name, "aria-pressed": String(pressed), onclick: () => board.go(change) }, label);
  byId("panel-buttons").setAttribute("aria-label", t("panels"));
  replaceChildren(byId("panel-buttons"),
    toggle("open-agenda", t("agenda"), open === "agenda", opening({ panel: open === "agenda" ? (isWall ? null : "none") : "agenda" })),
    toggle("open-people", t("delegations"), open === "people", opening({ panel: open === "people" ? null : "people" })),
    !isNarrow && toggle("swap-axes", t("swap"), Boolean(board.view.swap), { swap: board.view.swap ? null : "1" }),
    !isNarrow && h("button", { type: "button", id: "print", onclick: () => print() }, t("printA3")));
}

/** The banners: a lost connection, a session that is not open; at the foot, why a viewer can only read. */
function drawBanners(board, { status, lostAt, retry }) {
  const { session, viewer } = board.state;
  const notOpen = { SCHEDULED: t("notYetOpen", { time: session.startsAt ? formatDateTime(session.startsAt) : "–" }), SUSPENDED: t("isSuspended"), CLOSED: t("isClosed"), RATIFIED: t("isRatified"), CANCELLED: t("isCancelled") }[session.status];
  byId("banners").setAttribute("aria-label", t("messages"));
  const madeUp = board.state.matrix?.notices.filter(({ code }) => code === "MADE_UP_DATA") ?? [];
  replaceChildren(byId("banners"),
    madeUp.map(({ text }) => h("p", { class: "banner", "data-notice": "MADE_UP_DATA" }, localize(text))),
    status === "lost" && h("div", { class: "banner off", id: "lost", role: "alert" }, h("b", {}, t("connectionLost")), " ", t("connectionLostHelp", { time: formatTime(lostAt ?? new Date()) }), " ", h("button", { type: "button", id: "retry-connection", onclick: retry }, t("retry"))),
    notOpen && h("p", { class: "banner quiet", id: "not-open" }, notOpen));
  byId("read-only").hidden = canNegotiate(board.state) || isHost(board.state);
  replaceChildren(byId("read-only"), viewer ? t(ownDelegation(board.state) ? "readOnlyRole" : "readOnlyNoDelegation")
    : [t("readOnlySignIn"), " ", h("a", { href: `/signin?next=${encodeURIComponent(location.pathname + location.search)}` }, t("toSignIn"))]);
}

