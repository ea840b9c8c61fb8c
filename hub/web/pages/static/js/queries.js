/**
 * GraphQL queries of the matrix page, and the conversion of a state to the input of a matrix.
 */

const TEXT_FIELDS = "{ th en }";

/** Value chains, areas of a date, the chosen area and issue: the data of the pickers. */
export const PICKER_QUERY = `query Pickers($on: Date!, $area: String!, $hasArea: Boolean!, $issue: ID!, $hasIssue: Boolean!, $fiscalYears: FiscalYearRange!) {
  valueChains(first: 100) { nodes { id code theme name ${TEXT_FIELDS} template { code } stages { code } } }
  area(by: { code: $area }) @include(if: $hasArea) { id code level name ${TEXT_FIELDS} issues(fiscalYears: $fiscalYears, first: 50) { nodes { id code rank name ${TEXT_FIELDS} valueChain { code } } } }
  issue(id: $issue) @include(if: $hasIssue) { id code rank name ${TEXT_FIELDS} valueChain { code } }
  regions: areas(level: REGION, on: $on, first: 100) { nodes { id code name ${TEXT_FIELDS} } }
  clusters: areas(level: CLUSTER, on: $on, first: 100) { nodes { id code name ${TEXT_FIELDS} } }
  provinces: areas(level: PROVINCE, on: $on, first: 100) { nodes { id code name ${TEXT_FIELDS} } }
}`;

const HEADER_FIELDS = `index kind key label ${TEXT_FIELDS} path ${TEXT_FIELDS} member { id ... on Stage { code chain { code name ${TEXT_FIELDS} } } ... on Area { code level } }
      notices { code text ${TEXT_FIELDS} }
      total { projectCount additive budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } states { state cells } }`;

const MATRIX_FIELDS = `key asOf
    rows { dimension truncated memberCount headers { ${HEADER_FIELDS} } }
    columns { dimension truncated memberCount headers { ${HEADER_FIELDS} } }
    cells {
      id rowIndex columnIndex state projectCount hiddenProjects
      budget(phase: $phase) { amount }
      expected { id level statement ${TEXT_FIELDS} citation }
      projects(first: 3) { nodes { id name ${TEXT_FIELDS} owner { shortName ${TEXT_FIELDS} } } }
    }
    total { projectCount additive budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } states { state cells } }
    notices { code path link text ${TEXT_FIELDS} }
    sources { source { id name ${TEXT_FIELDS} } asOf }`;

/** A matrix by its input. */
export const MATRIX_QUERY = `query Matrix($input: MatrixInput!, $phase: BudgetPhase!) { matrix(input: $input) { ${MATRIX_FIELDS} } }`;
/** Return the query of a matrix by its key. */
export const savedMatrixQuery = (key) => `query SavedMatrix($phase: BudgetPhase!) { matrix: savedMatrix(key: ${JSON.stringify(key)}) { ${MATRIX_FIELDS} } }`;

const PROVENANCE_FIELDS = `provenance { asserted confidence citation note source { name ${TEXT_FIELDS} } }`;
/** The budget phases in the order in which they happen. */
export const PHASES = ["PLANNED", "REQUESTED", "APPROPRIATED", "ALLOCATED", "CONTRACTED", "DISBURSED"];

/** Return the query of one cell with all details, by its position in the matrix of a key. */
export const cellQuery = (key) => `query Cell($window: WindowInput!, $phase: BudgetPhase!) {
  savedMatrix(key: ${JSON.stringify(key)}) { cells(window: $window) {
    id state projectCount hiddenProjects
    stateReasons { code text ${TEXT_FIELDS} }
    ${PHASES.map((phase) => `${phase}: budget(phase: ${phase}) { amount }`).join("\n    ")}
    contributions(phase: $phase, first: 50) { nodes { treatment counted { amount } project { id name ${TEXT_FIELDS} } countedElsewhere { row { label ${TEXT_FIELDS} } column { label ${TEXT_FIELDS} } } } }
    projects(first: 50) { totalCount nodes {
      id code name ${TEXT_FIELDS} actorLevel
      owner { name ${TEXT_FIELDS} } areas { area { name ${TEXT_FIELDS} } } fiscalYears { be }
      ${PROVENANCE_FIELDS}
      linkages(first: 10) { nodes { status share stage { code name ${TEXT_FIELDS} } issue { name ${TEXT_FIELDS} rank } reasons { text ${TEXT_FIELDS} } ${PROVENANCE_FIELDS} } }
    } }
  } }
  rules { code text ${TEXT_FIELDS} citation }
}`;

/** Return the query of the provenance of a matrix, for the note in the footer; it is sent after the matrix is drawn. */
export const assumptionsQuery = (key) => `query Assumptions { savedMatrix(key: ${JSON.stringify(key)}) { total { contributions(first: 50) { nodes {
  project { fiscalYears { be } provenance { asserted citation note } }
  linkage { provenance { asserted citation note } }
} } } } }`;

