/**
 * GraphQL queries of the matrix page, and the text of a query to copy.
 */

const TEXT_FIELDS = "{ th en }";

/** Value chains, areas of a date, the chosen area and issue: the data of the pickers. */
export const PICKER_QUERY = `query Pickers($on: Date!, $area: String!, $hasArea: Boolean!, $issue: ID!, $hasIssue: Boolean!, $agency: ID!, $hasAgency: Boolean!, $fiscalYears: FiscalYearRange!) {
  valueChains(first: 100) { nodes { id code theme name ${TEXT_FIELDS} template { code } stages { code } } }
  area(by: { code: $area }) @include(if: $hasArea) { id code level name ${TEXT_FIELDS} parents(on: $on) { parent { id code level } } issues(fiscalYears: $fiscalYears, first: 50) { nodes { id code rank name ${TEXT_FIELDS} valueChain { code } } } }
  issue(id: $issue) @include(if: $hasIssue) { id code rank name ${TEXT_FIELDS} valueChain { code } }
  agency(by: { id: $agency }) @include(if: $hasAgency) { id name ${TEXT_FIELDS} }
  regions: areas(level: REGION, on: $on, first: 100) { nodes { id code name ${TEXT_FIELDS} } }
  clusters: areas(level: CLUSTER, on: $on, first: 100) { nodes { id code name ${TEXT_FIELDS} } }
  provinces: areas(level: PROVINCE, on: $on, first: 100) { nodes { id code name ${TEXT_FIELDS} } }
}`;

const HEADER_FIELDS = `index kind key label ${TEXT_FIELDS} path ${TEXT_FIELDS} member { id ... on Stage { code chain { code name ${TEXT_FIELDS} } } ... on Area { code level } ... on Agency { shortName ${TEXT_FIELDS} } }
      notices { code text ${TEXT_FIELDS} }
      total { projectCount additive budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } states { state cells } }`;

/** The fields of a cell that the matrix shows; they need `$phase` and `$names`. */
export const CELL_FIELDS = `id rowIndex columnIndex state projectCount hiddenProjects
      budget(phase: $phase) { amount }
      expected @include(if: $names) { id level statement ${TEXT_FIELDS} citation }
      projects(first: 3) @include(if: $names) { nodes { id name ${TEXT_FIELDS} owner { shortName ${TEXT_FIELDS} } } }`;

/** The fields of a matrix that the pages show; they need `$phase` and `$names`. */
export const MATRIX_FIELDS = `key asOf
    rows { dimension truncated memberCount headers { ${HEADER_FIELDS} } }
    columns { dimension truncated memberCount headers { ${HEADER_FIELDS} } }
    cells { ${CELL_FIELDS} }
    total { projectCount additive budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } states { state cells } }
    notices { code path link text ${TEXT_FIELDS} subjects { id ... on Area { code name ${TEXT_FIELDS} } } }
    sources { source { id name ${TEXT_FIELDS} } asOf }`;

/** The number of projects of each fiscal year, and the sources. */
export const YEAR_COUNTS_QUERY = `query YearCounts($input: MatrixInput!) { matrix(input: $input) { rows { headers { key total { projectCount } } } sources { source { id name ${TEXT_FIELDS} } } } }`;
/** A matrix by its input; `names` adds the first projects and the expected roles of each cell. */
export const MATRIX_QUERY = `query Matrix($input: MatrixInput!, $phase: BudgetPhase!, $names: Boolean!) { matrix(input: $input) { ${MATRIX_FIELDS} } }`;
/** Return the query of a matrix by its key. */
export const savedMatrixQuery = (key) => `query SavedMatrix($phase: BudgetPhase!, $names: Boolean!) { matrix: savedMatrix(key: ${JSON.stringify(key)}) { ${MATRIX_FIELDS} } }`;

const PROVENANCE_FIELDS = `provenance { asserted confidence citation note source { name ${TEXT_FIELDS} } }`;
/** The budget phases in the order in which they happen. */
export const PHASES = ["PLANNED", "REQUESTED", "APPROPRIATED", "ALLOCATED", "CONTRACTED", "DISBURSED"];

/** Return the query of one cell with all details, by its position in the matrix of a key; `cards` adds its projects. */
export const cellQuery = (key) => `query Cell($window: WindowInput!, $phase: BudgetPhase!, $cards: Boolean!) {
  savedMatrix(key: ${JSON.stringify(key)}) { cells(window: $window) {
    id state projectCount hiddenProjects
    stateReasons { code text ${TEXT_FIELDS} }
    ${PHASES.map((phase) => `${phase}: budget(phase: ${phase}) { amount }`).join("\n    ")}
    contributions(phase: $phase, first: 50) @include(if: $cards) { nodes { treatment counted { amount } project { id name ${TEXT_FIELDS} } countedElsewhere { row { label ${TEXT_FIELDS} } column { label ${TEXT_FIELDS} } } } }
    projects(first: 50) @include(if: $cards) { nodes {
      id code name ${TEXT_FIELDS} actorLevel
      owner { id name ${TEXT_FIELDS} } areas { area { name ${TEXT_FIELDS} } } fiscalYears { be }
      ${PROVENANCE_FIELDS}
      linkages(first: 10) { nodes { status share stage { code name ${TEXT_FIELDS} } issue { name ${TEXT_FIELDS} rank } reasons { text ${TEXT_FIELDS} } ${PROVENANCE_FIELDS} } }
    } }
  } }
  rules { code text ${TEXT_FIELDS} citation }
}`;

const CONTRIBUTION_FIELDS = `contributions(phase: $phase, first: $first, after: $after) {
  pageInfo { hasNextPage endCursor } nodes { treatment counted { amount } project { id name ${TEXT_FIELDS} owner { name ${TEXT_FIELDS} shortName ${TEXT_FIELDS} } } } }`;
const TOTAL_FIELDS = `total { additive projectCount budget(phase: $phase) { amount } ${CONTRIBUTION_FIELDS} }`;

/** One page of what a cell consists of, by the id of the cell: without its figures, for which the whole matrix would be counted again. */
export const CELL_PAGE_QUERY = `query CellPage($cell: ID!, $phase: BudgetPhase!, $first: Int!, $after: String) { node(id: $cell) { ... on Cell { ${CONTRIBUTION_FIELDS} } } }`;

/**
 * Return the query of one page of what a total consists of: of a row, a column, or the whole matrix.
 * @param {string} key
 * @param {{row: object | null, column: object | null}} place
 */
export function totalPageQuery(key, { row, column }) {
  const window = row || column ? ", $window: WindowInput!" : "";
  const fields = row || column ? `cells(window: $window) { ${row ? "row" : "column"} { ${TOTAL_FIELDS} } }` : TOTAL_FIELDS;
  return `query Figure($phase: BudgetPhase!, $first: Int!, $after: String${window}) { savedMatrix(key: ${JSON.stringify(key)}) { ${fields} } }`;
}

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
