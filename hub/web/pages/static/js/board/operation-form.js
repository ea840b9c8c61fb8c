/**
 * The fields of one operation in the form of a proposal.
 */
import { h, replaceChildren } from "../dom.js";
import { headerLabel } from "../header-label.js";
import { localize, t } from "../i18n.js";
import { agencyLabel, agencyName, field } from "./labels.js";
import { AGREED_PHASES, FUNDING_SOURCES, OPERATION_FIELDS, openFindings } from "./operations.js";
import { textArea } from "./positions.js";

/** Milliseconds without typing before projects are searched. */
const SEARCH_DELAY = 300;

/**
 * Return the fields of an operation.
 * @param {object} board
 * @param {object} operation
 * @param {{at: number, choices: object | null, issues: object[], save: (fields: object) => void, search: (text: string) => Promise<object[]>, redraw: () => void}} context `at`: its position, for ids
 */
export function operationFields(board, operation, context) {
  return OPERATION_FIELDS[operation.kind].map((name) => FIELDS[name.replace("?", "")](board, operation, context));
}

const select = (options, value, onChange) => h("select", { onchange: ({ target }) => onChange(target.value) }, h("option", { value: "" }, "–"), options.map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
const textInput = (value, save, attributes = {}) => {
  const input = h("input", { type: "text", autocomplete: "off", oninput: ({ target }) => save(target.value), ...attributes });
  input.value = value ?? "";
  return input;
};

const FIELDS = {
  project: (board, operation, context) => projectField("project", t(operation.kind === "PROJECT_MERGE" ? "projectShown" : "project"), operation, context),
  other: (board, operation, context) => projectField("other", t("projectSame"), operation, context),
  issue: (board, { issue }, { at, issues, save }) => issues.length !== 1 && field(`op${at}-issue`, t("issue"), select(issues.map(({ id, name }) => [id, localize(name)]), issue, (value) => save({ issue: value }))),
  stage: (board, { stage, kind }, { at, save }) => field(`op${at}-stage`, t(kind === "LINKAGE_MOVE" ? "toStage" : "stageName"), select(stages(board), stage, (value) => save({ stage: value }))),
  share: (board, { share }, { at, save }) => field(`op${at}-share`, t("sharePercent"), textInput(share, (value) => save({ share: value }), { inputmode: "decimal" }), t("shareHelp")),
  reason: (board, { reason }, { at, save }) => field(`op${at}-reason`, t("reasonForMinutes"), textArea(reason, (value) => save({ reason: value }))),
  text: (board, { text }, { at, save }) => field(`op${at}-text`, t("whatIsToBeDone"), textArea(text, (value) => save({ text: value }))),
  dueOn: (board, { dueOn }, { at, save }) => field(`op${at}-dueOn`, t("dueOn"), h("input", { type: "date", value: dueOn ?? "", onchange: ({ target }) => save({ dueOn: target.value }) })),
  agency: (board, { agency, kind }, { at, save }) => field(`op${at}-agency`, t(kind === "LEAD_SET" ? "leadAgency" : "whoDoesIt"), select(board.state.delegations.map((one) => [one.agency.id, agencyName(one.agency)]), agency, (value) => save({ agency: value }))),
  phase: (board, { phase }, { at, save }) => field(`op${at}-phase`, t("phase"), select(AGREED_PHASES.map((one) => [one, t(one)]), phase, (value) => save({ phase: value }))),
  funding: (board, { funding }, { at, save }) => field(`op${at}-funding`, t("FUNDING"), select(FUNDING_SOURCES.map((one) => [one, t(`funding_${one}`)]), funding, (value) => save({ funding: value }))),
  amount: (board, { amount }, { at, save }) => field(`op${at}-amount`, t("amountBaht"), textInput(amount, (value) => save({ amount: value }), { inputmode: "decimal" })),
  linkage: (board, { linkage }, { at, choices, save }) => {
    const linkages = (choices?.projects.nodes ?? []).flatMap((project) => project.linkages.nodes.map((one) => ({ ...one, project })));
    return field(`op${at}-linkage`, t("linkage"), select(linkages.map((one) => [one.id, [localize(one.project.name), one.stage && localize(one.stage.name)].filter(Boolean).join(" → ")]), linkage?.id, (id) => {
      const chosen = linkages.find((one) => one.id === id);
      save({ linkage: chosen ? { id, version: chosen.version } : null });
    }));
  },
  finding: (board, { finding }, { at, choices, save }) => {
    const findings = openFindings(choices);
    return field(`op${at}-finding`, t("finding"), select(findings.map(({ id, summary }) => [id, localize(summary)]), finding?.id, (id) => {
      const chosen = findings.find((one) => one.id === id);
      save({ finding: chosen ? { id, version: chosen.version } : null });
    }));
  },
};

function stages(board) {
  const { rows, columns } = board.state.matrix;
  const axis = [rows, columns].find(({ dimension }) => dimension === "STAGE");
  return (axis?.headers ?? []).filter(({ kind }) => kind === "MEMBER").map((header) => [header.key, `${header.index + 1}. ${headerLabel(header)}`]);
}

/** A project: those of the cell and the found ones as buttons, and a field to search others. */
function projectField(name, label, operation, { at, choices, save, search, redraw }) {
  const chosen = operation[name];
  const id = `op${at}-${name}`;
  const inCell = operation.kind === "LINKAGE_ADD" ? [] : (choices?.projects.nodes ?? []);
  const list = h("ul", { class: "found", id: `${id}-found` });
  const shown = (projects) => replaceChildren(list, projects.map((project, position) => h("li", {}, h("button", { type: "button", id: `${id}-${position}`, "aria-pressed": String(project.id === chosen?.id), onclick: () => { save({ [name]: { id: project.id, version: project.version, name: project.name } }); redraw(); } },
    localize(project.name), project.owner && h("span", { class: "quiet" }, ` ${agencyLabel(project.owner)}`)))));
  let timer = null;
  const find = async (text) => {
    const projects = await search(text);
    const cellIds = new Set(inCell.map((project) => project.id));
    shown([...(text ? [] : inCell), ...projects.filter((project) => text || !cellIds.has(project.id))]);
    if (projects.length === 0 && text) replaceChildren(list, h("li", { class: "quiet", role: "status" }, t("noProjectFound")));
  };
  const input = h("input", { type: "search", autocomplete: "off", placeholder: t("projectSearch"), oninput: ({ target }) => { save({ [`${name}Text`]: target.value }); clearTimeout(timer); timer = setTimeout(() => find(target.value.trim()), SEARCH_DELAY); } });
  input.value = operation[`${name}Text`] ?? "";
  if (chosen) {
    return h("div", { class: "board-field" }, h("p", { class: "label", id: `${id}-label` }, label), h("p", { class: "chosen" }, h("b", {}, localize(chosen.name)), " ",
      h("button", { type: "button", id: `${id}-change`, "aria-describedby": `${id}-label`, onclick: () => { save({ [name]: null }); redraw(); document.getElementById(id)?.focus(); } }, t("changeChoice"))));
  }
  shown(inCell);
  find(input.value.trim());
  return h("div", {}, field(id, label, input), list);
}
