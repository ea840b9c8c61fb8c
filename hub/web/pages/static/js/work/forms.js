/**
 * The forms of the open item: the reason of a decision, the answer to a request, the list of shortcuts.
 */
import { h, replaceChildren } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Return the form that asks for a reason; Enter records it, Shift+Enter begins a line, Esc cancels.
 * @param {string} action the name of the decision
 * @param {{onSend: (reason: string) => Promise<void>, onCancel: () => void}} actions
 */
export function reasonForm(action, { onSend, onCancel }) {
  const problem = h("div", { class: "wrong", role: "alert" });
  const field = h("textarea", { id: "reason", rows: 2, maxlength: 2000, onkeydown: (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape") { event.stopPropagation(); onCancel(); }
  } });
  const form = h("form", { id: "reason-form", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    if (!field.value.trim()) { replaceChildren(problem, h("p", {}, t("reasonNeeded"))); field.focus(); return; }
    onSend(field.value.trim());
  } },
  h("label", { for: "reason" }, t("reasonFor", { action })), field, problem,
  h("p", { class: "actions" }, h("button", { type: "submit", class: "primary" }, t("reasonSend"), " ", h("kbd", {}, "Enter")), h("button", { type: "button", onclick: onCancel }, t("reasonCancel"), " ", h("kbd", {}, "Esc"))));
  return form;
}

/** Return the form of an answer to a request for work. @param {{onSend: (answer: object) => void}} actions */
export function answerForm({ onSend }) {
  const project = h("input", { id: "answer-project", autocomplete: "off", spellcheck: "false" });
  const reason = h("textarea", { id: "answer-reason", rows: 2, maxlength: 2000 });
  const problem = h("div", { class: "wrong", role: "alert" });
  const form = h("form", { id: "answer-form", class: "ruling", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    const decision = form.querySelector("input:checked").value;
    const missing = decision === "OFFER" ? !project.value.trim() && "projectCode" : !reason.value.trim() && "reasonNeeded";
    if (missing) { replaceChildren(problem, h("p", {}, t(missing))); return; }
    onSend({ decision, reason: reason.value.trim() || null, ...(decision === "OFFER" ? { project: { code: project.value.trim() } } : {}) });
  } },
  h("fieldset", {}, h("legend", {}, t("answer")), ["OFFER", "DECLINE", "REFER"].map((value) =>
    h("div", { class: "choice" }, h("label", {}, h("input", { type: "radio", name: "answer", value, checked: value === "OFFER" }), h("span", {}, t(value)))))),
  h("label", { for: "answer-project" }, t("projectCode")), project,
  h("label", { for: "answer-reason" }, t("reason")), reason, problem,
  h("p", { class: "actions" }, h("button", { type: "submit", class: "primary" }, t("reasonSend"))));
  return form;
}

const SHORTCUTS = [["J / K", "helpNext"], ["A", "agree"], ["R", "reject"], ["D", "dispute"], ["U", "undo"], ["X", "helpSelect"], ["Shift + X", "helpAll"], ["?", "helpTitle"], ["Esc", "helpEscape"]];

/**
 * Return the panel of shortcuts. Single letters can be turned off (WCAG 2.1.4).
 * @param {{enabled: boolean, onToggle: (enabled: boolean) => void, onClose: () => void}} options
 */
export const shortcutPanel = ({ enabled, onToggle, onClose }) =>
  h("section", { id: "shortcuts", "aria-labelledby": "shortcuts-title" },
    h("h2", { id: "shortcuts-title", tabindex: -1 }, t("helpTitle")),
    h("dl", { class: "facts" }, SHORTCUTS.map(([keys, text]) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, t(text).replace("…", ""))])),
    h("p", { class: "quiet" }, t("helpKeys")),
    h("p", {}, h("label", { class: "toggle" }, h("input", { type: "checkbox", id: "shortcuts-on", checked: enabled, onchange: ({ target }) => onToggle(target.checked) }), " ", t("helpOn"))),
    h("button", { type: "button", onclick: onClose }, t("close"), " ", h("kbd", {}, "Esc")));
