/**
 * GraphQL operations of the board: the session, its matrix, its agenda, one proposal, events, and the commands on them.
 */
import { fetchData } from "../api.js";
import { withIdempotencyKey } from "../idempotency.js";
import { CELL_FIELDS, MATRIX_FIELDS } from "../queries.js";

const TEXT = "{ th en }";
const AGENCY = `{ id name ${TEXT} shortName ${TEXT} }`;
const PLACE = "row { key } column { key }";
const PROBLEMS = `userErrors { code field message ${TEXT} rule { code } current { id } }`;
/** The three phases that the board shows, each with its label; they are never added. */
export const BOARD_PHASES = ["REQUESTED", "APPROPRIATED", "DISBURSED"];
const FIGURES = BOARD_PHASES.map((phase) => `${phase}: budget(phase: ${phase}) { amount } sum${phase}: sumOfCells(phase: ${phase}) { amount }`).join(" ");
const COMPARISON = `{ truncated
  changed { before { ${CELL_FIELDS} ${PLACE} } after { ${CELL_FIELDS} ${PLACE} } }
  totalBefore { projectCount additive ${FIGURES} } totalAfter { projectCount additive ${FIGURES} } }`;
const OPERATIONS = `operations { kind text ${TEXT} before after amountBefore { amount } amountAfter { amount } cells target { id ... on Project { name ${TEXT} owner { shortName ${TEXT} } } } }`;
const CONDITION = `{ id version text status resolution by ${AGENCY} }`;
const AGENDA_ITEM = `id version order title status note cellId
  proposals(first: 10) { nodes { id summary status by ${AGENCY} operations { cells } positions { stance agency { id } } requiredParties { agency { id } position { stance } } } }`;
const PAGE = 50;
const EVENT = `cursor at kind by ${AGENCY} subject { id } changedCells`;

const FRAME_QUERY = `query BoardFrame($id: ID!) {
  viewer { scopes agency ${AGENCY} }
  session(id: $id) { id version kind title ${TEXT} status openedAt closedAt startsAt allowedOperations fiscalYear { be } areas { id code level name ${TEXT} } host ${AGENCY}
    delegations { id version role present agency ${AGENCY} mandate { text operations maxAmount { amount } issues { id } } }
    presence { connected viewing since delegation { id } } } }`;
const PRESENCE_QUERY = "query BoardPresence($id: ID!) { session(id: $id) { presence { connected viewing since delegation { id } } } }";
const MATRIX_QUERY = `query BoardMatrix($id: ID!, $phase: BudgetPhase!, $names: Boolean!) { session(id: $id) { matrix { ${MATRIX_FIELDS}
  rows { headers { total { ${FIGURES} } } } columns { headers { total { ${FIGURES} } } } total { ${FIGURES} } cells { pledges { id text dueOn status agency ${AGENCY} } } } } }`;
const AGENDA_QUERY = `query BoardAgenda($id: ID!, $after: String) { session(id: $id) { agenda(first: ${PAGE}, after: $after) { nodes { ${AGENDA_ITEM} } pageInfo { hasNextPage endCursor } } } }`;
const READY_QUERY = "query BoardReady($id: ID!) { session(id: $id) { ready { id version summary } } }";
const PROPOSAL_QUERY = `query BoardProposal($id: ID!) { node(id: $id) { ... on Proposal {
  id version summary status createdAt by ${AGENCY} item { id } supersedes { id summary } ${OPERATIONS}
  requiredParties { agency ${AGENCY} because ${TEXT} mandated position { id } }
  positions { id stance reason at inForce agency ${AGENCY} }
  positionHistory(first: 20) { nodes { id stance reason at inForce agency ${AGENCY} } }
  conditions ${CONDITION}
  blockers { code message ${TEXT} }
  agreement { id at digest parties ${AGENCY} commitments { id text dueOn agency ${AGENCY} } } } } }`;
