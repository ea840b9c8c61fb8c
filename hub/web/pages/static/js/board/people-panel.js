/**
 * Who takes part: delegations with their capacity, mandate and presence, and the steps of the session for its host.
 */
import { h, replaceChildren } from "../dom.js";
import { localize, t } from "../i18n.js";
import { mark } from "../marks.js";
import { agencyName, field, problemList, section } from "./labels.js";
import { panelHead } from "./head.js";
import { placeName, placesById } from "./places.js";
import { searchAgencies } from "./queries.js";
import { isHost, ownDelegation } from "./store.js";

/** The commands that a host may send, by the status of the session. */
const STEPS = { SCHEDULED: ["sessionOpen"], OPEN: ["sessionSuspend", "sessionClose"], SUSPENDED: ["sessionResume", "sessionClose"], CLOSED: [], RATIFIED: [], CANCELLED: [] };

/** The capacities in which an agency can be invited. */
const ROLES = ["FUNCTION", "AREA", "LOCAL", "ADVISORY", "OBSERVER"];
/** Milliseconds without typing before agencies are searched. */
const SEARCH_DELAY = 300;

/** Return the panel of the delegations. */
export function peoplePanel(board) {
  const { delegations, presence, session } = board.state;
  const connected = delegations.filter(({ id }) => presence.get(id)?.connected).length;
  return [
    panelHead(board, t("delegations"), h("p", { class: "quiet" }, t("connectedOf", { n: connected, all: delegations.length }))),
    h("ul", { class: "people" }, delegations.map((one, at) => personRow(board, one, at))),
    problemList("people-problems", board.problemsOf("people")),
    isHost(board.state) && ["SCHEDULED", "OPEN", "SUSPENDED"].includes(session.status) && inviteForm(board),
    isHost(board.state) && STEPS[session.status].length > 0 && stepSection(board),
    section(t("documents"), h("ul", { class: "links" }, documentLinks(board).map(([href, text]) => h("li", {}, h("a", { href }, text))))),
  ];
}

/** Return the addresses and names of the pages that belong to the session. */
export function documentLinks(board) {
  const path = `${location.pathname.replace(/\/$/, "")}`;
  const language = document.documentElement.lang === "en" ? "?lang=en" : "";
  return [[`${path}/brief${language}`, t("brief")], [`${path}/minutes${language}`, t(board.state.session.status === "CLOSED" ? "minutesFinal" : "minutesDraft")]];
}

function personRow(board, delegation, at) {
  const presence = board.state.presence.get(delegation.id);
  const isOwn = delegation.id === ownDelegation(board.state)?.id;
  const viewing = presence?.viewing && board.state.matrix && placesById(board.state.matrix).get(presence.viewing);
  const status = presence?.connected ? "connected" : "notConnected";
  return h("li", { class: `person-${status}` },
    h("span", { class: "dot" }, mark(presence?.connected ? "CONNECTED" : "NOT_CONNECTED")),
    h("div", {},
      h("p", {}, h("b", {}, agencyName(delegation.agency)), isOwn && ` (${t("own")})`),
      h("p", { class: "quiet" }, [t(`role_${delegation.role}`), t(status), t(delegation.present ? "present" : "absent")].join(" · ")),
      delegation.mandate.text && h("p", { class: "quiet" }, t("mandate"), ": ", delegation.mandate.text),
      viewing && h("p", { class: "quiet" }, t("viewingCell", { name: placeName(board.state.matrix, viewing) })),
      isHost(board.state) && ["SCHEDULED", "OPEN", "SUSPENDED"].includes(board.state.session.status) && h("label", { class: "choice" }, h("input", { type: "checkbox", id: `present-${at}`, checked: delegation.present, disabled: !board.isOnline, onchange: () => setPresent(board, delegation) }), h("span", {}, t("isPresent")))));
}

/** Record whether a delegation is present; what it may agree to stays as it is. */
const setPresent = (board, { agency, version, role, present, mandate }) => board.run("delegationSet", {
  session: board.state.session.id,
  items: [{ agency: agency.id, expectedVersion: version, role, present: !present, operations: mandate.operations, issues: mandate.issues.map(({ id }) => id), maxAmount: mandate.maxAmount?.amount ?? null, text: mandate.text }],
}, { form: "people", done: t(present ? "markedAbsent" : "markedPresent", { name: localize(agency.name) }) });

