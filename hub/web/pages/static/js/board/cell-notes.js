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

function countProposals(agenda, places) {
  const counts = new Map();
  const open = agenda.flatMap(({ proposals }) => proposals.nodes).filter(({ status }) => status === "OPEN");
  for (const { operations } of open) {
    const touched = new Set(operations.flatMap(({ cells }) => cells).map((cell) => places.get(cell)).filter(Boolean));
    for (const place of touched) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
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