const OUTCOME_QUERY = `query BoardOutcome($id: ID!, $phase: BudgetPhase!, $names: Boolean!) { node(id: $id) { ... on Proposal { preview ${COMPARISON} } } }`;
const PREVIEW_QUERY = `query BoardPreview($session: ID!, $operations: [OperationInput!]!, $phase: BudgetPhase!, $names: Boolean!) { proposalPreview(session: $session, operations: $operations) {
  ${OPERATIONS} changes ${COMPARISON} requiredParties { agency ${AGENCY} because ${TEXT} mandated } ${PROBLEMS} } }`;
const CHANGES_QUERY = `query BoardChanges($id: ID!, $phase: BudgetPhase!, $names: Boolean!) { session(id: $id) { changes { truncated before { asOf }
  changed { before { ${CELL_FIELDS} ${PLACE} } after { ${CELL_FIELDS} ${PLACE} } agreements { id at proposal { id summary } } }
  totalBefore { projectCount additive ${FIGURES} } totalAfter { projectCount additive ${FIGURES} } } } }`;
const EVENTS_QUERY = `query BoardEvents($id: ID!, $after: String) { session(id: $id) { events(first: 100, after: $after) { nodes { ${EVENT} } pageInfo { hasNextPage endCursor } } } }`;
/** Events of the session after a cursor, as they happen. */
export const EVENTS_SUBSCRIPTION = `subscription BoardEvents($session: ID!, $after: String) { sessionEvents(session: $session, after: $after) { ${EVENT} } }`;

const PROJECT = `id code version name ${TEXT} actorLevel owner ${AGENCY}`;
const LINKAGES = `linkages(first: 10) { nodes { id version status share stage { code name ${TEXT} } issue { id name ${TEXT} } } }`;
const CELL_CHOICES_QUERY = `query BoardCellChoices($id: ID!) { node(id: $id) { ... on Cell {
  projects(first: 50) { nodes { ${PROJECT} ${LINKAGES} findings(first: 10) { nodes { id version kind summary ${TEXT} status } } } } } } }`;
const ISSUES_QUERY = `query BoardIssues($id: ID!, $fiscalYears: FiscalYearRange!) { session(id: $id) { areas { issues(fiscalYears: $fiscalYears, first: 50) { nodes { id name ${TEXT} valueChain { code } } } } } }`;
const PROJECTS_QUERY = `query BoardProjects($filter: MatrixFilter!, $fiscalYears: FiscalYearRange!) { projects(filter: $filter, fiscalYears: $fiscalYears, first: 12) { totalCount nodes { ${PROJECT} } } }`;
const AGENCIES_QUERY = `query BoardAgencies($text: String!) { agencies(text: $text, first: 12) { nodes ${AGENCY} } }`;

const command = (name, input, result) => `mutation Command($input: ${input}!) { ${name}(input: $input) { ${result} ${PROBLEMS} } }`;
const STEP = "session { id version status }";
const PROPOSAL = "proposal { id version status }";
const COMMANDS = {
  sessionOpen: command("sessionOpen", "SessionStepInput", STEP),
  sessionSuspend: command("sessionSuspend", "SessionStepInput", STEP),
  sessionResume: command("sessionResume", "SessionStepInput", STEP),
  sessionClose: command("sessionClose", "SessionStepInput", STEP),
  delegationSet: command("delegationSet", "DelegationSetInput", "delegations { id version }"),
  presenceSet: command("presenceSet", "PresenceSetInput", "presence { viewing }"),
  agendaItemAdd: command("agendaItemAdd", "AgendaItemAddInput", "item { id version }"),
  agendaItemUpdate: command("agendaItemUpdate", "AgendaItemUpdateInput", "item { id version }"),
  agendaItemRemove: command("agendaItemRemove", "AgendaItemRemoveInput", "session { id }"),
  proposalCreate: command("proposalCreate", "ProposalCreateInput", PROPOSAL),
  proposalWithdraw: command("proposalWithdraw", "ProposalWithdrawInput", PROPOSAL),
  positionTake: command("positionTake", "PositionTakeInput", PROPOSAL),
  positionWithdraw: command("positionWithdraw", "PositionWithdrawInput", PROPOSAL),
  conditionResolve: command("conditionResolve", "ConditionResolveInput", `condition { id version status } ${PROPOSAL}`),
  agreementConclude: command("agreementConclude", "AgreementConcludeInput", "agreement { id digest }"),
};
const VIEW = { phase: "APPROPRIATED", names: true };

