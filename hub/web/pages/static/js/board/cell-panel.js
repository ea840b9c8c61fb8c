/**
 * One cell: what can be proposed, why it has its state, its projects, its proposals, what every level is expected to do, sources.
 */
import { cellSections } from "../cell-details.js";
import { h } from "../dom.js";
import { formatDate, t } from "../i18n.js";
import { mark } from "../marks.js";
import { formatTime } from "../sources/format.js";
import { proposalRows } from "./agenda-panel.js";
import { agencyName, section, stateChip } from "./labels.js";
import { panelHead } from "./head.js";
import { placeName } from "./places.js";
import { canNegotiate, isHost, isUnderWay } from "./store.js";
import { opening } from "./view-state.js";

/** Return the panel of the open cell. */
export function cellPanel(board) {
  const place = board.view.cell;
  const cell = board.cellAt(place);
  if (!cell) return [panelHead(board, t("matrix")), h("p", { class: "quiet" }, t("cellGone"))];
  const { rows, columns } = board.state.matrix;
  const details = board.cellDetails(place);
  const event = board.state.marks.get(place);
  const selection = { cell, row: rows.headers[cell.rowIndex], column: columns.headers[cell.columnIndex], matrix: board.state.matrix, pickerData: { chain: null } };
  const items = board.itemsAt(place);
  const proposals = board.proposalsAt(place);
  return [
    panelHead(board, placeName(board.state.matrix, place), stateChip(cell.state), event && h("p", { class: "changed-note" }, t("changedAt", { time: formatTime(event.at) }))),
    actions(board, cell, place, items),
    cell.pledges.length > 0 && section(t("pledges"), h("ul", { class: "pledges" }, cell.pledges.map(({ agency, text, dueOn }) => h("li", {}, mark("PLEDGE"), h("div", {}, h("p", {}, h("b", {}, agencyName(agency))), h("p", {}, text), dueOn && h("p", { class: "quiet" }, t("dueOn"), " ", formatDate(dueOn)))))), h("p", { class: "quiet" }, t("pledgeHelp"))),
    section(t("agenda"), items.length > 0 && h("ul", { class: "links" }, items.map((item, at) => h("li", {}, h("button", { type: "button", class: "place-link", id: `cell-item-${at}`, onclick: () => board.go(opening({ item: item.id })) }, t("itemN", { n: item.order }), " ", item.title))))),
    section(t("proposals"), proposals.length > 0 && proposalRows(board, proposals)),
    details ? cellSections(selection, details, { phase: "APPROPRIATED", more: board.moreFigures }) : h("p", { class: "awaited", role: "status" }, t("loadingCell"), "…"),
  ];
}

function actions(board, cell, place, items) {
  const { session } = board.state;
  if (!isUnderWay(session)) return null;
  if (!canNegotiate(board.state)) return isHost(board.state) && items.length === 0 ? h("div", { class: "actions" }, agendaButton(board)) : null;
  if (cell.state === "RESTRICTED") return null;
  const propose = (kind) => () => board.go({ form: "propose", kind });
  return h("div", { class: "actions" },
    h("button", { type: "button", class: "primary", id: "propose-link", disabled: !board.isOnline, onclick: propose("LINKAGE_ADD") }, mark("PROPOSAL"), " ", t("proposeLink")),
    cell.state === "GAP" && h("button", { type: "button", id: "propose-gap", disabled: !board.isOnline, onclick: propose("GAP_TAKE") }, mark("PLEDGE"), " ", t("takeGap")),
    cell.projectCount > 0 && h("button", { type: "button", id: "propose-other", disabled: !board.isOnline, onclick: propose("LINKAGE_MOVE") }, t("proposeOther")),
    items.length === 0 && agendaButton(board));
}

const agendaButton = (board) => h("button", { type: "button", id: "cell-to-agenda", disabled: !board.isOnline, onclick: () => board.go({ form: "item" }) }, t("putOnAgenda"));
