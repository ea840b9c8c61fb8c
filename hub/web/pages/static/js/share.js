/**
 * Taking the question elsewhere: as a link, as GraphQL, on paper.
 */
import { fill, h } from "./dom.js";
import { t } from "./words.js";

/**
 * The tools of the foot.
 * @param {HTMLElement} room
 * @param {boolean} asks whether a matrix is asked, which GraphQL can say
 * @param {{link: () => string, graphql: () => string}} give
 * @param {(text: string) => void} say
 */
export function share(room, asks, give, say) {
  const copying = (id, label, what) =>
    h("button", { type: "button", id, onclick: async ({ currentTarget }) => {
      const done = await copy(what(), room);
      say(t(done ? "copied" : "copyByHand"));
      if (done) flash(currentTarget, label);
    } }, label);
  fill(room,
    copying("copy-link", t("copyLink"), give.link),
    asks && copying("copy-graphql", t("copyGraphql"), give.graphql),
    h("button", { type: "button", id: "print", onclick: () => print() }, t("print")));
}

function flash(button, label) {
  button.textContent = `✓ ${t("copied")}`;
  setTimeout(() => { button.textContent = label; }, 1800);
}

/** The clipboard where the browser lets us (not on plain http to another machine), else a field to copy from. */
async function copy(text, room) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    room.querySelector(".byhand")?.remove();
    const box = h("textarea", { class: "byhand", readonly: true, rows: 3, "aria-label": t("copyByHand") });
    box.value = text;
    room.append(box);
    box.select();
    return document.execCommand?.("copy") ?? false;
  }
}