/** Load the session, its delegations and presence, and who is signed in; `session` is null if it is not visible. */
export const loadFrame = (id) => fetchData(FRAME_QUERY, { id });

/** Load who is connected, and the cell that each has open. */
export const loadPresence = async (id) => (await fetchData(PRESENCE_QUERY, { id })).session?.presence ?? [];

/** Load the matrix of the session, with agreements; null if it has none. */
export async function loadMatrix(id) {
  const matrix = (await fetchData(MATRIX_QUERY, { id, ...VIEW })).session?.matrix;
  if (!matrix) return null;
  for (const axis of [matrix.rows, matrix.columns]) for (const header of axis.headers) header.dimension = axis.dimension;
  return matrix;
}

/** Load the whole agenda, in its order. */
export const loadAgenda = (id) => loadPages(AGENDA_QUERY, "agenda", id);

/** Load the open proposals that nothing prevents from being concluded. */
export const loadReady = async (id) => (await fetchData(READY_QUERY, { id })).session?.ready ?? [];

/** Load every event after a cursor, the oldest first. */
export const loadEvents = (id, after = null) => loadPages(EVENTS_QUERY, "events", id, after);

async function loadPages(query, field, id, start = null) {
  const nodes = [];
  let after = start;
  for (;;) {
    const page = (await fetchData(query, { id, after })).session?.[field];
    if (!page) return nodes;
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}

/** Load one proposal with its positions, conditions and what prevents its conclusion; null if it is not visible. */
export const loadProposal = async (id) => (await fetchData(PROPOSAL_QUERY, { id })).node;

/** Load what an open proposal would change on the matrix; null if it is no longer possible. */
export const loadOutcome = async (id) => (await fetchData(OUTCOME_QUERY, { id, ...VIEW })).node?.preview ?? null;

/** Load the matrix at the opening of the session compared with now, or with its closing; null before it was opened. */
export const loadChanges = async (id) => (await fetchData(CHANGES_QUERY, { id, ...VIEW })).session?.changes ?? null;

/** Return what operations would do; nothing is stored. */
export const previewOperations = async (session, operations) => (await fetchData(PREVIEW_QUERY, { session, operations, ...VIEW })).proposalPreview;

/** Load what can be chosen for operations in a cell: its projects with their linkages and findings. */
export const loadCellChoices = async (id) => (await fetchData(CELL_CHOICES_QUERY, { id })).node;

/** Load the strategic issues of the areas of a session in its year. */
export async function loadIssues(id, fiscalYear) {
  const { session } = await fetchData(ISSUES_QUERY, { id, fiscalYears: { from: { be: fiscalYear } } });
  return session.areas.flatMap(({ issues }) => issues.nodes);
}

/** Search projects of areas, of one level if it is not null, by words of their names or codes. */
export const searchProjects = async ({ text, areas, actorLevel, fiscalYear }) => (await fetchData(PROJECTS_QUERY, {
  filter: { areas, ...(text ? { text } : {}), ...(actorLevel ? { actorLevels: [actorLevel] } : {}) }, fiscalYears: { from: { be: fiscalYear } },
})).projects;

/** Search agencies by words of their names. */
export const searchAgencies = async (text) => (await fetchData(AGENCIES_QUERY, { text })).agencies.nodes;

/**
 * Send a command and return its payload. A command whose response was lost is sent again with the same key.
 * @param {keyof typeof COMMANDS} name
 * @param {object} input without its idempotency key
 */
export async function sendCommand(name, input) {
  const data = await withIdempotencyKey(name, input, (idempotencyKey) => fetchData(COMMANDS[name], { input: { idempotencyKey, ...input } }));
  return data[name];
}
