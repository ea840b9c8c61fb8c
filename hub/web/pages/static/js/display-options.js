/**
 * Display options of a matrix: names of its axes, highlighted states, the open cell.
 */
import { resolveAxes } from "./axes.js";
import { cellMode } from "./density.js";

/**
 * Return the display options of a state. A matrix that was loaded by its key may have other dimensions than the state.
 * @param {Record<string, string>} state
 * @param {object} matrix
 * @param {object} pickerData
 */
export function displayOptions(state, matrix, pickerData) {
  const requestedAxes = resolveAxes(state, pickerData);
  return {
    rows: axisName(matrix.rows, requestedAxes.rows),
    columns: axisName(matrix.columns, requestedAxes.columns),
    phase: state.phase ?? "APPROPRIATED",
    money: Boolean(matrix.total.budget) || matrix.cells.some((cell) => cell.budget),
    only: (state.only ?? "").split(",").filter(Boolean),
    open: state.cell ?? "",
    mode: cellMode(state, matrix),
    sort: state.sort ?? "",
    find: state.find ?? "",
    stage: state.stage ?? stageOfCell(state.cell, matrix),
  };
}

function axisName(axis, requestedAxes) {
  if (requestedAxes.split(".")[0] === axis.dimension) return requestedAxes;
  return axis.dimension === "AREA" ? "AREA.PROVINCE" : axis.dimension;
}

/** Return the key of the open cell's stage, which a narrow screen lists. */
function stageOfCell(cellKey, matrix) {
  const [row, column] = (cellKey ?? "~").split("~");
  return matrix.rows.dimension === "STAGE" ? row : column;
}
