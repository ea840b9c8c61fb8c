/**
 * GraphQL queries of the pages of one agency, area, issue or project.
 */
import { ApiError, fetchData } from "../api.js";
import { HISTORY_FIELDS } from "../work/queries.js";

const NAME = "name { th en }";
const AGENCY = `{ ${NAME} shortName { th en } }`;
const LIVE = "[PROPOSED, AGREED, DISPUTED]";
const REQUEST = `{ totalCount nodes { id text status answerBy to ${AGENCY} issue { id code ${NAME} } stage { ${NAME} } } }`;
const PERIOD = "planVersion { number status plan { title { th en } period { be } } }";
const STATUS_COUNTS = ["AGREED", "PROPOSED", "DISPUTED"].map((status) => `${status}: linkages(status: [${status}], first: 0) { totalCount }`).join(" ");
const AREA_QUERY = `query Area($code: String!) { area(by: { code: $code }) { id code level validFrom validTo ${NAME} path { id code level ${NAME} }
  issues(first: 50) { totalCount nodes { id code rank ${NAME} ${PERIOD} valueChain { code ${NAME} } ${STATUS_COUNTS} } }
  linked: projects(linked: true, first: 20) { totalCount nodes { id code ${NAME} owner ${AGENCY} linkages(first: 5) { nodes { status stage { ${NAME} } issue { id ${NAME} } } } } }
  unlinked: projects(linked: false, first: 0) { totalCount }
  workRequests(first: 20) ${REQUEST} } }`;
const ISSUE_QUERY = `query Issue($id: ID!) { issue(id: $id) { id code rank rankBasis theme ${NAME} ${PERIOD} area { id code ${NAME} } valueChain { code ${NAME} stages { code ${NAME} } }
  linkages(status: ${LIVE}, first: 100) { totalCount nodes { id status share stage { code ${NAME} } awaiting ${AGENCY} project { id code ${NAME} owner ${AGENCY} } } } }
  workRequests(issue: $id, first: 20) ${REQUEST} }`;
const ISSUES_BY_CODE_QUERY = `query Issues($after: String) { issues(first: 100, after: $after) { nodes { id code ${NAME} area { code ${NAME} } } pageInfo { hasNextPage endCursor } } }`;
const PROJECT_QUERY = `query Project($id: ID!) { project(by: { id: $id }) { id code visibility ${NAME} owner ${AGENCY} fiscalYears { be } areas { share area { code ${NAME} } }
  budgets { phase fiscalYear { be } amount { amount } } provenance { citation note source { ${NAME} isMadeUp } }
  identity { id createdAt undoneAt by ${AGENCY} undoneBy ${AGENCY} keep { id } projects { id code ${NAME} owner ${AGENCY} provenance { source { ${NAME} } } } reasons { code text { th en } } }
  linkages(first: 50) { totalCount nodes { id status share pendingShare { share side reason } stage { code ${NAME} } issue { id code ${NAME} area { code ${NAME} } ${PERIOD} }
    reasons { code weight text { th en } } consents { side decision reason at agency ${AGENCY} } awaiting ${AGENCY} workRequest { text by ${AGENCY} } ${HISTORY_FIELDS} } } } }`;
const GAP_FIELDS = "{ rows { headers { key label { th en } } } columns { headers { key label { th en } } } cells { rowIndex columnIndex state } total { states { state cells } } }";
const FEATURE_QUERY = 'query Features { __type(name: "Query") { fields { name } } }';

const AGENCY_QUERY = `query Agency($id: ID!) { agency(by: { id: $id }) { id code kind level validFrom validTo ${NAME} shortName { th en } parent { id ${NAME} } area { code ${NAME} } provenance { asserted citation source { ${NAME} } } }
  projects(filter: { agencies: [$id] }, orderBy: { by: AMOUNT, direction: DESC }, first: 20) { totalCount nodes { id code ${NAME} owner ${AGENCY} fiscalYears { be } budgets { phase amount { amount } } provenance { source { ${NAME} isMadeUp } } linkages(first: 5) { nodes { status stage { ${NAME} } issue { id ${NAME} } } } } } }`;

