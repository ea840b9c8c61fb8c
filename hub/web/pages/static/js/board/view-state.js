/**
 * What the board shows, stored in the query string of its URL: an agenda can link to a cell or a proposal, and the browser's Back button works.
 */

const PARAMETERS = ["panel", "item", "proposal", "cell", "form", "kind", "ghost", "swap", "only", "stage", "show", "lang"];
/** What is open in the panel; opening one thing closes the others. */
const OPEN = { panel: null, item: null, proposal: null, cell: null, form: null, kind: null, ghost: null };

/** Return what a query string describes. */
export function parseView(search = location.search) {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(PARAMETERS.map((name) => [name, parameters.get(name)]).filter(([, value]) => value));
}

/** Return the view after a change; parameters that are null are removed. */
export const changeView = (view, change) => Object.fromEntries(Object.entries({ ...view, ...change }).filter(([, value]) => value));

/** Return the change that opens one thing in the panel and closes what was open. */
export const opening = (what) => ({ ...OPEN, ...what });

/** Return the URL of a view. */
export function formatView(view) {
  const parameters = new URLSearchParams();
  for (const name of PARAMETERS) if (view[name]) parameters.set(name, view[name]);
  return `${location.pathname}${parameters.size ? `?${parameters}` : ""}`;
}

/**
 * Return the kind of panel that a view shows; null if none is open. Where the agenda fits beside the matrix it is open unless it was closed.
 * @param {Record<string, string>} view
 * @param {boolean} fitsBeside
 * @returns {"form" | "proposal" | "item" | "cell" | "people" | "changes" | "agenda" | null}
 */
export function panelOf(view, fitsBeside) {
  if (view.form) return "form";
  if (view.proposal) return "proposal";
  if (view.item) return "item";
  if (view.cell) return "cell";
  if (["people", "agenda", "changes"].includes(view.panel)) return view.panel;
  return fitsBeside && view.panel !== "none" ? "agenda" : null;
}

/** Return the change that goes back by one step: from a form to what it belongs to, from a proposal to its item or cell, else to the agenda. */
export function stepBack(view, fitsBeside) {
  if (view.form) return { form: null, kind: null, ghost: null };
  if (view.proposal && (view.item || view.cell)) return { proposal: null, ghost: null };
  if (view.proposal || view.item || view.cell) return opening({});
  return opening(fitsBeside ? { panel: "none" } : {});
}
