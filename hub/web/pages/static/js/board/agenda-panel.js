/**
 * The agenda of the session, and one point of it.
 */
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { mark } from "../marks.js";
import { formatTime } from "../sources/format.js";
import { agencyLabel, field, problemList, section, stateChip } from "./labels.js";
import { panelHead } from "./head.js";
import { placeName } from "./places.js";
import { canNegotiate, isHost, isUnderWay } from "./store.js";
import { opening } from "./view-state.js";

const SHOWN_EVENTS = 8;
/** What the chair may set; AGREED follows by itself. */
const STEPS = { OPEN: ["CURRENT", "POSTPONED", "NOT_AGREED"], CURRENT: ["OPEN", "POSTPONED", "NOT_AGREED"], POSTPONED: ["CURRENT"], NOT_AGREED: ["CURRENT"], AGREED: [] };

/** Return the panel of the agenda: its points, who is connected, and what happened last. */
export function agendaPanel(board) {
  const { agenda, session, delegations, presence } = board.state;
  const connected = delegations.filter(({ id }) => presence.get(id)?.connected).length;
  return [
    panelHead(board, t("agenda")),
    readySection(board),
    agenda.length === 0 && h("p", { class: "quiet" }, t(isHost(board.state) || canNegotiate(board.state) ? "agendaEmptyAdd" : "agendaEmpty")),
    h("ol", { class: "agenda" }, agenda.map((item) => agendaRow(board, item))),
    (isHost(board.state) || canNegotiate(board.state)) && session.status !== "CLOSED" && h("div", { class: "actions" }, h("button", { type: "button", id: "item-add", onclick: () => board.go({ form: "item" }) }, t("itemAdd"))),
    h("div", { class: "actions" }, h("button", { type: "button", id: "to-people", onclick: () => board.go(opening({ panel: "people" })) }, mark("CONNECTED"), ` ${t("delegations")}: ${t("connectedOf", { n: connected, all: delegations.length })}`),
      session.openedAt && h("button", { type: "button", id: "to-changes", onclick: () => board.go(opening({ panel: "changes" })) }, t("changesSince"))),
    section(t("log"), eventLog(board)),
  ];
}

function agendaRow(board, item) {
  const place = board.placeOfItem(item);
  const isCurrent = item.status === "CURRENT";
  const open = item.proposals.nodes.filter(({ status }) => status === "OPEN");
  const state = place && board.cellAt(place)?.state;
  return h("li", { class: `a-${item.status}` }, h("button", { type: "button", id: `item-${item.order}`, "aria-current": isCurrent ? "step" : null, onclick: () => board.go(opening({ item: item.id })) },
    h("span", { class: "no" }, item.order),
    h("span", { class: "agenda-text" }, h("span", { class: "agenda-title" }, state && item.title.startsWith(`${t(state)}: `) ? item.title.slice(t(state).length + 2) : item.title),
      h("span", { class: "agenda-status" },
        state && h("span", { class: `state s-${state}` }, mark(state), h("b", {}, t(state))),
        item.status !== "OPEN" && h("span", { class: "word" }, t(`agenda_${item.status}`)),
        open.length > 0 && h("span", { class: "word" }, mark("PROPOSAL"), ` ${t("proposalsN", { n: open.length })}`)))));
}

/** The proposals that all required agencies accept: the chair concludes them in one step, without discussion. */
function readySection(board) {
  const { ready } = board.state;
  if (ready.length === 0) return null;
  return h("div", { class: "agreed", id: "ready-proposals" },
    h("p", {}, mark("ACCEPT"), " ", h("b", {}, t("readyProposals", { n: ready.length }))),
    h("ul", { class: "links" }, ready.map(({ id, summary }, at) => h("li", {}, h("button", { type: "button", class: "place-link", id: `ready-${at}`, onclick: () => board.go(opening({ proposal: id })) }, summary)))),
    isHost(board.state) && h("button", { type: "button", class: "primary", id: "conclude-all", disabled: !board.isOnline, onclick: () => concludeAll(board, ready) }, t("concludeAll", { n: ready.length })),
    problemList("ready-problems", board.problemsOf("ready")));
}

/** Conclude proposals one after the other; stop at the first that the hub refuses. */
async function concludeAll(board, ready) {
  for (const { id, version } of ready) if (!(await board.run("agreementConclude", { proposal: id, expectedVersion: version }, { form: "ready", done: t("concluded") }))) return;
}

function eventLog(board) {
  const events = board.state.events.slice(-SHOWN_EVENTS).reverse();
  return events.length > 0 && h("ol", { class: "log" }, events.map((event) => h("li", {}, h("time", { datetime: event.at }, formatTime(event.at)), h("span", {}, event.by && [h("b", {}, agencyLabel(event.by)), " "], t(`event_${event.kind}`), subjectName(board, event)))));
}

/** Return what an event is about, if this window has it. */
function subjectName(board, { subject }) {
  if (!subject) return "";
  const item = board.state.agenda.find(({ id, proposals }) => id === subject.id || proposals.nodes.some((one) => one.id === subject.id));
  return item ? ` · ${t("itemN", { n: item.order })}` : "";
}

