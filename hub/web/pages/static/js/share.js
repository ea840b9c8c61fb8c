/**
 * Buttons that copy the link, copy the query as GraphQL, save it as a file and print.
 */
import { replaceChildren, h } from "./dom.js";
import { inCurrentLanguage, t } from "./i18n.js";
import { saveBlob } from "./save-blob.js";

/**
 * Draw the buttons.
 * @param {HTMLElement} container
 * @param {boolean} hasQuery whether the page shows a matrix, which has a GraphQL query
 * @param {{link: () => string, graphql: () => string, file: (kind: string) => string | null, refused: (message: string) => void}} content `file`: the address of the answer as a file; `refused` shows why there is none
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
    hasQuery && ["xlsx", "csv"].map((kind) => h("button", { type: "button", id: `save-${kind}`, title: t("saveFile"), onclick: ({ currentTarget }) => saveFile(currentTarget, content.file(kind), content.refused) }, kind === "xlsx" ? "Excel" : "CSV")),
    h("button", { type: "button", id: "print", onclick: () => print() }, t("print")));
}

/** Save a file of the hub; if it is refused, show why on the page. */
async function saveFile(button, url, refused) {
  if (!url) return;
  button.disabled = true;
  try {
    const response = await fetch(url);
    if (!response.ok) {
      const { errors } = await response.json();
      refused(inCurrentLanguage(errors[0].message));
      return;
    }
    const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition"))?.[1] ?? "matrix";
    saveBlob(await response.blob(), name);
  } catch {
    refused(t("offline"));
  } finally {
    button.disabled = false;
  }
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
