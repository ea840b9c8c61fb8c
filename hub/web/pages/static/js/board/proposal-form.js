/**
 * The form of a proposal: its operations, a preview that must be seen before it is recorded, and the recording.
 */
import { ApiError } from "../api.js";
import { h, replaceChildren } from "../dom.js";
import { localize, t } from "../i18n.js";
import { mark } from "../marks.js";
import { agencyName, field, problemList, problemTexts, section } from "./labels.js";
import { panelHead } from "./head.js";
import { operationFields } from "./operation-form.js";
import { kindsFor, missingFields, toOperationInput } from "./operations.js";
import { outcomeSections } from "./outcome.js";
import { nameAddedProjects, placeName } from "./places.js";
import { previewOperations, searchProjects } from "./queries.js";
import { ownDelegation } from "./store.js";
import { opening } from "./view-state.js";
import { textArea } from "./positions.js";

/** Return the place that the form is about: the open cell, or the cell of the open point. */
export function placeOfForm(board) {
  if (board.view.cell) return board.view.cell;
  const item = board.state.agenda.find(({ id }) => id === (board.view.item ?? board.state.proposals.get(board.view.proposal)?.item.id));
  return item ? board.placeOfItem(item) : null;
}

const formName = (board) => `propose:${board.view.proposal ?? board.view.item ?? board.view.cell}`;

/** Return the panel with the form. */
export function proposalForm(board) {
  const form = formName(board);
  const place = placeOfForm(board);
  const cell = place ? board.cellAt(place) : null;
  const choices = cell ? board.choicesAt(place) : null;
  const issues = issuesOfChain(board);
  const kinds = kindsFor(cell, choices).filter((kind) => board.state.session.allowedOperations.includes(kind));
  const draft = board.drafts.read(form);
  const isLoading = board.issues() === null || (cell !== null && choices === null);
  const defaultIssue = issues.length === 1 ? issues[0].id : null;
  const operations = (draft.operations ?? [newOperation(board, kinds.includes(board.view.kind) || !choices ? board.view.kind ?? kinds[0] : kinds[0], cell)]).map((one) => (one.kind === "LINKAGE_ADD" ? { ...one, issue: one.issue ?? defaultIssue } : one));
  const store = (fields) => { board.drafts.update(form, fields); dropPreview(board); };
  const setOperation = (at, fields) => {
    operations[at] = { ...operations[at], ...fields };
    store({ operations });
  };
  const context = { form, cell, place, choices, operations, summary: () => board.drafts.read(form).summary?.trim() ?? "" };
  return [
    panelHead(board, t("newProposal"), place && h("p", {}, placeName(board.state.matrix, place)), h("p", { class: "quiet" }, t("onBehalfOf", { name: agencyName(ownDelegation(board.state)?.agency) }))),
    h("form", { class: "board-form", id: "propose-form", novalidate: true, onsubmit: (event) => { event.preventDefault(); preview(board, context); } },
      operations.map((operation, at) => h("fieldset", { class: "operation" },
        h("legend", {}, operations.length > 1 ? t("operationN", { n: at + 1 }) : t("operation")),
        field(`op${at}-kind`, t("operationKind"), h("select", { onchange: ({ target }) => { operations[at] = newOperation(board, target.value, cell); store({ operations }); board.redraw(); } },
          [...new Set([operation.kind, ...kinds])].map((kind) => h("option", { value: kind, selected: kind === operation.kind }, t(`op_${kind}`))))),
        operationFields(board, operation, {
          at, choices, issues, redraw: board.redraw, save: (fields) => setOperation(at, fields),
          search: (text) => findProjects(board, text, cell && operation.kind === "LINKAGE_ADD" ? levelOf(board, cell) : null),
        }),
        operations.length > 1 && h("button", { type: "button", id: `op${at}-remove`, onclick: () => { store({ operations: operations.filter((_, position) => position !== at) }); board.redraw(); } }, t("removeOperation")))),
      h("div", { class: "actions" }, h("button", { type: "button", id: "op-add", onclick: () => { store({ operations: [...operations, newOperation(board, kinds[0], cell)] }); board.redraw(); document.getElementById(`op${operations.length}-kind`)?.focus(); } }, t("addOperation"))),
      field("proposal-summary", t("summary"), textArea(draft.summary, (summary) => board.drafts.update(form, { summary })), t("summaryHelp")),
      problemList("propose-problems", board.problemsOf(form)),
      h("div", { class: "actions" }, h("button", { type: "submit", class: board.preview ? null : "primary", id: "preview", disabled: !board.isOnline || isLoading }, t("previewFirst")), h("button", { type: "button", id: "form-cancel", onclick: board.back }, t("cancel")))),
    h("div", { id: "preview-result" }, previewResult(board, context)),
  ];
}

