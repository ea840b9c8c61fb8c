/**
 * The rulings of a source: who ruled what and when, and the form that revokes one.
 */
import { replaceChildren, h } from "../dom.js";
import { t, localize } from "../i18n.js";
import { errorText } from "./error-text.js";
import { formatAmounts, formatDateTime, formatRowCount } from "./format.js";
import { loadRulings, revokeRuling } from "./queries.js";
import { newKey } from "../idempotency.js";

/**
 * Return the list of rulings, newest first, with a button for the next page.
 * @param {object} source with the first page in `rulings`
 * @param {{onRevoked: (result: object) => void}} actions
 */
export function rulingList(source, actions) {
  if (source.rulings.nodes.length === 0) return h("p", { class: "none" }, t("rulingsNone"));
  const list = h("ol", { class: "rulings" });
  const moreButton = h("button", { type: "button", id: "more-rulings", onclick: appendNextPage }, t("moreRulings"));
  const problem = h("div", { class: "wrong", role: "alert" });
  let { pageInfo } = source.rulings;
  const append = (rulings) => {
    list.append(...rulings.map((ruling) => h("li", { class: "ruling-item", "data-ruling": ruling.id }, rulingItem(ruling, actions))));
    moreButton.hidden = !pageInfo.hasNextPage;
  };
  async function appendNextPage() {
    replaceChildren(problem);
    const from = list.children.length;
    try {
      const page = await loadRulings(source.id, pageInfo.endCursor);
      pageInfo = page.pageInfo;
      append(page.nodes);
      list.children[from]?.querySelector("summary, .ruling-text")?.focus();
    } catch (error) {
      replaceChildren(problem, errorText(error));
    }
  }
  append(source.rulings.nodes);
  return [h("p", { class: "quiet" }, t("rulingsHelp")), list, problem, moreButton];
}

function rulingItem(ruling, actions) {
  const isInForce = !ruling.revokedAt;
  return [
    h("p", { class: "ruling-text", tabindex: -1 }, h("b", {}, localize(ruling.text))),
    h("p", { class: "quiet" }, t("ruledBy", { by: ruling.by, time: formatDateTime(ruling.at) }), " · ", formatRowCount(ruling.rowCount),
      ruling.amounts.length > 0 && [" · ", formatAmounts(ruling.amounts)]),
    isInForce
      ? h("details", { class: "revoke", ontoggle: ({ target }) => { target.querySelector("form").dataset.touched = target.open ? "yes" : ""; } }, h("summary", {}, t("revoke")), revokeForm(ruling, actions))
      : h("p", { class: "ended" }, t(ruling.replacedBy ? "rulingReplaced" : "rulingRevoked", { by: ruling.revokedBy ?? "", time: formatDateTime(ruling.revokedAt) }),
          ruling.revokeReason && [": ", ruling.revokeReason]),
  ];
}

/** Return the form that asks for a reason and confirms the revocation. */
function revokeForm(ruling, actions) {
  const id = `reason-${ruling.id.split("/").pop()}`;
  const reason = h("input", { id, required: true, maxlength: 2000, autocomplete: "off" });
  const problem = h("div", { class: "wrong", role: "alert" });
  const button = h("button", { type: "submit", class: "primary" }, t("revokeConfirm"));
  const form = h("form", { novalidate: true, onsubmit: revoke },
    h("p", {}, t("revokeEffect", { rows: formatRowCount(ruling.rowCount) })),
    h("label", { for: id }, t("revokeReason")), reason,
    problem, button, " ",
    h("button", { type: "button", onclick: () => { const box = form.closest("details"); box.open = false; box.querySelector("summary").focus(); } }, t("revokeCancel")));
  // The same revocation is sent with the same key, so that a retry after a lost response is one command.
  let lastRequest = { reason: "", key: "" };

  async function revoke(event) {
    event.preventDefault();
    if (!reason.value.trim()) { replaceChildren(problem, h("p", {}, t("revokeNeedsReason"))); reason.focus(); return; }
    if (lastRequest.reason !== reason.value) lastRequest = { reason: reason.value, key: newKey() };
    button.disabled = true;
    try {
      const result = await revokeRuling({ idempotencyKey: lastRequest.key, ruling: ruling.id, expectedVersion: ruling.version, reason: reason.value });
      if (result.userErrors.length > 0) {
        lastRequest = { reason: "", key: "" };
        replaceChildren(problem, h("p", {}, h("b", {}, t("notRevoked"))), result.userErrors.map((error) => h("p", {}, localize(error.message), " ", h("span", { class: "errcode" }, error.code))));
        return;
      }
      form.dataset.touched = "";
      actions.onRevoked(result);
    } catch (error) {
      replaceChildren(problem, h("p", {}, h("b", {}, t("notRevoked"))), errorText(error));
    } finally {
      button.disabled = false;
    }
  }
  return form;
}
