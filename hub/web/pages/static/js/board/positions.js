/**
 * The positions of the delegations on a proposal, the own position, and conditions.
 */
import { h } from "../dom.js";
import { localize, t } from "../i18n.js";
import { mark } from "../marks.js";
import { formatTime } from "../sources/format.js";
import { agencyLabel, agencyName, field, problemList, section } from "./labels.js";
import { canNegotiate, isUnderWay, ownDelegation } from "./store.js";

/** Stances that need no text are taken with one click; the others ask for one. */
const STANCES = ["ACCEPT", "ACCEPT_WITH_CONDITION", "OBJECT", "ABSTAIN"];
const NEEDS_TEXT = new Set(["ACCEPT_WITH_CONDITION", "OBJECT"]);

/** Return the positions: of each agency that must accept, then of the others. */
export function positionSection(proposal) {
  const inForce = new Map(proposal.positions.filter((one) => one.inForce).map((one) => [one.id, one]));
  const counted = new Set(proposal.requiredParties.map(({ position }) => position?.id));
  const others = [...inForce.values()].filter(({ id }) => !counted.has(id));
  return section(t("positions"), h("ul", { class: "positions" },
    proposal.requiredParties.map((one) => positionRow(one.agency, inForce.get(one.position?.id), one, proposal)),
    others.map((one) => positionRow(one.agency, one, null, proposal))));
}

function positionRow(agency, position, required, { conditions }) {
  const stance = position?.stance ?? "WAIT";
  const condition = stance === "ACCEPT_WITH_CONDITION" && conditions.findLast(({ by, status }) => by.id === position.agency.id && status !== "WITHDRAWN");
  return h("li", { class: `st-${stance}` }, mark(stance),
    h("div", {}, h("p", {}, h("b", {}, agencyName(agency)), " ", h("span", { class: "stance" }, t(`stance_${stance}`)), position && position.agency.id !== agency.id && h("span", { class: "quiet" }, ` ${t("takenBy", { name: agencyLabel(position.agency) })}`)),
      required && h("p", { class: "quiet" }, localize(required.because), !required.mandated && h("b", { class: "warn" }, ` · ${t("notMandated")}`)),
      !required && h("p", { class: "quiet" }, t("notRequired")),
      condition && h("p", { class: "quote" }, h("q", {}, condition.text), " ", h("b", {}, t(`condition_${condition.status}`))),
      position?.reason && h("p", { class: "quote" }, h("q", {}, position.reason))),
    position && h("time", { datetime: position.at }, formatTime(position.at)));
}

/** Return the earlier positions, newest first; null if every position is the first of its agency. */
export function historySection({ positionHistory }) {
  const earlier = positionHistory.nodes.filter(({ inForce }) => !inForce);
  return earlier.length > 0 && h("details", { class: "earlier" }, h("summary", {}, t("earlierPositions", { n: earlier.length })),
    h("ul", { class: "positions" }, earlier.map(({ agency, stance, reason, at }) => h("li", {}, mark(stance), h("div", {}, h("p", {}, agencyLabel(agency), " ", t(`stance_${stance}`)), reason && h("p", { class: "quote" }, h("q", {}, reason))), h("time", { datetime: at }, formatTime(at))))));
}

/** Return the own position with its buttons; null for those who cannot take one. */
export function ownPositionSection(board, proposal) {
  if (proposal.status !== "OPEN" || !canNegotiate(board.state) || !isUnderWay(board.state.session)) return null;
  const own = ownDelegation(board.state);
  const current = proposal.positions.find(({ agency, inForce }) => inForce && agency.id === own.agency.id);
  const form = `position:${proposal.id}`;
  const draft = board.drafts.read(form);
  const take = async (stance, text) => {
    const payload = await board.run("positionTake", { proposal: proposal.id, expectedVersion: proposal.version, stance, ...(stance === "OBJECT" ? { reason: text } : {}), ...(stance === "ACCEPT_WITH_CONDITION" ? { condition: text } : {}) },
      { form, done: t("positionTaken", { stance: t(`stance_${stance}`) }) });
    if (payload) { board.drafts.remove(form); board.redraw(); }
  };
  const choose = (stance) => {
    if (!NEEDS_TEXT.has(stance)) return take(stance);
    board.drafts.update(form, { stance });
    board.redraw();
    return document.getElementById("position-text")?.focus();
  };
  return h("fieldset", { class: "own-position" }, h("legend", {}, t("ownPosition", { name: agencyLabel(own.agency) })),
    h("div", { class: "stances" }, STANCES.map((stance) => h("button", { type: "button", id: `stance-${stance}`, class: `st-${stance}`, disabled: !board.isOnline, "aria-pressed": String((draft.stance ?? current?.stance) === stance), onclick: () => choose(stance) }, mark(stance), h("span", {}, t(`stance_${stance}`))))),
    draft.stance && h("form", { class: "board-form", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const text = (board.drafts.read(form).text ?? "").trim();
      if (text) return take(draft.stance, text);
      board.showProblems(form, [t(draft.stance === "OBJECT" ? "reasonMissing" : "conditionMissing")]);
      return document.getElementById("position-text").focus();
    } },
    field("position-text", t(draft.stance === "OBJECT" ? "objectReason" : "conditionText"), textArea(draft.text, (text) => board.drafts.update(form, { text }))),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "primary", id: "position-send", disabled: !board.isOnline }, t("record")), h("button", { type: "button", id: "position-cancel", onclick: () => { board.drafts.update(form, { stance: null }); board.redraw(); } }, t("cancel")))),
    current && !draft.stance && h("button", { type: "button", id: "position-withdraw", disabled: !board.isOnline, onclick: () => board.run("positionWithdraw", { proposal: proposal.id, expectedVersion: proposal.version }, { form, done: t("positionWithdrawn") }) }, t("withdrawPosition")),
    problemList("position-problems", board.problemsOf(form)));
}

