/**
 * The form of one ruling: choices, scope, raw rows, a preview of its effect, and the mutation that records it.
 */
import { ApiError } from "../api.js";
import { replaceChildren, h } from "../dom.js";
import { t, localize, inCurrentLanguage } from "../i18n.js";
import { newKey } from "../idempotency.js";
import { formatCount, formatAmounts, formatRowCount } from "./format.js";
import { loadRows, settleRows } from "./queries.js";

const MAX_RAW_ROWS = 20;
/** Choices about rows; the others are about a name. */
const ROW_CHOICES = ["accept", "round", "refuse"];

/**
 * Return the form of a question.
 * @param {object} question
 * @param {number} position its position in the list, for ids of fields
 * @param {object} source
 * @param {{onSettled: (result: object) => void}} actions
 */
export function rulingForm(question, position, source, actions) {
  const fieldId = (part) => `q${position}-${part}`;
  const isConflict = question.reason === "CONFLICTING_VALUES";
  const choices = rulingChoices(question);
  const codeInput = h("input", { id: fieldId("code"), "aria-label": t("otherCodeLabel"), autocomplete: "off", spellcheck: "false", oninput: () => { radioOf("other").checked = true; preview(); } });
  const inBlock = question.block && h("input", { type: "checkbox", id: fieldId("block"), checked: true, onchange: () => preview() });
  const inYears = question.fiscalYears.length > 0 && h("input", { type: "checkbox", id: fieldId("years"), onchange: () => preview() });
  const previewLine = h("p", { class: "will", id: fieldId("will") });
  const errorList = h("div", { class: "wrong", role: "alert" });
  const button = h("button", { type: "submit", class: "primary" }, t("record"));
  const form = h("form", { class: "ruling", novalidate: true, onsubmit: record, onchange: () => preview() },
    h("fieldset", {}, h("legend", {}, t("rulingOn")),
      isConflict && h("p", {}, t("oneOfKey")),
      choices.map(([value, ...label]) => h("div", { class: "choice" },
        h("label", {}, h("input", { type: "radio", name: fieldId("choice"), value }), h("span", {}, label)),
        value === "other" && codeInput))),
    question.kind && (inBlock || inYears) && h("div", { class: "scope" },
      inBlock && h("label", {}, inBlock, h("span", {}, t("onlyBlock"))),
      inYears && h("label", {}, inYears, h("span", {}, t("onlyYears", { years: question.fiscalYears[0].be })))),
    rawRows(question, position, isConflict),
    previewLine, errorList, button);
  let lastRequest = { text: "", key: "" };

  function radioOf(value) {
    return form.querySelector(`input[type=radio][value="${CSS.escape(value)}"]`);
  }
  const chosenValue = () => form.querySelector("input[type=radio]:checked")?.value ?? "";
  const chosenRowIds = () => {
    const boxes = [...form.querySelectorAll("input[data-row]")];
    const ids = boxes.filter((box) => box.checked).map((box) => box.dataset.row);
    const notListed = isConflict ? [] : question.rowIds.slice(boxes.length);
    return [...ids, ...notListed];
  };

  function preview() {
    replaceChildren(errorList);
    form.dataset.touched = chosenValue() ? "yes" : "";
    const chosen = chosenValue();
    if (!chosen) return replaceChildren(previewLine, t("chooseFirst"));
    if (ROW_CHOICES.includes(chosen)) {
      const ids = chosenRowIds();
      const all = ids.length === question.rowCount;
      return replaceChildren(previewLine, t(chosen === "refuse" ? "willRefuse" : "willRead", { rows: formatRowCount(ids.length), money: all ? formatAmounts(question.amounts) : t("partly") }));
    }
    const coverage = coveredRows(question, source.questions, inBlock?.checked, inYears?.checked);
    return replaceChildren(previewLine, t("willRead", { rows: formatRowCount(coverage.rows), money: coverage.many ? t("severalQuestions", { n: coverage.many }) : formatAmounts(question.amounts) }));
  }

  async function record(event) {
    event.preventDefault();
    const chosen = chosenValue();
    const missing = !chosen ? "chooseFirst" : chosen === "other" && !codeInput.value.trim() ? "typeCode" : ROW_CHOICES.includes(chosen) && chosenRowIds().length === 0 ? "chooseRow" : null;
    if (missing) return replaceChildren(errorList, h("p", {}, t(missing)));
    const ruling = rulingInput(chosen);
    // The same ruling is sent with the same key, so that a retry after a lost response is not recorded twice.
    const rulingText = JSON.stringify(ruling);
    if (lastRequest.text !== rulingText) lastRequest = { text: rulingText, key: newKey() };
    button.disabled = true;
    button.textContent = t("recording");
    try {
      const result = await settleRows({ idempotencyKey: lastRequest.key, source: source.id, ruling });
      if (result.userErrors.length > 0) {
        lastRequest = { text: "", key: "" };
        return replaceChildren(errorList, h("p", {}, h("b", {}, t("notRecorded"))), result.userErrors.map((error) =>
          h("p", {}, localize(error.message), " ", h("span", { class: "errcode" }, [error.code, ...(error.field ?? [])].join(" · ")))));
      }
      form.dataset.touched = "";
      return actions.onSettled(result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return replaceChildren(errorList, ["offline", "incident"].includes(error.kind) && h("p", {}, h("b", {}, t("notRecordedOffline"))),
        error.kind !== "offline" && h("p", {}, error.kind === "unready" ? t("unready") : inCurrentLanguage(error.message)),
        error.incident && h("p", {}, t("incident"), ": ", h("code", {}, error.incident)));
    } finally {
      button.disabled = false;
      button.textContent = t("record");
    }
  }

  function rulingInput(chosen) {
    if (ROW_CHOICES.includes(chosen)) return { [chosen]: chosenRowIds() };
    const target = chosen === "other" ? codeInput.value.trim() : chosen === "none" ? "-" : chosen.slice(1);
    const be = question.fiscalYears[0]?.be;
    return { name: {
      kind: question.kind, name: question.written, target,
      ...(inBlock?.checked ? { block: question.block } : {}),
      ...(inYears?.checked ? { fiscalYears: { from: { be }, to: { be } } } : {}),
    } };
  }

  preview();
  return form;
}

/** Doubts about the linkages of a stored record: only a plan, another ruling or the source settles them. */
const LINKAGE_REASONS = ["UNKNOWN_CODE", "AMBIGUOUS_CODE", "IMPOSSIBLE_SHARE", "OTHER_OWNER", "REPEATED_LINKAGE"];

/** Return the choices of a question: value and label; the value of a proposed code starts with `=`. */
function rulingChoices(question) {
  const refuse = ["refuse", t("refuseRows")];
  if (question.reason === "AMOUNT_TOO_FINE") return [["round", t("roundRows")], refuse];
  if (LINKAGE_REASONS.includes(question.reason)) return [refuse];
  if (!question.kind) return [["accept", t("acceptRows")], refuse];
  return [
    ...question.proposals.map((one) => [`=${one.target}`, h("b", {}, t("proposed")), " ", localize(one.text), " ", h("code", {}, one.target)]),
    ["other", t("otherCode")],
    ...(question.kind === "AREA" ? [["none", t("noArea")]] : []),
    refuse,
  ];
}

/** Return how many rows a ruling on a name covers: those of all questions with the same name in its scope. */
function coveredRows(question, questions, inBlock, inYears) {
  const same = questions.filter((one) => one.kind === question.kind && one.written === question.written
    && (!inBlock || one.block === question.block) && (!inYears || one.fiscalYears[0]?.be === question.fiscalYears[0]?.be));
  return { rows: same.reduce((sum, one) => sum + one.rowCount, 0), many: same.length > 1 ? same.length : 0 };
}

/** Return the raw rows, loaded when the box is opened; each has a check box that includes it in a ruling on rows. */
function rawRows(question, position, isConflict) {
  const list = h("ul", { class: "rows" });
  const details = h("details", { class: "raw", ontoggle: loadOnOpen }, h("summary", {}, t("showRows"), question.rowCount > MAX_RAW_ROWS && ` (${t("firstRows", { n: MAX_RAW_ROWS, all: formatCount(question.rowCount) })})`), list);
  async function loadOnOpen() {
    if (!details.open || list.children.length > 0) return;
    replaceChildren(list, h("li", { class: "quiet", role: "status" }, t("loadingSource"), "…"));
    try {
      const rows = await loadRows(question.rowIds.slice(0, MAX_RAW_ROWS));
      replaceChildren(list, rows.map((row) => h("li", {},
        h("label", {}, h("input", { type: "checkbox", "data-row": row.id, id: `q${position}-${row.id}`, checked: !isConflict }),
          h("span", {}, t("rowChosen", { key: row.sourceKey }), " · ", formatAmounts(row.amounts))),
        h("pre", { tabindex: 0, role: "group", "aria-label": t("rowChosen", { key: row.sourceKey }) }, row.payload))));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      replaceChildren(list, h("li", {}, error.kind === "offline" ? t("offline") : inCurrentLanguage(error.message)));
    }
  }
  if (isConflict) queueMicrotask(() => { if (position === 0) details.open = true; });
  return details;
}
