/**
 * What the printed board has and the screen has not: the session in words, the time, gaps, overlaps, disputes, positions, and lines to sign.
 */
import { byId, h, replaceChildren } from "../dom.js";
import { formatCitation, formatFiscalYear, localize, t } from "../i18n.js";
import { formatDateTime } from "../sources/format.js";
import { agencyLabel, agencyName } from "./labels.js";
import { cellsByPlace, placeName } from "./places.js";

/** States that are listed on the second page, in this order. */
const LISTED_STATES = ["GAP", "OVERLAP", "DISPUTED", "NOT_REPORTED"];

/** Draw the parts that are only printed. */
export function drawBoardSheet(board) {
  const { agenda, delegations, matrix, session, loadedAt } = board.state;
  replaceChildren(byId("print-head"), h("p", {}, [session.areas.map(({ name }) => localize(name)).join(", "), formatFiscalYear(session.fiscalYear.be), t(`session_${session.status}`), t("printDay", { time: formatDateTime(loadedAt ?? new Date()) })].join(" · ")));
  const nameOf = (id) => agencyLabel(delegations.find(({ agency }) => agency.id === id)?.agency);
  const cells = [...cellsByPlace(matrix)];
  const listed = LISTED_STATES.map((state) => [state, cells.filter(([, cell]) => cell.state === state)]).filter(([, found]) => found.length > 0);
  replaceChildren(byId("print-foot"),
    listed.map(([state, found]) => h("section", {}, h("h2", {}, `${t(state)} (${found.length})`), h("ol", {}, found.map(([place, cell]) => h("li", {}, h("b", {}, placeName(matrix, place)),
      cell.expected?.length > 0 && `: ${localize(cell.expected[0].statement)} (${formatCitation(cell.expected[0].citation)})`,
      cell.pledges.map(({ agency }) => ` · ${t("pledged", { name: agencyLabel(agency) })}`)))))),
    agenda.length > 0 && h("section", {}, h("h2", {}, t("agenda")), h("ol", {}, agenda.map((item) => h("li", {}, h("b", {}, item.title), ` · ${t(`agenda_${item.status}`)}`,
      item.proposals.nodes.map(({ summary, positions }) => h("p", {}, summary, positions.map(({ agency, stance }) => ` · ${nameOf(agency.id)}: ${t(`stance_${stance}`)}`))))))),
    h("div", { class: "signatures" }, delegations.filter(({ role }) => !["OBSERVER", "ADVISORY"].includes(role)).map(({ agency }) => h("p", {}, agencyName(agency), h("span", {}, t("signLine"))))),
    h("p", { class: "key" }, t("printKey"), " ", h("code", {}, matrix.key)));
}
