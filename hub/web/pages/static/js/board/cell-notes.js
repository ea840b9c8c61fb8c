/**
 * What the session knows about cells: proposals, who is looking at them, pledges, the current point, a preview.
 */
import { agencyLabel } from "./labels.js";
import { placeOf, placesById } from "./places.js";
import { ownDelegation } from "./store.js";

/**
 * Return the notes on cells, by place.
 * @param {object} state of the session
 * @param {object[]} changes that a preview shows
 */
export function cellNotes(state, changes) {
  const places = placesById(state.matrix);
  const current = state.agenda.find(({ status }) => status === "CURRENT")?.cellId;
  return {
    marks: state.marks,
    proposals: countProposals(state.agenda, places),
    viewing: listViewers(state, places),
    current: places.get(current) ?? "",
    ghost: new Map(changes.filter(({ after }) => after).map((change) => [placeOf(change.after), change])),
    pledges: new Map(state.matrix.cells.filter(({ pledges }) => pledges.length > 0).map((cell) => [places.get(cell.id), cell.pledges])),
  };
}

/**
 * Return the places that a proposal is about: those that its operations change, or the cell of its point if they name none.
 * @param {{cellId: string | null}} item
 * @param {{operations: object[]}} proposal
 * @param {Map<string, string>} places by the ids of cells
 */
export function placesOfProposal(item, { operations }, places) {
  const cells = operations.flatMap((operation) => operation.cells);
  return new Set((cells.length > 0 ? cells : [item.cellId]).map((cell) => places.get(cell)).filter(Boolean));
}

function countProposals(agenda, places) {
  const counts = new Map();
  for (const item of agenda) for (const proposal of item.proposals.nodes) if (proposal.status === "OPEN")
    for (const place of placesOfProposal(item, proposal, places)) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
}

/** Return the short names of the other delegations that have a cell open. */
function listViewers(state, places) {
  const viewing = new Map();
  const own = ownDelegation(state);
  for (const delegation of state.delegations) {
    const seen = state.presence.get(delegation.id);
    const place = seen?.connected && seen.viewing && delegation.id !== own?.id ? places.get(seen.viewing) : null;
    if (place) viewing.set(place, [...(viewing.get(place) ?? []), agencyLabel(delegation.agency)]);
  }
  return viewing;
}
