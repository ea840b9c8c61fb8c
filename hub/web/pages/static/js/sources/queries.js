/**
 * GraphQL queries of the page of sources.
 */
import { fetchData, postQuery, toApiError } from "../api.js";

const SOURCE_FIELDS = `id name { th en } health freshness promisedEvery lastSuccessAt coverage { be }
  recordCount unlinkedCount owner { name { th en } }`;
const AMOUNT_FIELDS = "{ phase amount { amount } }";
const RUN_FIELDS = "id status startedAt finishedAt origin error";
const LEDGER_FIELDS = `ledger { read vanished vanishedWaiting finerThanSatang vanishedAmounts ${AMOUNT_FIELDS} balanced readAmounts ${AMOUNT_FIELDS} outcomes { outcome records withoutAmount amounts ${AMOUNT_FIELDS} } }`;
const OPERATOR_FIELDS = `waitingCount
  latestRun { ${RUN_FIELDS} ${LEDGER_FIELDS} }
  runs(first: 11) { totalCount nodes { ${RUN_FIELDS} ledger { read } } }`;
const QUESTIONS_QUERY = `query($id: ID!, $after: String) { source(by: { id: $id }) { reviewQuestions(first: 100, after: $after) {
  nodes { key reason kind field written block fiscalYears { be } text { th en } rowCount rowIds amounts ${AMOUNT_FIELDS}
    proposals { target text { th en } } } pageInfo { hasNextPage endCursor } } } }`;
const SETTLE_MUTATION = `mutation($input: QuarantineSettleInput!) { quarantineSettle(input: $input) {
  settlement { read settled } source { waitingCount } userErrors { code field message { th en } } } }`;
const RULING_FIELDS = `id version text { th en } by at rowCount amounts ${AMOUNT_FIELDS} revokedAt revokedBy revokeReason replacedBy { id }`;
const RULINGS_QUERY = `query($id: ID!, $after: String) { source(by: { id: $id }) { rulings(first: 20, after: $after) { totalCount nodes { ${RULING_FIELDS} } pageInfo { hasNextPage endCursor } } } }`;
const REVOKE_MUTATION = `mutation($input: RulingRevokeInput!) { rulingRevoke(input: $input) {
  ruling { id source { waitingCount } } settlement { read settled } userErrors { code field message { th en } } } }`;
const ROWS_QUERY = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on QuarantinedRow {
  id sourceKey block url payload retrievedAt doubts { reason field } amounts ${AMOUNT_FIELDS} } } }`;
const VIEWER_QUERY = "{ viewer { scopes } }";
/** Events of sources. An event only says that something changed; the page then loads it again. */
export const EVENTS_SUBSCRIPTION = "subscription($after: String) { sourceEvents(after: $after) { cursor at source { id name { th en } } run { status } } }";

const ID_PREFIX = "gid://hub/Source/";
/** Return the code of a source, the last part of its global id. */
export const sourceCode = (id) => id.slice(ID_PREFIX.length);
/** Return the global id of a source code. */
export const sourceId = (code) => (code.startsWith(ID_PREFIX) ? code : ID_PREFIX + code);

/** Return whether the signed-in person has the scope to operate sources. @returns {Promise<boolean>} */
export const canOperateSources = async () => (await fetchData(VIEWER_QUERY)).viewer?.scopes.includes("source:operate") ?? false;

/**
 * Load all sources: those imported by runs, and documents. `waitingCount` is null for sources of other agencies.
 * @param {boolean} isOperator
 * @returns {Promise<{fetched: object[], notFetched: object[]}>}
 */
export async function loadSources(isOperator) {
  const fields = SOURCE_FIELDS + (isOperator ? " waitingCount" : "");
  const [fetched, notFetched] = await Promise.all([loadAllPages(true, fields), loadAllPages(false, SOURCE_FIELDS)]);
  return { fetched, notFetched };
}

async function loadAllPages(fetched, fields) {
  const nodes = [];
  let after = null;
  do {
    const query = `query($after: String) { sources(first: 100, after: $after, fetched: ${fetched}) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
    const { sources } = await fetchAllowedData(query, { after });
    nodes.push(...sources.nodes);
    after = sources.pageInfo.hasNextPage ? sources.pageInfo.endCursor : null;
  } while (after);
  return nodes;
}

/**
 * Load one source, for operators with its runs and questions; null if it does not exist.
 * @param {string} id
 * @param {boolean} isOperator
 */
export async function loadSource(id, isOperator) {
  const { source } = await fetchAllowedData(`query($id: ID!) { source(by: { id: $id }) { ${SOURCE_FIELDS} note ${isOperator ? OPERATOR_FIELDS : ""} } }`, { id });
  if (!source || !isOperator || source.waitingCount === null) return source;
  const [questions, rulings] = await Promise.all([loadQuestions(id), loadRulings(id, null)]);
  return { ...source, questions, rulings };
}

/** Load all questions of a source, the most money first. */
async function loadQuestions(id) {
  const questions = [];
  let after = null;
  do {
    const { source } = await fetchAllowedData(QUESTIONS_QUERY, { id, after });
    questions.push(...source.reviewQuestions.nodes);
    after = source.reviewQuestions.pageInfo.hasNextPage ? source.reviewQuestions.pageInfo.endCursor : null;
  } while (after);
  return questions;
}

/** Load raw rows by id, in the order of the ids. */
export const loadRows = async (ids) => (await fetchData(ROWS_QUERY, { ids })).nodes.filter(Boolean);

/** Record a ruling; return its settlement, or its user errors. */
export const settleRows = async (input) => (await fetchData(SETTLE_MUTATION, { input })).quarantineSettle;

/** Load a page of the rulings of a source, newest first. */
export const loadRulings = async (id, after) => (await fetchAllowedData(RULINGS_QUERY, { id, after })).source.rulings;

/** Revoke a ruling; return the settlement of its rows, or its user errors. */
export const revokeRuling = async (input) => (await fetchData(REVOKE_MUTATION, { input })).rulingRevoke;

const FILE_MUTATION = `mutation($input: RulingFileImportInput!) { rulingFileImport(input: $input) {
  result { decided unchanged applied revoked isDry settlement { read settled } issues { row column written text { th en } } } userErrors { code field message { th en } } } }`;

/** Load the questions and rulings of a source as a CSV file, in which people write decisions. */
export const loadRulingFile = async (id) => (await fetchData("query($id: ID!) { source(by: { id: $id }) { rulingFile } }", { id })).source.rulingFile;

/** Check or apply a file of rulings, all or nothing; return the result, or its user errors. */
export const importRulingFile = async (input) => (await fetchData(FILE_MUTATION, { input })).rulingFileImport;

/** Return data in which fields without permission are null. Throws ApiError for any other error. */
async function fetchAllowedData(query, variables) {
  const { status, body } = await postQuery(query, variables);
  const isAccessError = ({ path, extensions }) => path?.length > 1 && ["FORBIDDEN", "UNAUTHENTICATED"].includes(extensions?.code);
  const otherErrors = (body.errors ?? []).filter((error) => !isAccessError(error));
  if (otherErrors.length > 0 || !body.data) throw toApiError(status, otherErrors);
  return body.data;
}