/** Provinces with their tiles and clusters on a date. */
export const MAP_QUERY = `query Map($on: Date!) {
  provinces: areas(level: PROVINCE, on: $on, first: 100) { nodes { id code kind name ${TEXT_FIELDS} shortName ${TEXT_FIELDS} tile { column row } parents(on: $on) { parent { code level } } } }
  clusters: areas(level: CLUSTER, on: $on, first: 100) { nodes {
    id code name ${TEXT_FIELDS} validFrom validTo operationsCentre(on: $on) { code name ${TEXT_FIELDS} }
    head(on: $on) { text ${TEXT_FIELDS} rule { code text ${TEXT_FIELDS} citation } authority }
    provenance { asserted citation source { name ${TEXT_FIELDS} } }
  } }
  country: area(by: { code: "TH" }) { notices(on: $on) { code count text ${TEXT_FIELDS} } }
}`;

/** The dimensions that can be chosen as axes. */
export const AXIS_OPTIONS = ["ACTOR_LEVEL", "STAGE", "ISSUE", "AREA.PROVINCE", "AREA.CLUSTER", "AREA.REGION", "AGENCY", "FISCAL_YEAR", "FUNDING", "LINKAGE_STATUS"];
/** A chain with more stages has them as rows. */
export const MAX_STAGE_COLUMNS = 7;

/**
 * Return the axes of a state: the chosen ones, or by default actors and stages; the stages of a long chain are the rows.
 * @param {Record<string, string>} state
 * @param {{chain: object | null}} pickerData
 */
export function resolveAxes(state, { chain }) {
  const stagesAsRows = chain && chain.stages.length > MAX_STAGE_COLUMNS;
  const defaultAxis = chain ? ["ACTOR_LEVEL", "STAGE"] : ["AREA.CLUSTER", "ACTOR_LEVEL"];
  const [rows, columns] = stagesAsRows ? defaultAxis.toReversed() : defaultAxis;
  return { rows: validAxis(state.rows, rows), columns: validAxis(state.columns, columns) };
}

const validAxis = (chosen, defaultAxis) => (AXIS_OPTIONS.includes(chosen) ? chosen : defaultAxis);

/**
 * Return the MatrixInput of a state.
 * @param {Record<string, string>} state
 * @param {{chain: object | null, issue: object | null, area: object | null}} pickerData
 */
export function matrixInput(state, pickerData) {
  const { rows, columns } = resolveAxes(state, pickerData);
  const filter = {
    ...(pickerData.chain && !pickerData.issue ? { valueChains: [pickerData.chain.id] } : {}),
    ...(pickerData.issue ? { issues: [pickerData.issue.id] } : {}),
    ...(pickerData.area ? { areas: [pickerData.area.id] } : {}),
  };
  const from = Number(state.fy ?? 2554);
  return {
    rows: axisInput(rows, pickerData.area),
    columns: axisInput(columns, pickerData.area),
    ...(Object.keys(filter).length ? { filter } : {}),
    fiscalYears: { from: { be: from }, to: { be: Math.max(from, Number(state.to ?? from)) } },
    ...(state.counting && state.counting !== "DISTINCT" ? { counting: state.counting } : {}),
    ...(state.on ? { areasOn: state.on } : {}),
  };
}

function axisInput(name, area) {
  const [dimension, level] = name.split(".");
  if (!level || (level === "PROVINCE" && (!area || area.level !== "PROVINCE") && area)) return { dimension };
  if (area?.level === level) return { dimension, members: { ids: [area.id] } };
  const under = area && area.level === "REGION" && level === "CLUSTER" ? { under: area.id } : {};
  return { dimension, members: { areaLevel: { level, ...under } } };
}

const ENUMS = new Set(["dimension", "level", "kind", "counting", "orderBy"]);

/**
 * Return a value as a GraphQL literal.
 * @param {unknown} value
 * @param {string} [name] the name of its field
 * @returns {string}
 */
export function graphqlLiteral(value, name = "") {
  if (Array.isArray(value)) return `[${value.map((item) => graphqlLiteral(item, name)).join(", ")}]`;
  if (value && typeof value === "object")
    return `{ ${Object.entries(value).map(([key, fieldValue]) => `${key}: ${graphqlLiteral(fieldValue, key)}`).join(", ")} }`;
  return ENUMS.has(name) ? String(value) : JSON.stringify(value);
}

/**
 * Return the query of a matrix as a complete GraphQL document, to copy.
 * @param {object | null} input null: use the key
 * @param {string} key
 * @param {string} phase
 */
export function matrixQueryText(input, key, phase) {
  const root = input ? `matrix(input: ${graphqlLiteral(input)})` : `savedMatrix(key: ${JSON.stringify(key)})`;
  return `{
  ${root} {
    key
    rows { headers { index label { th en } total { projectCount } } }
    columns { headers { index label { th en } total { projectCount } } }
    cells {
      rowIndex columnIndex state projectCount
      budget(phase: ${phase}) { amount }
      stateReasons { code text { th } }
      expected { level statement { th } citation }
      projects(first: 3) { nodes { name { th en } owner { name { th } } } }
    }
    total { projectCount additive states { state cells } }
  }
}
`;
}
