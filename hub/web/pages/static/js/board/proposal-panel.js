/**
 * One proposal: what would be done, positions, preview, what prevents its conclusion, and its conclusion.
 */
import { h } from "../dom.js";
import { formatDate, localize, t } from "../i18n.js";
import { mark } from "../marks.js";
import { formatTime } from "../sources/format.js";
import { agencyName, problemList, section } from "./labels.js";
import { panelHead } from "./head.js";
import { outcomeSections } from "./outcome.js";
import { conditionSection, historySection, ownPositionSection, positionSection } from "./positions.js";
import { isHost, ownDelegation } from "./store.js";

/** Return the panel of the open proposal. */
export function proposalPanel(board) {
  const proposal = board.state.proposals.get(board.view.proposal);
  if (proposal === undefined) return [panelHead(board, t("proposal")), h("p", { class: "awaited", role: "status" }, t("loadingProposal"), "…")];
  if (proposal === null) return [panelHead(board, t("proposal")), h("p", { class: "quiet" }, t("proposalGone"))];
  const isOpen = proposal.status === "OPEN";
  return [
    panelHead(board, proposal.summary, h("p", { class: "quiet" }, t("byAgency", { name: agencyName(proposal.by) }), " · ", formatTime(proposal.createdAt), " · ", h("b", { id: "proposal-status" }, t(`proposal_${proposal.status}`)))),
    proposal.supersedes && h("p", { class: "quiet" }, t("supersedes"), ": ", h("button", { type: "button", class: "place-link", id: "superseded", onclick: () => board.go({ proposal: proposal.supersedes.id, ghost: null }) }, proposal.supersedes.summary)),
    proposal.agreement && agreementNote(proposal.agreement),
    positionSection(proposal),
    ownPositionSection(board, proposal),
    conditionSection(board, proposal),
    historySection(proposal),
    outcomeSections(board, { operations: repeatsOperation(proposal) ? [] : proposal.operations, changes: isOpen ? proposal.preview : null }),
    isOpen && !proposal.preview && h("p", { class: "warn" }, t("notPossibleNow")),
    isOpen && proposal.preview?.changed.length > 0 && h("label", { class: "choice" }, h("input", { type: "checkbox", id: "ghost", checked: Boolean(board.view.ghost), onchange: ({ target }) => board.go({ ghost: target.checked ? "1" : null }) }), h("span", {}, t("showOnMatrix"))),
    isOpen && conclusion(board, proposal),
  ];
}

/** Return whether the title repeats the only operation: it was made from it. */
const repeatsOperation = ({ operations, summary }) => operations.length === 1 && [operations[0].text.th, operations[0].text.en].includes(summary);

const agreementNote = ({ at, digest, parties, commitments }) => h("div", { class: "agreed", id: "agreement" },
  h("p", {}, mark("ACCEPT"), " ", h("b", {}, t("agreedAt", { time: formatTime(at) })), " · ", parties.map(agencyName).join(", ")),
  commitments.length > 0 && h("ul", {}, commitments.map((one) => h("li", {}, `${agencyName(one.agency)}: ${one.text}${one.dueOn ? ` (${t("until", { day: formatDate(one.dueOn) })})` : ""}`))),
  h("p", { class: "quiet" }, t("notRatifiedYet"), " · ", t("digest"), " ", h("code", {}, digest.slice(0, 12))));

/** The conclusion: what is missing, and the button of the chair, which stays disabled until nothing is missing. */
function conclusion(board, proposal) {
  const form = `conclude:${proposal.id}`;
  const { blockers } = proposal;
  const isReady = blockers.length === 0;
  const canConclude = isHost(board.state);
  const isOwn = ownDelegation(board.state)?.agency.id === proposal.by.id;
  const send = async () => {
    if (!isReady || !board.isOnline) return;
    await board.run("agreementConclude", { proposal: proposal.id, expectedVersion: proposal.version }, { form, done: t("concluded") });
  };
  return section(t("conclusion"),
    isReady ? h("p", { id: "ready" }, mark("ACCEPT"), " ", t("readyToConclude"))
      : [h("p", {}, t("stillMissing")), h("ul", { class: "blockers", id: "blockers" }, blockers.map(({ message }) => h("li", {}, localize(message))))],
    canConclude ? h("button", { type: "button", class: "primary big", id: "conclude", "aria-disabled": String(!isReady || !board.isOnline), "aria-describedby": isReady ? "ready" : "blockers", onclick: send }, t("conclude"))
      : h("p", { class: "quiet" }, t("chairConcludes")),
    h("p", { class: "quiet" }, t("concludeHelp")),
    h("div", { class: "actions" },
      isOwn && h("button", { type: "button", id: "supersede", disabled: !board.isOnline, onclick: () => board.go({ form: "propose", kind: null }) }, t("proposeInstead")),
      isOwn && h("button", { type: "button", id: "withdraw", disabled: !board.isOnline, onclick: () => board.run("proposalWithdraw", { proposal: proposal.id, expectedVersion: proposal.version }, { form, done: t("proposalWithdrawn") }) }, t("withdrawProposal"))),
    problemList("conclude-problems", board.problemsOf(form)));
}
