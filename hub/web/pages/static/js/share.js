/**
 * Buttons that copy the link, copy the query as GraphQL, save it as a file and print.
 */
import { replaceChildren, h } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Draw the buttons.
 * @param {HTMLElement} container
 * @param {boolean} hasQuery whether the page shows a matrix, which has a GraphQL query
 * @param {{link: () => string, graphql: () => string, file: (kind: string) => string | null}} content `file`: the address of the answer as a file
 * @param {(text: string) => void} announce
 */
export function drawShareButtons(container, hasQuery, content, announce) {
  const copyButton = (id, label, getText) =>
    h("button", { type: "button", id, onclick: async ({ currentTarget }) => {
      const copied = await copy(getText(), container);
      announce(t(copied ? "copied" : "copyByHand"));
      if (copied) showCopied(currentTarget, label);
    } }, label);
  replaceChildren(container,
    copyButton("copy-link", t("copyLink"), content.link),
    hasQuery && copyButton("copy-graphql", t("copyGraphql"), content.graphql),
    hasQuery && ["xlsx", "csv"].map((kind) => h("button", { type: "button", id: `save-${kind}`, title: t("saveFile"), onclick: () => { const url = content.file(kind); if (url) location.assign(url); } }, kind === "xlsx" ? "Excel" : "CSV")),
    h("button", { type: "button", id: "print", onclick: () => print() }, t("print")));
}

function showCopied(button, label) {
  button.textContent = `✓ ${t("copied")}`;
  setTimeout(() => { button.textContent = label; }, 1800);
}

/** Copy a text and return whether that succeeded. Over plain http to another machine browsers have no clipboard API: then show a selected field to copy from. */
async function copy(text, container) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    container.querySelector(".byhand")?.remove();
    const field = h("textarea", { class: "byhand", readonly: true, rows: 3, "aria-label": t("copyByHand") });
    field.value = text;
    container.append(field);
    field.select();
    return document.execCommand?.("copy") ?? false;
  }
}
