/**
 * The axes of a matrix: the defaults for what is chosen, and the conversion of a state to the input of a matrix.
 */

/** The dimensions that can be chosen as axes. */
export const AXIS_OPTIONS = ["ACTOR_LEVEL", "STAGE", "ISSUE", "AREA.PROVINCE", "AREA.CLUSTER", "AREA.REGION", "AGENCY", "FISCAL_YEAR", "FUNDING", "LINKAGE_STATUS"];
/** A chain with more stages has them as rows. */
export const MAX_STAGE_COLUMNS = 7;
/** The fiscal years that can be chosen. */
const YEAR_RANGE = { first: 2550, last: 2572 };

/** Return the fiscal years that can be chosen, in the Buddhist era, ascending. */
export const fiscalYears = () => Array.from({ length: YEAR_RANGE.last - YEAR_RANGE.first + 1 }, (_, at) => String(YEAR_RANGE.first + at));

/**
 * Return the axes of a state: the chosen ones, or those that fit the chain or the area.
 * @param {Record<string, string>} state
 * @param {{chain: object | null, issue: object | null, area: object | null}} pickerData
 */
export function resolveAxes(state, pickerData) {
  const [rows, columns] = pickerData.chain ? chainAxes(pickerData.chain) : [areaRows(pickerData), hasSeveralYears(state) && pickerData.area ? "FISCAL_YEAR" : "ACTOR_LEVEL"];
  const chosenRows = validAxis(state.rows, rows);
  const chosenColumns = validAxis(state.columns, columns);
  // The default of one axis gives way to the same dimension chosen for the other.
  if (dimensionOf(chosenRows) !== dimensionOf(chosenColumns)) return { rows: chosenRows, columns: chosenColumns };
  const other = ["ACTOR_LEVEL", "AGENCY"].find((axis) => axis !== chosenRows);
  return state.rows ? { rows: chosenRows, columns: other } : { rows: other, columns: chosenColumns };
}

/** Actors and stages; the stages of a long chain are the rows. */
const chainAxes = (chain) => (chain.stages.length > MAX_STAGE_COLUMNS ? ["STAGE", "ACTOR_LEVEL"] : ["ACTOR_LEVEL", "STAGE"]);

/** A province starts with the agencies that work in it, a cluster with its issues or else its provinces, a larger area with clusters. */
function areaRows({ area, issue }) {
  if (area?.level === "PROVINCE") return "AGENCY";
  if (area?.level === "CLUSTER") return area.issues.nodes.length > 0 && !issue ? "ISSUE" : "AREA.PROVINCE";
  return "AREA.CLUSTER";
}

const dimensionOf = (axis) => axis.split(".")[0];
const validAxis = (chosen, defaultAxis) => (AXIS_OPTIONS.includes(chosen) ? chosen : defaultAxis);
const hasSeveralYears = (state) => Number(state.to ?? 0) > Number(state.fy ?? 0);

/**
 * Return the axes from which a person can choose: an area has no rows of areas above or beside it.
 * @param {{area: object | null}} pickerData
 */
export const axisOptions = ({ area }) => AXIS_OPTIONS.filter((axis) => {
  if (area?.level === "PROVINCE") return !["AREA.CLUSTER", "AREA.REGION"].includes(axis);
  return !(area?.level === "CLUSTER" && axis === "AREA.REGION");
});

/**
 * Return the filter of a state.
 * @param {{chain: object | null, issue: object | null, area: object | null, agency: object | null}} pickerData
 */
export const matrixFilter = ({ chain, issue, area, agency }) => ({
  ...(chain && !issue ? { valueChains: [chain.id] } : {}),
  ...(issue ? { issues: [issue.id] } : {}),
  ...(area ? { areas: [area.id] } : {}),
  ...(agency ? { agencies: [agency.id] } : {}),
});

/**
 * Return the MatrixInput of a state.
 * @param {Record<string, string>} state
 * @param {{chain: object | null, issue: object | null, area: object | null}} pickerData
 */
export function matrixInput(state, pickerData) {
  const { rows, columns } = resolveAxes(state, pickerData);
  const filter = matrixFilter(pickerData);
  const from = Number(state.fy ?? 2554);
  return {
    rows: axisInput(rows, pickerData),
    columns: axisInput(columns, pickerData),
    ...(Object.keys(filter).length ? { filter } : {}),
    fiscalYears: { from: { be: from }, to: { be: Math.max(from, Number(state.to ?? from)) } },
    ...(state.counting && state.counting !== "DISTINCT" ? { counting: state.counting } : {}),
    ...(state.on ? { areasOn: state.on } : {}),
  };
}

/** Return the MatrixInput that counts the projects of each year that can be chosen. */
export const yearCountsInput = (pickerData) => ({
  rows: { dimension: "FISCAL_YEAR" },
  columns: { dimension: "FUNDING" },
  filter: matrixFilter(pickerData),
  fiscalYears: { from: { be: YEAR_RANGE.first }, to: { be: YEAR_RANGE.last } },
});

/** Areas of an axis are the chosen one, those in it, or the one that it is part of; ministries without projects are left out where nobody is expected. */
function axisInput(name, { area, chain, issue }) {
  const [dimension, level] = name.split(".");
  if (dimension === "AGENCY" && area && !chain && !issue) return { dimension, includeEmpty: false };
  if (!level) return { dimension };
  if (area?.level === level) return { dimension, members: { ids: [area.id] } };
  const parent = area?.parents.map((membership) => membership.parent).find((one) => one.level === level);
  if (parent) return { dimension, members: { ids: [parent.id] } };
  if (level === "PROVINCE" && area) return { dimension };
  const under = area && area.level === "REGION" && level === "CLUSTER" ? { under: area.id } : {};
  return { dimension, members: { areaLevel: { level, ...under } } };
}
