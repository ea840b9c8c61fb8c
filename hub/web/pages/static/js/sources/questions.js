/**
 * What the page asks of the hub.
 */
import { fetchQuery, send, troubleOf } from "../api.js";

const STATUS_FIELDS = `id name { th en } health freshness promisedEvery lastSuccessAt coverage { be }
  recordCount unlinkedCount owner { name { th en } }`;
const AMOUNTS = "{ phase amount { amount } }";
const RUN = "id status startedAt finishedAt origin error";
const LEDGER = `ledger { read vanished balanced readAmounts ${AMOUNTS} outcomes { outcome records amounts ${AMOUNTS} } }`;
const OPERATED = `waitingCount
  latestRun { ${RUN} ${LEDGER} }
  runs(first: 11) { totalCount nodes { ${RUN} ledger { read } } }
  questions { reason kind field written block fiscalYears { be } text { th en } rowCount rowIds amounts ${AMOUNTS}
    proposals { target text { th en } } }`;
const SETTLE = `mutation($input: QuarantineSettleInput!) { quarantineSettle(input: $input) {
  settlement { read settled } source { waitingCount } userErrors { code field message { th en } } } }`;
const ROWS = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on QuarantinedRow {
  id sourceKey block url payload retrievedAt doubts { reason field } amounts ${AMOUNTS} } } }`;
const WHO = "{ viewer { scopes } }";
/** What is followed; an event tells that something changed, the page then asks anew. */
export const FOLLOW = "subscription($after: String) { sourceEvents(after: $after) { cursor at source { id name { th en } } run { status } } }";

const PREFIX = "gid://hub/Source/";
/** The id of a source in an address: the part of its global id that is its own. */
export const shortOf = (id) => id.slice(PREFIX.length);
/** The global id of what stands behind # in an address. */
export const idOf = (short) => (short.startsWith(PREFIX) ? short : PREFIX + short);

/** Whether who is signed in operates sources. @returns {Promise<boolean>} */
export const operates = async () => (await fetchQuery(WHO)).viewer?.scopes.includes("source:operate") ?? false;

/**
 * Every source, those taken in by runs and those carried over; `waitingCount` null: another agency's.
 * @param {boolean} operating
 * @returns {Promise<{fetched: object[], carried: object[]}>}
 */
export async function standings(operating) {
  const fields = STATUS_FIELDS + (operating ? " waitingCount" : "");
  const [fetched, carried] = await Promise.all([all(true, fields), all(false, STATUS_FIELDS)]);
  return { fetched, carried };
}

async function all(fetched, fields) {
  const found = [];
  let after = null;
  do {
    const operation = `query($after: String) { sources(first: 100, after: $after, fetched: ${fetched}) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
    const { sources } = await asFarAsAllowed(operation, { after });
    found.push(...sources.nodes);
    after = sources.pageInfo.hasNextPage ? sources.pageInfo.endCursor : null;
  } while (after);
  return found;
}

/**
 * One source, with its runs and questions where the viewer operates it; null: there is none.
 * @param {string} id
 * @param {boolean} operating
 */
export const one = async (id, operating) =>
  (await asFarAsAllowed(`query($id: ID!) { source(id: $id) { ${STATUS_FIELDS} note ${operating ? OPERATED : ""} } }`, { id })).source;

/** The raw rows of some ids, in that order. */
export const rowsOf = async (ids) => (await fetchQuery(ROWS, { ids })).nodes.filter(Boolean);

/** Settle rows; what it did, or the rules that were broken. */
export const settle = async (input) => (await fetchQuery(SETTLE, { input })).quarantineSettle;

/** Data without the fields that are another's to see, which are null; any other error is trouble. */
async function asFarAsAllowed(query, variables) {
  const { status, body } = await send(query, variables);
  const denied = ({ path, extensions }) => path?.length > 1 && ["FORBIDDEN", "UNAUTHENTICATED"].includes(extensions?.code);
  const wrong = (body.errors ?? []).filter((error) => !denied(error));
  if (wrong.length > 0 || !body.data) throw troubleOf(status, wrong);
  return body.data;
}
