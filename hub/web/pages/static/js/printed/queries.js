/**
 * GraphQL operations of minutes and briefs.
 */
import { fetchData } from "../api.js";

const TEXT = "{ th en }";
const AGENCY = `{ id name ${TEXT} shortName ${TEXT} }`;
const FRAME = `id title ${TEXT} kind status fiscalYear { be } areas { id name ${TEXT} } host ${AGENCY} startsAt openedAt closedAt
  delegations { id agency ${AGENCY} role present } previous { id title ${TEXT} closedAt } matrix { asOf notices { code text ${TEXT} } }`;
const CELL = `state projectCount row { label ${TEXT} } column { label ${TEXT} }`;
const CHANGES = `{ truncated changed { before { ${CELL} } after { ${CELL} } agreements { id } } totalBefore { projectCount } totalAfter { projectCount } }`;
const COMMITMENTS = `nodes { id agency ${AGENCY} text dueOn status reports { at text status } } pageInfo { hasNextPage endCursor }`;
const MINUTES_QUERY = `query Minutes($id: ID!) { session(id: $id) { ${FRAME}
  ratification { by decidedOn citation }
  minutes { final digest
    agreements { id at status digest parties ${AGENCY} operations { text ${TEXT} amountBefore { amount } amountAfter { amount } } proposal { summary } }
    objections { agency ${AGENCY} reason proposal { summary } }
    conditions { by ${AGENCY} text status resolution dueOn proposal { summary } }
    open { title note status } }
  changes ${CHANGES}
  commitments(first: 100) { ${COMMITMENTS} } } }`;
const COMPARISON_QUERY = `query Comparison($id: ID!) { session(id: $id) { compareWith ${CHANGES} } }`;
const MORE_COMMITMENTS = `query Commitments($id: ID!, $after: String) { session(id: $id) { commitments(first: 100, after: $after) { ${COMMITMENTS} } } }`;
/** Gaps are listed at their issues. */
const FINDING_KINDS = "OVERLAP, ROLE_MISMATCH, RULE_VIOLATION, DOUBLE_COUNT, UNLINKED, STALE, CONFLICTING_SOURCES, AMOUNT_UNUSUAL";
const BRIEF_QUERY = `query Brief($id: ID!) { session(id: $id) { ${FRAME} brief { area { name ${TEXT} }
  issues { issue { id code name ${TEXT} rank } awaiting gaps { id summary ${TEXT} }
    matrix { rows { headers { label ${TEXT} } } columns { headers { label ${TEXT} } } table { state projectCount } } }
  unlinked { projects amounts { phase amount { amount } } }
  findings(first: 50, kind: [${FINDING_KINDS}]) { nodes { id kind severity summary ${TEXT} } pageInfo { hasNextPage } }
  commitments(first: 100) { ${COMMITMENTS} } } } }`;

const gid = (key) => `gid://hub/JointSession/${key}`;

/** Load a session for its minutes, with the comparison with the session before; null if it is not visible. */
export async function loadMinutes(key) {
  const id = gid(key);
  const { session } = await fetchData(MINUTES_QUERY, { id });
  if (!session) return null;
  const { nodes, pageInfo } = session.commitments;
  for (let page = pageInfo; page.hasNextPage;) {
    const { commitments } = (await fetchData(MORE_COMMITMENTS, { id, after: page.endCursor })).session;
    nodes.push(...commitments.nodes);
    page = commitments.pageInfo;
  }
  const compareWith = session.previous ? (await fetchData(COMPARISON_QUERY, { id })).session?.compareWith : null;
  return { ...session, compareWith };
}

/** Load a session with its brief; null if it is not visible. */
export const loadBrief = async (key) => (await fetchData(BRIEF_QUERY, { id: gid(key) })).session;
