/**
 * Many rulings at once: the proposals of names that have only one, chosen from a list, and a file of rulings.
 */
import { h, replaceChildren } from "../dom.js";
import { localize, t } from "../i18n.js";
import { saveBlob } from "../save-blob.js";
import { errorText } from "./error-text.js";
import { formatAmounts, formatCount, formatRowCount } from "./format.js";
import { importRulingFile, loadRulingFile, settleRows } from "./queries.js";
import { newKey } from "../idempotency.js";

/**
 * Return the two ways to rule on many rows at once; each ruling is recorded by itself and can be revoked.
 * @param {object} source
 * @param {{onManySettled: (count: object) => void}} actions
 */
export function manyRulings(source, actions) {
  const sole = source.questions.filter(({ kind, proposals }) => kind && proposals.length === 1);
  return [sole.length > 0 && soleProposals(source, sole, actions), rulingFile(source, actions)];
}

function soleProposals(source, questions, actions) {
  const problem = h("div", { class: "wrong", role: "alert" });
  const progress = h("p", { class: "quiet", role: "status" });
  const boxes = questions.map((question, position) => h("input", { type: "checkbox", id: `sole-${position}`, onchange: showSize }));
  const button = h("button", { type: "submit", class: "primary", id: "record-many" }, t("recordMany"));
  const chosen = () => questions.filter((_, position) => boxes[position].checked);
  function showSize() {
    const rows = chosen().reduce((sum, { rowCount }) => sum + rowCount, 0);
    replaceChildren(progress, t("manyChosen", { n: formatCount(chosen().length), rows: formatCount(rows) }));
    form.dataset.touched = rows ? "yes" : "";
  }
  async function record(event) {
    event.preventDefault();
    replaceChildren(problem);
    const rulings = chosen();
    if (rulings.length === 0) return replaceChildren(problem, h("p", {}, t("chooseFirst")));
    button.disabled = true;
    const total = { read: 0, settled: 0, left: source.waitingCount };
    try {
      for (const [position, question] of rulings.entries()) {
        replaceChildren(progress, t("recordingMany", { n: position + 1, all: rulings.length }));
        const name = { kind: question.kind, name: question.written, target: question.proposals[0].target, ...(question.block ? { block: question.block } : {}) };
        const result = await settleRows({ idempotencyKey: newKey(), source: source.id, ruling: { name } });
        if (result.userErrors.length > 0) {
          problem.append(...result.userErrors.map((error) => h("p", {}, h("b", {}, `“${question.written}” `), localize(error.message))));
          continue;
        }
        total.read += result.settlement.read;
        total.settled += result.settlement.settled;
        total.left = result.source.waitingCount;
      }
      form.dataset.touched = "";
      if (problem.children.length === 0) await actions.onManySettled(total);
    } catch (error) {
      replaceChildren(problem, errorText(error));
    } finally {
      button.disabled = false;
    }
    return undefined;
  }
  const all = h("button", { type: "button", id: "choose-all", onclick: () => { for (const box of boxes) box.checked = true; showSize(); } }, t("chooseAll"));
  const form = h("form", { class: "many", novalidate: true, onsubmit: record },
    h("ul", { class: "rows" }, questions.map((question, position) => h("li", {}, h("label", {}, boxes[position], h("span", {},
      h("b", {}, `“${question.written}”`), " → ", localize(question.proposals[0].text), " ", h("code", {}, question.proposals[0].target), " · ",
      formatRowCount(question.rowCount), " · ", formatAmounts(question.amounts)))))),
    all, " ", button, progress, problem);
  return h("details", { class: "raw", id: "sole-proposals" }, h("summary", {}, t("soleProposals", { n: formatCount(questions.length) })), h("p", { class: "quiet" }, t("soleHelp")), form);
}

function rulingFile(source, actions) {
  const report = h("div", { role: "status", id: "file-report" });
  const input = h("input", { type: "file", id: "ruling-file", accept: ".csv,text/csv", onchange: check });
  let csv = "";
  async function send(dryRun) {
    const { result, userErrors } = await importRulingFile({ source: source.id, csv, dryRun });
    if (userErrors.length > 0) return replaceChildren(report, userErrors.map((error) => h("p", { class: "wrong" }, localize(error.message))));
    if (result.issues.length > 0) return replaceChildren(report, h("p", { class: "wrong" }, t("fileWrong", { n: formatCount(result.issues.length) })), h("ul", { class: "rows" }, result.issues.map((issue) =>
      h("li", {}, t("fileRow", { row: issue.row }), issue.column && ` · ${issue.column}`, issue.written && ` · “${issue.written}”`, ": ", localize(issue.text)))));
    if (!dryRun) return actions.onManySettled({ ...result.settlement, left: null });
    const counts = t("fileChecked", { decided: formatCount(result.decided), applied: formatCount(result.applied), revoked: formatCount(result.revoked), unchanged: formatCount(result.unchanged) });
    return replaceChildren(report, h("p", {}, counts), result.applied + result.revoked > 0 && h("button", { type: "button", class: "primary", id: "apply-file", onclick: () => attempt(() => send(false)) }, t("applyFile")));
  }
  async function attempt(action) {
    try {
      await action();
    } catch (error) {
      replaceChildren(report, errorText(error));
    }
  }
  async function check() {
    const [file] = input.files;
    if (!file) return;
    replaceChildren(report, t("checkingFile"), "…");
    await attempt(async () => { csv = await file.text(); await send(true); });
  }
  async function download() {
    await attempt(async () => {
      const text = await loadRulingFile(source.id);
      saveBlob(new Blob([text], { type: "text/csv" }), `${source.id.split("/").at(-1)}-rulings.csv`);
    });
  }
  return h("details", { class: "raw", id: "ruling-files" }, h("summary", {}, t("rulingFiles")), h("p", { class: "quiet" }, t("rulingFilesHelp")),
    h("p", {}, h("button", { type: "button", id: "download-file", onclick: download }, t("downloadFile"))),
    h("p", {}, h("label", { for: "ruling-file" }, t("chooseFile")), " ", input), report);
}
