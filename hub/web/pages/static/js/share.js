/**
 * Taking the question elsewhere: as a link, as GraphQL, on paper.
 */
import { fill, h } from "./dom.js";
import { t } from "./words.js";

/**
 * The tools of the foot.
 * @param {HTMLElement} container
 * @param {boolean} hasQuestion whether a matrix is asked, which GraphQL can say
 * @param {{link: () => string, graphql: () => string}} formats
 * @param {(text: string) => void} announce
 */
export function share(container, hasQuestion, formats, announce) {
  const copying = (id, label, what) =>
    h("button", { type: "button", id, onclick: async ({ currentTarget }) => {
      const done = await copy(what(), container);
      announce(t(done ? "copied" : "copyByHand"));
      if (done) flash(currentTarget, label);
    } }, label);
  fill(container,
    copying("copy-link", t("copyLink"), formats.link),
    hasQuestion && copying("copy-graphql", t("copyGraphql"), formats.graphql),
    h("button", { type: "button", id: "print", onclick: () => print() }, t("print")));
}

function flash(button, label) {
  button.textContent = `✓ ${t("copied")}`;
  setTimeout(() => { button.textContent = label; }, 1800);
}

/** The clipboard where the browser lets us (not on plain http to another machine), else a field to copy from. */
async function copy(text, container) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    container.querySelector(".byhand")?.remove();
    const box = h("textarea", { class: "byhand", readonly: true, rows: 3, "aria-label": t("copyByHand") });
    box.value = text;
    container.append(box);
    box.select();
    return document.execCommand?.("copy") ?? false;
  }
}
