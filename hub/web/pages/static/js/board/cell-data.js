/**
 * What is loaded of a cell when it is opened: its details, and what can be chosen for operations in it. It is loaded again when the matrix changes.
 */
import { loadPlace } from "../cell-drawer.js";
import { loadFigurePage } from "../figure-pages.js";
import { cellsByPlace } from "./places.js";
import { loadCellChoices, loadChanges, loadIssues } from "./queries.js";

const PHASE = "APPROPRIATED";

/**
 * Return the functions that read what was loaded of a cell; null while it is being loaded.
 * @param {object} state of the session
 * @param {{onLoaded: () => void, onError: (error: Error) => void}} handlers
 */
export function createCellData(state, { onLoaded, onError }) {
  const loaded = new Map();
  const keyOf = (place, part) => `${state.matrix.key} ${state.matrix.asOf} ${place} ${part}`;
  const cellAt = (place) => cellsByPlace(state.matrix).get(place);
  const selectionOf = (cell) => ({ cell, row: state.matrix.rows.headers[cell.rowIndex], column: state.matrix.columns.headers[cell.columnIndex] });

  /** Return what was loaded under a key, or load it. What the hub refused is not requested again, and `none` is returned; what could not be sent is, with the next drawing. */
  function read(key, load, none) {
    if (loaded.has(key)) return loaded.get(key);
    loaded.set(key, null);
    load().then((content) => { loaded.set(key, content); onLoaded(); }, (error) => {
      if (["offline", "unready"].includes(error.kind)) loaded.delete(key);
      else loaded.set(key, none);
      onError(error);
    });
    return null;
  }

  return {
    details: (place) => read(keyOf(place, "details"), () => loadPlace(state.matrix.key, selectionOf(cellAt(place)), PHASE), null),
    choices: (place) => read(keyOf(place, "choices"), () => loadCellChoices(cellAt(place).id), { projects: { nodes: [] } }),
    /** Return what has changed since the session was opened. */
    changes: () => read(`${state.matrix.key} ${state.matrix.asOf} changes`, () => loadChanges(state.session.id), { changed: [] }),
    /** Return the strategic issues of the areas of the session, which do not change with the matrix. */
    issues: () => read("issues", () => loadIssues(state.session.id, state.session.fiscalYear.be), []),
    /** Load the next page of the projects of a cell with many. */
    async loadMore(place) {
      const key = keyOf(place, "details");
      const before = loaded.get(key);
      loaded.set(key, { ...before, pages: await loadFigurePage(state.matrix.key, selectionOf(cellAt(place)), PHASE, before.pages) });
      onLoaded();
    },
  };
}
