/**
 * How an answer is looked at: which words its axes have, which states are lit, which cell is open.
 */
import { resolveAxes } from "./queries.js";

/**
 * The look of a state on a matrix. A matrix that came by its key says its own dimensions.
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
    stage: state.stage ?? stageOfCell(state.cell, matrix),
  };
}

function axisName(axis, requestedAxes) {
  if (requestedAxes.split(".")[0] === axis.dimension) return requestedAxes;
  return axis.dimension === "AREA" ? "AREA.PROVINCE" : axis.dimension;
}

/** The stage of the open cell: a tablet lists the one it belongs to. */
function stageOfCell(cellKey, matrix) {
  const [row, column] = (cellKey ?? "~").split("~");
  return matrix.rows.dimension === "STAGE" ? row : column;
}