/** Return the strategic issues that a project can be linked to: those of the chain whose stages the matrix shows, or all. */
function issuesOfChain(board) {
  const issues = board.issues() ?? [];
  const { rows, columns } = board.state.matrix;
  const chain = [...rows.headers, ...columns.headers].find(({ member }) => member?.chain)?.member.chain.code;
  const ofChain = issues.filter(({ valueChain }) => valueChain && valueChain.code === chain);
  return ofChain.length > 0 ? ofChain : issues;
}

/** Return a new operation with what its place decides. */
function newOperation(board, kind, cell) {
  const stageAxis = ["rows", "columns"].find((axis) => board.state.matrix?.[axis].dimension === "STAGE");
  const stage = cell && stageAxis ? board.state.matrix[stageAxis].headers[stageAxis === "rows" ? cell.rowIndex : cell.columnIndex] : null;
  return { kind, ...(kind === "LINKAGE_ADD" && stage?.kind === "MEMBER" ? { stage: stage.key } : {}), ...(kind === "GAP_TAKE" ? { agency: ownDelegation(board.state)?.agency.id } : {}), ...(kind === "BUDGET_SET" ? { phase: "PLANNED" } : {}) };
}

/** Return the actor level of a cell; null if the matrix has no such axis. */
function levelOf(board, cell) {
  const { rows, columns } = board.state.matrix;
  const header = rows.dimension === "ACTOR_LEVEL" ? rows.headers[cell.rowIndex] : columns.dimension === "ACTOR_LEVEL" ? columns.headers[cell.columnIndex] : null;
  return header?.kind === "MEMBER" ? header.key : null;
}

async function findProjects(board, text, actorLevel) {
  const { areas, fiscalYear } = board.state.session;
  try {
    return (await searchProjects({ text, actorLevel, areas: areas.map(({ id }) => id), fiscalYear: fiscalYear.be })).nodes;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [];
  }
}

/** Forget the preview: what is recorded is what was seen. */
function dropPreview(board) {
  if (!board.preview) return;
  board.preview = null;
  replaceChildren(document.getElementById("preview-result"), h("p", { class: "quiet" }, t("previewAgain")));
  board.redrawMatrix();
}

/** Load what the operations would do, and show it below the form and on the matrix. */
async function preview(board, { form, cell, operations }) {
  const missing = operations.flatMap((operation, at) => missingFields(operation).map((name) => ({ at, name })));
  if (missing.length > 0) {
    board.showProblems(form, [t("fillIn", { names: [...new Set(missing.map(({ name }) => t(`missing_${name}`)))].join(", ") })]);
    document.getElementById(`op${missing[0].at}-${missing[0].name}`)?.focus();
    return;
  }
  const place = { cell, fiscalYear: board.state.session.fiscalYear.be };
  const inputs = operations.map((operation) => toOperationInput(operation, place));
  const result = await board.attempt(form, () => previewOperations(board.state.session.id, inputs));
  if (!result) return;
  const changes = result.changes && { ...result.changes, changed: nameAddedProjects(result.changes.changed, result.operations) };
  board.preview = { ...result, changes, inputs };
  board.showProblems(form, problemTexts(result.userErrors));
  board.redrawMatrix();
  document.getElementById("preview-title")?.focus();
}

function previewResult(board, context) {
  if (!board.preview) return null;
  const { preview: seen } = board;
  return [
    h("h3", { id: "preview-title", tabindex: "-1" }, t("previewTitle")),
    outcomeSections(board, seen),
    section(t("mustAccept"), h("ul", { class: "positions" }, seen.requiredParties.map(({ agency, because, mandated }) => h("li", {}, mark("WAIT"), h("div", {}, h("p", {}, h("b", {}, agencyName(agency))), h("p", { class: "quiet" }, localize(because), !mandated && h("b", { class: "warn" }, ` · ${t("notMandated")}`))))))),
    seen.userErrors.length === 0 && h("button", { type: "button", class: "primary big", id: "record-proposal", disabled: !board.isOnline, onclick: () => record(board, context) }, t("recordProposal")),
  ];
}

/** Record the proposal that was previewed; a cell that is not on the agenda is added to it first. */
async function record(board, { form, cell, place, summary }) {
  const { inputs, operations } = board.preview;
  const replaced = board.view.proposal;
  let item = board.view.item ?? board.state.proposals.get(replaced)?.item.id ?? board.itemsAt(place)[0]?.id;
  if (!item) {
    const added = await board.run("agendaItemAdd", { session: board.state.session.id, title: `${t(cell.state)}: ${placeName(board.state.matrix, place)}`, cell: cell.id }, { form });
    if (!added) return;
    item = added.item.id;
  }
  const summaryText = summary() || operations.map(({ text }) => localize(text)).join(" · ");
  const payload = await board.run("proposalCreate", { item, summary: summaryText, operations: inputs, ...(replaced ? { supersedes: replaced } : {}) }, { form, done: t("proposalRecorded") });
  if (!payload) return;
  board.drafts.remove(form);
  board.preview = null;
  board.go(opening({ item, proposal: payload.proposal.id }));
}