/** Return the form that invites an agency, which is searched by its name. */
function inviteForm(board) {
  const form = "invite";
  const draft = board.drafts.read(form);
  const save = (fields) => board.drafts.update(form, fields);
  const invited = new Set(board.state.delegations.map(({ agency }) => agency.id));
  const found = h("ul", { class: "found", id: "invite-found" });
  let timer = null;
  const search = async (text) => {
    const agencies = text ? await searchAgencies(text).catch(() => []) : [];
    replaceChildren(found, agencies.filter(({ id }) => !invited.has(id)).map((agency, at) => h("li", {}, h("button", { type: "button", id: `invite-${at}`, onclick: () => { save({ agency: { id: agency.id, name: agency.name } }); board.redraw(); } }, agencyName(agency)))));
  };
  const input = h("input", { type: "search", autocomplete: "off", oninput: ({ target }) => { save({ search: target.value }); clearTimeout(timer); timer = setTimeout(() => search(target.value.trim()), SEARCH_DELAY); } });
  input.value = draft.search ?? "";
  if (!draft.agency) search(input.value.trim());
  const send = async (event) => {
    event.preventDefault();
    if (!draft.agency) return board.showProblems(form, [t("agencyMissing")]);
    const payload = await board.run("delegationSet", { session: board.state.session.id, items: [{ agency: draft.agency.id, role: board.drafts.read(form).role ?? "FUNCTION", present: false, ...(draft.text?.trim() ? { text: draft.text.trim() } : {}) }] }, { form, done: t("invitedDone", { name: localize(draft.agency.name) }) });
    if (payload) { board.drafts.remove(form); board.redraw(); }
    return undefined;
  };
  const mandate = h("input", { type: "text", maxlength: 1000, autocomplete: "off", oninput: ({ target }) => { draft.text = target.value; save({ text: target.value }); } });
  mandate.value = draft.text ?? "";
  return h("details", { class: "invite", open: draft.isOpen, ontoggle: ({ target }) => save({ isOpen: target.open }) }, h("summary", {}, t("invite")),
    h("form", { class: "board-form", novalidate: true, onsubmit: send },
      draft.agency
        ? h("p", { class: "chosen" }, h("b", {}, localize(draft.agency.name)), " ", h("button", { type: "button", id: "invite-change", onclick: () => { save({ agency: null }); board.redraw(); } }, t("changeChoice")))
        : [field("invite-search", t("agencySearch"), input), found],
      field("invite-role", t("capacity"), h("select", { onchange: ({ target }) => save({ role: target.value }) }, ROLES.map((role) => h("option", { value: role, selected: role === (draft.role ?? "FUNCTION") }, t(`role_${role}`))))),
      field("invite-mandate", t("mandate"), mandate),
      problemList("invite-problems", board.problemsOf(form)),
      h("button", { type: "submit", class: "primary", id: "invite-send", disabled: !board.isOnline }, t("invite"))));
}

/** The steps of the session; closing is confirmed, because open proposals lapse. */
function stepSection(board) {
  const { session } = board.state;
  const form = "step";
  const draft = board.drafts.read(form);
  const send = async (name) => {
    const payload = await board.run(name, { session: session.id, expectedVersion: session.version, ...(draft.note?.trim() ? { note: draft.note.trim() } : {}) }, { form, done: t(`${name}Done`) });
    if (payload) { board.drafts.remove(form); board.redraw(); }
  };
  const note = h("input", { type: "text", maxlength: 1000, autocomplete: "off", oninput: ({ target }) => { board.drafts.update(form, { note: target.value }); draft.note = target.value; } });
  note.value = draft.note ?? "";
  const isClosing = draft.isClosing;
  return section(t("chair"),
    field("step-note", t("minutesNote"), note),
    h("div", { class: "actions" }, STEPS[session.status].map((name) => name === "sessionClose"
      ? h("button", { type: "button", id: name, disabled: !board.isOnline, onclick: () => { board.drafts.update(form, { isClosing: true }); board.redraw(); } }, t(name))
      : h("button", { type: "button", class: "primary", id: name, disabled: !board.isOnline, onclick: () => send(name) }, t(name)))),
    isClosing && h("div", { class: "confirm", role: "group", "aria-label": t("sessionClose") }, h("p", {}, t("closeHelp")),
      h("div", { class: "actions" }, h("button", { type: "button", class: "primary", id: "confirm-close", disabled: !board.isOnline, onclick: () => send("sessionClose") }, t("sessionCloseSure")), h("button", { type: "button", id: "cancel-close", onclick: () => { board.drafts.update(form, { isClosing: false }); board.redraw(); } }, t("cancel")))),
    problemList("step-problems", board.problemsOf(form)));
}