/** Return the panel of one point of the agenda: its cell, its proposals, and what the chair may do. */
export function itemPanel(board) {
  const item = board.state.agenda.find(({ id }) => id === board.view.item);
  if (!item) return [panelHead(board, t("agenda")), h("p", { class: "quiet" }, t("itemGone"))];
  const place = board.placeOfItem(item);
  const canPropose = canNegotiate(board.state) && isUnderWay(board.state.session) && item.status !== "AGREED";
  return [
    panelHead(board, item.title, h("p", { class: "agenda-status" }, h("span", {}, t("itemN", { n: item.order })), h("b", {}, t(`agenda_${item.status}`)))),
    place && h("p", {}, h("button", { type: "button", class: "place-link", id: "item-cell", onclick: () => board.showPlace(place) }, placeName(board.state.matrix, place)), " ", board.cellAt(place) && stateChip(board.cellAt(place).state)),
    item.note && h("p", { class: "note" }, item.note),
    canPropose && h("div", { class: "actions" }, h("button", { type: "button", class: "primary", id: "item-propose", disabled: !board.isOnline, onclick: () => board.go({ form: "propose", kind: null }) }, mark("PROPOSAL"), ` ${t("proposeInItem")}`)),
    section(t("proposals"), item.proposals.nodes.length > 0 ? proposalRows(board, item.proposals.nodes) : h("p", { class: "quiet" }, t("proposalsNone"))),
    isHost(board.state) && board.state.session.status !== "CLOSED" && chairSection(board, item),
  ];
}

/** Return proposals as buttons that open them, each with how many required agencies have accepted. */
export function proposalRows(board, proposals) {
  return h("ul", { class: "proposals" }, proposals.map((proposal, at) => {
    const accepted = proposal.requiredParties.filter(({ position }) => position?.stance.startsWith("ACCEPT")).length;
    return h("li", { class: `p-${proposal.status}` }, h("button", { type: "button", id: `proposal-${at}`, onclick: () => board.go({ proposal: proposal.id, form: null, ghost: null }) },
      h("span", { class: "proposal-name" }, proposal.summary),
      h("span", { class: "quiet block" }, t("byAgency", { name: agencyLabel(proposal.by) }), " · ", t(`proposal_${proposal.status}`), proposal.status === "OPEN" && ` · ${t("acceptedOf", { n: accepted, all: proposal.requiredParties.length })}`)));
  }));
}

function chairSection(board, item) {
  const form = `note:${item.id}`;
  const draft = board.drafts.read(form);
  const update = (fields, done) => board.run("agendaItemUpdate", { item: item.id, expectedVersion: item.version, ...fields }, { form, done });
  const note = h("textarea", { rows: 2, maxlength: 2000, oninput: ({ target }) => board.drafts.update(form, { note: target.value }) });
  note.value = draft.note ?? item.note ?? "";
  return section(t("chair"),
    h("div", { class: "actions" },
      STEPS[item.status].map((status) => h("button", { type: "button", id: `set-${status}`, disabled: !board.isOnline, onclick: () => update({ status }, t("itemSet", { status: t(`agenda_${status}`) })) }, t(`set_${status}`))),
      item.order > 1 && h("button", { type: "button", id: "item-up", disabled: !board.isOnline, onclick: () => update({ order: item.order - 1 }, t("itemMoved")) }, t("moveUp")),
      item.proposals.nodes.length === 0 && h("button", { type: "button", id: "item-remove", disabled: !board.isOnline, onclick: async () => { if (await board.run("agendaItemRemove", { item: item.id, expectedVersion: item.version }, { form, done: t("itemRemoved") })) board.go(opening({})); } }, t("itemRemove"))),
    h("form", { class: "board-form", onsubmit: async (event) => { event.preventDefault(); if (await update({ note: note.value.trim() }, t("noteSaved"))) board.drafts.remove(form); } },
      field("item-note", t("minutesNote"), note), problemList("item-problems", board.problemsOf(form)),
      h("button", { type: "submit", disabled: !board.isOnline }, t("save"))));
}

/** Return the form that adds a point to the agenda; a cell that is open becomes what it is about. */
export function itemForm(board) {
  const form = "item";
  const draft = board.drafts.read(form);
  const place = board.view.cell;
  const cell = place && board.cellAt(place);
  const title = h("input", { type: "text", maxlength: 300, autocomplete: "off", required: true, oninput: ({ target }) => board.drafts.update(form, { title: target.value }) });
  title.value = draft.title ?? (cell ? `${t(cell.state)}: ${placeName(board.state.matrix, place)}` : "");
  return [
    panelHead(board, t("itemAdd")),
    h("form", { class: "board-form", novalidate: true, onsubmit: async (event) => {
      event.preventDefault();
      if (!title.value.trim()) { board.showProblems(form, [t("titleNeeded")]); return title.focus(); }
      const payload = await board.run("agendaItemAdd", { session: board.state.session.id, title: title.value.trim(), ...(cell ? { cell: cell.id } : {}) }, { form, done: t("itemAdded") });
      if (payload) { board.drafts.remove(form); board.go(opening({ item: payload.item.id })); }
      return undefined;
    } },
    field("item-title", t("itemTitle"), title, cell ? placeName(board.state.matrix, place) : null), problemList("item-problems", board.problemsOf(form)),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "primary", disabled: !board.isOnline }, t("save")), h("button", { type: "button", id: "form-cancel", onclick: board.back }, t("cancel")))),
  ];
}

/** Return the sentence on the current point for the foot of the page; null without one. */
export function currentItem(agenda) {
  const item = agenda.find(({ status }) => status === "CURRENT");
  return item ? { item, text: t("itemOf", { n: item.order, all: agenda.length }) } : null;
}
