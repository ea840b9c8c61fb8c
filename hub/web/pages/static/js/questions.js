/**
 * What the explorer asks the hub, and how a state becomes the input of a matrix.
 */

const NAME = "{ th en }";

/** Chains, areas of a day, the chosen area and issue: what the pickers need. */
export const PICKERS = `query Pickers($on: Date!, $area: String!, $hasArea: Boolean!, $issue: ID!, $hasIssue: Boolean!, $fiscalYear: FiscalYearInput!) {
  valueChains(first: 100) { nodes { id code theme name ${NAME} template { code } stages { code } } }
  area(by: { code: $area }) @include(if: $hasArea) { id code level name ${NAME} issues(fiscalYear: $fiscalYear, first: 50) { nodes { id code rank name ${NAME} valueChain { code } } } }
  issue(id: $issue) @include(if: $hasIssue) { id code rank name ${NAME} valueChain { code } }
  regions: areas(level: REGION, on: $on, first: 100) { nodes { id code name ${NAME} } }
  clusters: areas(level: CLUSTER, on: $on, first: 100) { nodes { id code name ${NAME} } }
  provinces: areas(level: PROVINCE, on: $on, first: 100) { nodes { id code name ${NAME} } }
}`;

const HEADER = `index kind key label ${NAME} path ${NAME} member { id ... on Stage { code chain { code name ${NAME} } } ... on Area { code level } }
      total { projectCount additive budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } states { state cells } }`;

const SHOWN = `key asOf
    rows { dimension truncated memberCount headers { ${HEADER} } }
    columns { dimension truncated memberCount headers { ${HEADER} } }
    cells {
      id rowIndex columnIndex state projectCount hiddenProjects
      budget(phase: $phase) { amount }
      expected { id level statement ${NAME} citation }
      projects(first: 3) { nodes { id name ${NAME} owner { shortName ${NAME} } } }
    }
    total { projectCount additive budget(phase: $phase) { amount } sumOfCells(phase: $phase) { amount } states { state cells } }
    notices { code text ${NAME} }
    sources { source { id name ${NAME} } asOf }`;

/** The matrix of a question. */
export const MATRIX = `query Matrix($input: MatrixInput!, $phase: BudgetPhase!) { matrix(input: $input) { ${SHOWN} } }`;
/** The matrix of a key. */
export const saved = (key) => `query SavedMatrix($phase: BudgetPhase!) { matrix: savedMatrix(key: ${JSON.stringify(key)}) { ${SHOWN} } }`;

const PROVENANCE = `provenance { asserted confidence citation note source { name ${NAME} } }`;
const PHASES = ["PLANNED", "REQUESTED", "APPROPRIATED", "ALLOCATED", "CONTRACTED", "DISBURSED"];
/** The phases of money, in the order they happen. */
export { PHASES };

/** One cell in full, found by its place in the matrix of a key. */
export const cellOf = (key) => `query Cell($window: WindowInput!, $phase: BudgetPhase!) {
  savedMatrix(key: ${JSON.stringify(key)}) { cells(window: $window) {
    id state projectCount hiddenProjects
    stateReasons { code text ${NAME} }
    ${PHASES.map((phase) => `${phase}: budget(phase: ${phase}) { amount }`).join("\n    ")}
    contributions(phase: $phase, first: 50) { nodes { treatment counted { amount } project { id name ${NAME} } countedElsewhere { row { label ${NAME} } column { label ${NAME} } } } }
    projects(first: 50) { totalCount nodes {
      id code name ${NAME} actorLevel
      owner { name ${NAME} } areas { area { name ${NAME} } } fiscalYears { be }
      ${PROVENANCE}
      linkages(first: 10) { nodes { status share stage { code name ${NAME} } issue { name ${NAME} rank } reasons { text ${NAME} } ${PROVENANCE} } }
    } }
  } }
  rules { code text ${NAME} citation }
}`;

/** How what is shown came to be held: asked after the matrix stands, for the note in the foot. */
export const groundsOf = (key) => `query Grounds { savedMatrix(key: ${JSON.stringify(key)}) { total { contributions(first: 50) { nodes {
  project { fiscalYears { be } provenance { asserted citation note } }
  linkage { provenance { asserted citation note } }
} } } } }`;

/** Provinces as tiles, with their cluster of a day. */
export const MAP = `query Map($on: Date!) {
  provinces: areas(level: PROVINCE, on: $on, first: 100) { nodes { id code kind name ${NAME} shortName ${NAME} tile { column row } parents(on: $on) { parent { code level } } } }
  clusters: areas(level: CLUSTER, on: $on, first: 100) { nodes {
    id code name ${NAME} validFrom validTo operationsCentre(on: $on) { code name ${NAME} }
    head(on: $on) { text ${NAME} rule { code text ${NAME} citation } authority }
    provenance { asserted citation source { name ${NAME} } }
  } }
}`;

/** The dimensions a reader may choose. */
export const AXES = ["ACTOR_LEVEL", "STAGE", "ISSUE", "AREA.PROVINCE", "AREA.CLUSTER", "AREA.REGION", "AGENCY", "FISCAL_YEAR", "FUNDING", "LINKAGE_STATUS"];
/** More stages than this run down the page. */
export const STAGES_ACROSS = 7;

/**
 * The axes of a state: chosen ones, or actors by stages, long chains running down.
 * @param {Record<string, string>} state
 * @param {{chain: object | null}} context
 */
export function axesOf(state, { chain }) {
  const down = chain && chain.stages.length > STAGES_ACROSS;
  const usual = chain ? ["ACTOR_LEVEL", "STAGE"] : ["AREA.CLUSTER", "ACTOR_LEVEL"];
  const [rows, columns] = down ? usual.toReversed() : usual;
  return { rows: axis(state.rows, rows), columns: axis(state.columns, columns) };
}

const axis = (chosen, usual) => (AXES.includes(chosen) ? chosen : usual);

/**
 * The input of the matrix a state asks for.
 * @param {Record<string, string>} state
 * @param {{chain: object | null, issue: object | null, area: object | null}} context
 */
export function inputOf(state, context) {
  const { rows, columns } = axesOf(state, context);
  const filter = {
    ...(context.chain && !context.issue ? { valueChains: [context.chain.id] } : {}),
    ...(context.issue ? { issues: [context.issue.id] } : {}),
    ...(context.area ? { areas: [context.area.id] } : {}),
  };
  const from = Number(state.fy ?? 2554);
  return {
    rows: axisInput(rows, context.area),
    columns: axisInput(columns, context.area),
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
 * A value as GraphQL writes it.
 * @param {unknown} value
 * @param {string} [name] the field it stands in
 * @returns {string}
 */
export function literal(value, name = "") {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, name)).join(", ")}]`;
  if (value && typeof value === "object")
    return `{ ${Object.entries(value).map(([key, inner]) => `${key}: ${literal(inner, key)}`).join(", ")} }`;
  return ENUMS.has(name) ? String(value) : JSON.stringify(value);
}

/**
 * The question of a page as anybody can send it, whole, with a readable answer.
 * @param {object | null} input null: only the key is known
 * @param {string} key
 * @param {string} phase
 */
export function asGraphql(input, key, phase) {
  const root = input ? `matrix(input: ${literal(input)})` : `savedMatrix(key: ${JSON.stringify(key)})`;
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
