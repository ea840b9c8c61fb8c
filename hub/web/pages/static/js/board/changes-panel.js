/**
 * What has changed on the matrix since the session was opened, and the agreements that explain it.
 */
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { formatDateTime, formatTime } from "../sources/format.js";
import { panelHead } from "./head.js";
import { changeRow, totals } from "./outcome.js";
import { placeOf } from "./places.js";
import { opening } from "./view-state.js";

/** Return the panel of the changes. */
export function changesPanel(board) {
  const changes = board.state.matrix && board.changes();
  const head = panelHead(board, t("changesSince"), board.state.session.openedAt && h("p", { class: "quiet" }, formatDateTime(board.state.session.openedAt)));
  if (!board.state.session.openedAt) return [head, h("p", { class: "quiet" }, t("notOpenedYet"))];
  if (changes === null) return [head, h("p", { class: "awaited", role: "status" }, t("loading"), "…")];
  if (changes.changed.length === 0) return [head, h("p", { class: "quiet" }, t("noChangesYet"))];
  return [head,
    h("ul", { class: "changes" }, changes.changed.map((change, at) => changeRow(board, change,
      h("p", {}, h("button", { type: "button", class: "place-link", id: `change-${at}`, onclick: () => board.showPlace(placeOf(change.after ?? change.before)) }, t("openCell"))),
      change.agreements.map((agreement, index) => agreement.proposal && h("p", { class: "quiet" }, t("agreedAt", { time: formatTime(agreement.at) }), ": ",
        h("button", { type: "button", class: "place-link", id: `change-${at}-${index}`, onclick: () => board.go(opening({ proposal: agreement.proposal.id })) }, agreement.proposal.summary)))))),
    totals(changes)];
}
