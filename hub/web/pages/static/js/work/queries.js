/**
 * GraphQL operations of the work page: tasks, suggestions, details, and the commands on them.
 */
import { fetchData } from "../api.js";
import { withIdempotencyKey } from "../idempotency.js";

const NAME = "name { th en }";
const AGENCY = `{ ${NAME} shortName { th en } }`;
const PAGE_SIZE = 50;
const LINKAGE_FIELDS = `id version status share viewerActions pendingShare { share side reason }
  project { id code ${NAME} owner ${AGENCY} } issue { id code ${NAME} area { code ${NAME} } } stage { code ${NAME} }`;
/** Fields of a request whose type differs from that of a linkage have an alias: both are subjects of tasks. */
const REQUEST_FIELDS = `id version text answerBy fiscalYears { be } area { code ${NAME} } by ${AGENCY} requestedFor: issue { id code ${NAME} } stage { code ${NAME} }`;
const TASK_FIELDS = `id kind title { th en } createdAt dueOn overdue agency ${AGENCY} requestedBy ${AGENCY} area { code ${NAME} }
  subject { id ... on Linkage { ${LINKAGE_FIELDS} } ... on WorkRequest { ${REQUEST_FIELDS} } ... on Source { waitingCount }
  ... on JointSession { id sessionTitle: title { th en } } ... on Proposal { item { session { id sessionTitle: title { th en } } } } ... on Commitment { promise: text agreement { session { id sessionTitle: title { th en } } } } }`;
const VIEWER_QUERY = `query Viewer { viewer { scopes agency { id ${NAME} } areas { id code ${NAME} } taskCounts { kind count overdue } }
  queryFields: __type(name: "Query") { fields { name } } projectFields: __type(name: "Project") { fields { name } } }`;
const TASKS_QUERY = `query Tasks($kind: [TaskKind!], $first: Int, $after: String) { viewer { tasks(kind: $kind, first: $first, after: $after) {
  nodes { ${TASK_FIELDS} } pageInfo { hasNextPage endCursor } } } }`;
const PROJECT_DETAILS = `code ${NAME} fiscalYears { be } areas { share area { code ${NAME} } } budgets { phase fiscalYear { be } amount { amount } }
  provenance { citation note source { ${NAME} } record { url } }`;
/** The history of a linkage, newest first. */
export const HISTORY_FIELDS = `history(first: 30) { nodes { at actor kind field before after reason by ${AGENCY} } }`;
const linkageQuery = (statesStrategy) => `query Linkage($id: ID!) { node(id: $id) { ... on Linkage { ${LINKAGE_FIELDS}
  reasons { code weight text { th en } } provenance { citation note source { ${NAME} } }
  consents { side decision reason at agency ${AGENCY} } workRequest { text by ${AGENCY} } ${HISTORY_FIELDS}
  project { ${PROJECT_DETAILS} ${statesStrategy ? "statedStrategies { text field }" : ""} }
  issue { rank valueChain { ${NAME} } planVersion { number plan { title { th en } } } } } } }`;
const OWN_UNLINKED_QUERY = "query Unlinked($agency: ID!) { projects(filter: { agencies: [$agency], linked: false }, first: 10) { nodes { id } } }";
const SUGGESTION_FIELDS = `{ abstained text { th en } suggestions { nodes { id rank score reasons { code weight text { th en } } stage { code ${NAME} }
  project { id ${PROJECT_DETAILS} owner ${AGENCY} } issue { id code ${NAME} area { code ${NAME} } } } } }`;
const RESULT_FIELDS = "results { index changed linkage { id version status viewerActions } userErrors { code field message { th en } } } userErrors { code field message { th en } }";
const commandQuery = (name, input) => `mutation Command($input: ${input}!) { ${name}(input: $input) { ${RESULT_FIELDS} } }`;
const COMMANDS = {
  linkageDecide: commandQuery("linkageDecide", "LinkageDecideInput"),
  linkageUndo: commandQuery("linkageUndo", "LinkageUndoInput"),
  linkagePropose: commandQuery("linkagePropose", "LinkageProposeInput"),
  suggestionDismiss: "mutation Command($input: SuggestionDismissInput!) { suggestionDismiss(input: $input) { dismissed userErrors { code field message { th en } } } }",
  workRequestAnswer: "mutation Command($input: WorkRequestAnswerInput!) { workRequestAnswer(input: $input) { workRequest { id version status } userErrors { code field message { th en } } } }",
};
const MAX_SUGGESTED_AREAS = 5;
/** Suggestions need one of these. */
const SUGGESTION_SCOPES = ["linkage:propose", "linkage:decide"];

/**
 * Load the viewer with counts, and which optional fields the hub has; `viewer` is null when nobody is signed in.
 * @returns {Promise<{viewer: object | null, hasSuggestions: boolean, statesStrategy: boolean}>}
 */
export async function loadViewer() {
  const { viewer, queryFields, projectFields } = await fetchData(VIEWER_QUERY);
  const has = (type, name) => type?.fields.some((field) => field.name === name) ?? false;
  return { viewer, hasSuggestions: has(queryFields, "linkageSuggestions") && SUGGESTION_SCOPES.some((scope) => viewer?.scopes.includes(scope)), statesStrategy: has(projectFields, "statedStrategies") };
}

/** Load a page of the tasks of a kind. @returns {Promise<{nodes: object[], pageInfo: object}>} */
export const loadTasks = async (kind, after = null) => (await fetchData(TASKS_QUERY, { kind: [kind], first: PAGE_SIZE, after })).viewer.tasks;

/** Load the details of a linkage; null if it is not visible any more. */
export const loadLinkage = async (id, statesStrategy) => (await fetchData(linkageQuery(statesStrategy), { id })).node;

/** Load suggestions for the areas of the viewer, and for projects of its agency that are not linked. */
export async function loadSuggestions(viewer) {
  const targets = viewer.areas.slice(0, MAX_SUGGESTED_AREAS).map(({ id }) => ({ area: id }));
  if (viewer.agency) targets.push(...(await fetchData(OWN_UNLINKED_QUERY, { agency: viewer.agency.id })).projects.nodes.map(({ id }) => ({ project: id })));
  if (targets.length === 0) return [];
  const parameters = targets.map((_, position) => `$s${position}: SuggestFor!`).join(", ");
  const fields = targets.map((_, position) => `s${position}: linkageSuggestions(for: $s${position}, first: 20) ${SUGGESTION_FIELDS}`).join(" ");
  const data = await fetchData(`query Suggestions(${parameters}) { ${fields} }`, Object.fromEntries(targets.map((target, position) => [`s${position}`, target])));
  const found = new Map();
  for (const list of Object.values(data)) for (const one of list?.suggestions.nodes ?? []) found.set(one.id, one);
  return [...found.values()].toSorted((one, other) => Number(other.score) - Number(one.score));
}

/**
 * Send a command and return its payload. A command whose response was lost is sent again with the same key.
 * @param {keyof typeof COMMANDS} name
 * @param {object} input without its idempotency key
 */
export async function sendCommand(name, input) {
  const data = await withIdempotencyKey(name, input, (idempotencyKey) => fetchData(COMMANDS[name], { input: { idempotencyKey, ...input } }));
  return data[name];
}