/** Return the conditions; the agency that set one resolves it. */
export function conditionSection(board, proposal) {
  const own = ownDelegation(board.state);
  return section(t("conditions"), proposal.conditions.length > 0 && h("ul", { class: "conditions" }, proposal.conditions.map((condition, at) => h("li", { class: `k-${condition.status}` },
    h("p", {}, h("b", {}, agencyLabel(condition.by)), " ", h("q", {}, condition.text)),
    h("p", { class: "quiet" }, t(`condition_${condition.status}`), condition.resolution && `: ${condition.resolution}`),
    condition.status === "OPEN" && own?.agency.id === condition.by.id && canNegotiate(board.state) && resolveForm(board, condition, at)))));
}

function resolveForm(board, condition, at) {
  const form = `condition:${condition.id}`;
  const draft = { outcome: "RESOLVED", ...board.drafts.read(form) };
  const save = (fields) => { Object.assign(draft, fields); board.drafts.update(form, fields); };
  const isCarried = draft.outcome === "CARRIED";
  const agencies = board.state.delegations.map(({ agency }) => agency);
  return h("form", { class: "board-form", novalidate: true, onsubmit: async (event) => {
    event.preventDefault();
    const missing = !draft.resolution?.trim() ? "resolutionMissing" : isCarried && !draft.agency ? "agencyMissing" : isCarried && !draft.dueOn ? "dueMissing" : null;
    if (missing) return board.showProblems(form, [t(missing)]);
    const payload = await board.run("conditionResolve", { condition: condition.id, expectedVersion: condition.version, outcome: draft.outcome, resolution: draft.resolution.trim(), ...(isCarried ? { agency: draft.agency, dueOn: draft.dueOn } : {}) }, { form, done: t("conditionDone") });
    if (payload) { board.drafts.remove(form); board.redraw(); }
    return undefined;
  } },
  h("fieldset", { class: "outcomes" }, h("legend", {}, t("resolveCondition")), ["RESOLVED", "CARRIED", "WITHDRAWN"].map((outcome) => h("label", { class: "choice" },
    h("input", { type: "radio", name: `outcome-${at}`, id: `outcome-${at}-${outcome}`, value: outcome, checked: draft.outcome === outcome, onchange: () => { save({ outcome }); board.redraw(); } }), h("span", {}, t(`outcome_${outcome}`))))),
  field(`resolution-${at}`, t(isCarried ? "whatIsToBeDone" : "howResolved"), textArea(draft.resolution, (resolution) => save({ resolution }))),
  isCarried && [
    field(`carried-agency-${at}`, t("whoDoesIt"), h("select", { onchange: ({ target }) => save({ agency: target.value }) }, h("option", { value: "" }, "–"), agencies.map((agency) => h("option", { value: agency.id, selected: agency.id === draft.agency }, agencyName(agency))))),
    field(`carried-due-${at}`, t("dueOn"), h("input", { type: "date", value: draft.dueOn ?? "", onchange: ({ target }) => save({ dueOn: target.value }) })),
  ],
  problemList(`condition-problems-${at}`, board.problemsOf(form)),
  h("button", { type: "submit", class: "primary", id: `resolve-${at}`, disabled: !board.isOnline }, t("record")));
}

/** Return a field of several lines with its text; `onText` is called with each change. */
export function textArea(text, onText) {
  const area = h("textarea", { rows: 2, maxlength: 4000, oninput: ({ target }) => onText(target.value) });
  area.value = text ?? "";
  return area;
}
