/**
 * What the page asks of the hub.
 */
import { fetchData, postQuery, toApiError } from "../api.js";

const SOURCE_FIELDS = `id name { th en } health freshness promisedEvery lastSuccessAt coverage { be }
  recordCount unlinkedCount owner { name { th en } }`;
const AMOUNT_FIELDS = "{ phase amount { amount } }";
const RUN_FIELDS = "id status startedAt finishedAt origin error";
const LEDGER_FIELDS = `ledger { read vanished balanced readAmounts ${AMOUNT_FIELDS} outcomes { outcome records amounts ${AMOUNT_FIELDS} } }`;
const OPERATOR_FIELDS = `waitingCount
  latestRun { ${RUN_FIELDS} ${LEDGER_FIELDS} }
  runs(first: 11) { totalCount nodes { ${RUN_FIELDS} ledger { read } } }
  questions { reason kind field written block fiscalYears { be } text { th en } rowCount rowIds amounts ${AMOUNT_FIELDS}
    proposals { target text { th en } } }`;
const SETTLE_MUTATION = `mutation($input: QuarantineSettleInput!) { quarantineSettle(input: $input) {
  settlement { read settled } source { waitingCount } userErrors { code field message { th en } } } }`;
const ROWS_QUERY = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on QuarantinedRow {
  id sourceKey block url payload retrievedAt doubts { reason field } amounts ${AMOUNT_FIELDS} } } }`;
const VIEWER_QUERY = "{ viewer { scopes } }";
/** What is followed; an event tells that something changed, the page then asks anew. */
export const EVENTS_SUBSCRIPTION = "subscription($after: String) { sourceEvents(after: $after) { cursor at source { id name { th en } } run { status } } }";

const ID_PREFIX = "gid://hub/Source/";
/** The id of a source in an address: the part of its global id that is its own. */
export const sourceCode = (id) => id.slice(ID_PREFIX.length);
/** The global id of what stands behind # in an address. */
export const sourceId = (code) => (code.startsWith(ID_PREFIX) ? code : ID_PREFIX + code);

/** Whether who is signed in operates sources. @returns {Promise<boolean>} */
export const canOperateSources = async () => (await fetchData(VIEWER_QUERY)).viewer?.scopes.includes("source:operate") ?? false;

/**
 * Every source, those taken in by runs and those carried over; `waitingCount` null: another agency's.
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
 * One source, with its runs and questions where the viewer operates it; null: there is none.
 * @param {string} id
 * @param {boolean} isOperator
 */
export const loadSource = async (id, isOperator) =>
  (await fetchAllowedData(`query($id: ID!) { source(id: $id) { ${SOURCE_FIELDS} note ${isOperator ? OPERATOR_FIELDS : ""} } }`, { id })).source;

/** The raw rows of some ids, in that order. */
export const loadRows = async (ids) => (await fetchData(ROWS_QUERY, { ids })).nodes.filter(Boolean);

/** Settle rows; what it did, or the rules that were broken. */
export const settleRows = async (input) => (await fetchData(SETTLE_MUTATION, { input })).quarantineSettle;

/** Data without the fields that are another's to see, which are null; any other error is trouble. */
async function fetchAllowedData(query, variables) {
  const { status, body } = await postQuery(query, variables);
  const isAccessError = ({ path, extensions }) => path?.length > 1 && ["FORBIDDEN", "UNAUTHENTICATED"].includes(extensions?.code);
  const otherErrors = (body.errors ?? []).filter((error) => !isAccessError(error));
  if (otherErrors.length > 0 || !body.data) throw toApiError(status, otherErrors);
  return body.data;
}
