/**
 * How an answer is looked at: which words its axes have, which states are lit, which cell is open.
 */
import { axesOf } from "./questions.js";

/**
 * The look of a state on a matrix. A matrix that came by its key says its own dimensions.
 * @param {Record<string, string>} state
 * @param {object} matrix
 * @param {object} context
 */
export function lookOf(state, matrix, context) {
  const axes = axesOf(state, context);
  return {
    rows: worded(matrix.rows, axes.rows),
    columns: worded(matrix.columns, axes.columns),
    phase: state.phase ?? "APPROPRIATED",
    money: Boolean(matrix.total.budget) || matrix.cells.some((cell) => cell.budget),
    only: (state.only ?? "").split(",").filter(Boolean),
    open: state.cell ?? "",
    stage: state.stage ?? stageOf(state.cell, matrix),
  };
}

function worded(axis, axes) {
  if (axes.split(".")[0] === axis.dimension) return axes;
  return axis.dimension === "AREA" ? "AREA.PROVINCE" : axis.dimension;
}

/** The stage of the open cell: a tablet lists the one it belongs to. */
function stageOf(place, matrix) {
  const [row, column] = (place ?? "~").split("~");
  return matrix.rows.dimension === "STAGE" ? row : column;
}
