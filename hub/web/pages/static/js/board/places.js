/**
 * Places of cells on the board, and the difference between two answers. A place is the key of the row, ~ and the key of the column.
 */
import { headerLabel } from "../header-label.js";

/** So many projects of a cell are named on the matrix. */
const SHOWN_PROJECTS = 3;

/** Return the place of a cell that names its row and column. */
export const placeOf = (cell) => `${cell.row.key}~${cell.column.key}`;

/** Return the cells of a matrix by place. */
export const cellsByPlace = (matrix) => new Map(matrix.cells.map((cell) => [`${matrix.rows.headers[cell.rowIndex].key}~${matrix.columns.headers[cell.columnIndex].key}`, cell]));

/** Return the places of a matrix by the ids of their cells. */
export const placesById = (matrix) => new Map([...cellsByPlace(matrix)].map(([place, cell]) => [cell.id, place]));

/** Return the name of a place: row × column; the place itself if the matrix does not have it. */
export function placeName(matrix, place) {
  const cell = matrix && cellsByPlace(matrix).get(place);
  return cell ? `${headerLabel(matrix.rows.headers[cell.rowIndex])} × ${headerLabel(matrix.columns.headers[cell.columnIndex])}` : place;
}

const content = ({ state, projectCount, budget, projects, pledges }) => JSON.stringify([state, projectCount, budget?.amount, projects?.nodes.map(({ id }) => id), pledges?.map(({ id, status }) => [id, status])]);

/** Return the places of cells that differ between two answers, each with the cell before and after. */
export function changedPlaces(before, after) {
  const old = cellsByPlace(before);
  return [...cellsByPlace(after)].filter(([place, cell]) => old.has(place) && content(old.get(place)) !== content(cell)).map(([place, cell]) => ({ place, before: old.get(place), after: cell }));
}

/**
 * Return the changes of a preview with the projects that linkages would add: a preview counts them, and the hub lists only stored ones.
 * @param {object[]} changes
 * @param {object[]} operations
 */
export function nameAddedProjects(changes, operations) {
  const added = operations.filter(({ kind, target }) => kind === "LINKAGE_ADD" && target?.name).map(({ target }) => target);
  return changes.map((change) => {
    const { before, after } = change;
    const missing = (after?.projectCount ?? 0) - (after?.projects?.nodes.length ?? 0);
    if (!after || missing <= 0 || added.length !== after.projectCount - (before?.projectCount ?? 0)) return change;
    const shown = [...(before?.projects?.nodes ?? []), ...added].slice(0, SHOWN_PROJECTS);
    return { ...change, after: { ...after, projects: { nodes: shown } } };
  });
}

/** Return a matrix whose changed cells show what a proposal would make of them. */
export function withPreview(matrix, changes) {
  const afterByPlace = new Map(changes.filter(({ after }) => after).map(({ after }) => [placeOf(after), after]));
  const places = placesById(matrix);
  return { ...matrix, cells: matrix.cells.map((cell) => {
    const after = afterByPlace.get(places.get(cell.id));
    return after ? { ...cell, ...after, expected: after.expected ?? cell.expected, id: cell.id, rowIndex: cell.rowIndex, columnIndex: cell.columnIndex } : cell;
  }) };
}

/** Return a matrix with its rows as columns. */
export function transpose(matrix) {
  return { ...matrix, rows: matrix.columns, columns: matrix.rows, cells: matrix.cells.map((cell) => ({ ...cell, rowIndex: cell.columnIndex, columnIndex: cell.rowIndex })).sort((a, b) => a.rowIndex - b.rowIndex || a.columnIndex - b.columnIndex) };
}