/** Load an agency by its key with its projects, the largest first; null if there is none. */
export async function loadAgency(key) {
  const { agency, projects } = await fetchData(AGENCY_QUERY, { id: `gid://hub/Agency/${key}` });
  return agency && { agency, projects };
}

/** Load an area by its code; null if there is none. */
export const loadArea = async (code) => (await fetchData(AREA_QUERY, { code })).area;

/**
 * Load an issue by its key, or by its code if only one issue has it.
 * @returns {Promise<{issue: object | null, workRequests: object | null, choices: object[]}>}
 */
export async function loadIssue(key) {
  const byKey = await fetchData(ISSUE_QUERY, { id: `gid://hub/StrategicIssue/${key}` });
  if (byKey.issue) return { ...byKey, choices: [] };
  const choices = await issuesWithCode(key);
  if (choices.length !== 1) return { issue: null, workRequests: null, choices };
  return { ...await fetchData(ISSUE_QUERY, { id: choices[0].id }), choices: [] };
}

async function issuesWithCode(code) {
  const found = [];
  let after = null;
  do {
    const { issues } = await fetchData(ISSUES_BY_CODE_QUERY, { after });
    found.push(...issues.nodes.filter((issue) => issue.code === code));
    after = issues.pageInfo.hasNextPage ? issues.pageInfo.endCursor : null;
  } while (after);
  return found;
}

/** Load a project by its key; null if there is none that the viewer may see. */
export const loadProject = async (key) => (await fetchData(PROJECT_QUERY, { id: `gid://hub/Project/${key}` })).project;

/** Return the first and last fiscal year of the plan of an issue: a gap is a cell without projects in all of them. */
export const periodOf = ({ planVersion: { plan } }) => [plan.period[0].be, plan.period.at(-1).be];

const yearRange = (issue) => Object.fromEntries(["from", "to"].map((name, position) => [name, { be: periodOf(issue)[position] }]));

/**
 * Load the gaps of issues: the cells of the matrix of each, by issue id. Issues without a value chain are left out.
 * @param {object[]} issues
 * @returns {Promise<Map<string, object>>}
 */
export async function loadGaps(issues) {
  const judged = issues.filter(({ valueChain }) => valueChain);
  if (judged.length === 0) return new Map();
  const parameters = judged.map((_, position) => `$m${position}: MatrixInput!`).join(", ");
  const fields = judged.map((_, position) => `m${position}: matrix(input: $m${position}) ${GAP_FIELDS}`).join(" ");
  const variables = Object.fromEntries(judged.map((issue, position) => [`m${position}`, {
    rows: { dimension: "ACTOR_LEVEL" }, columns: { dimension: "STAGE" }, filter: { issues: [issue.id] }, fiscalYears: yearRange(issue),
  }]));
  const data = await fetchData(`query Gaps(${parameters}) { ${fields} }`, variables);
  return new Map(judged.map((issue, position) => [issue.id, data[`m${position}`]]));
}

/** Load how many suggestions there are for an area or issue; null if the hub makes none. */
export async function loadSuggestionCount(target) {
  const { __type: query } = await fetchData(FEATURE_QUERY);
  if (!query.fields.some(({ name }) => name === "linkageSuggestions")) return null;
  try {
    const { linkageSuggestions: found } = await fetchData("query Suggestions($target: SuggestFor!) { linkageSuggestions(for: $target, first: 100) { abstained text { th en } suggestions { totalCount nodes { id } } } }", { target });
    return found && { abstained: found.abstained, text: found.text, count: found.suggestions.totalCount ?? found.suggestions.nodes.length };
  } catch (error) {
    if (error instanceof ApiError && error.kind === "refused") return null;
    throw error;
  }
}
