/**
 * The head of a panel: how to go back, its title, and what it is about.
 */
import { h } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Return the head of a panel.
 * @param {object} board
 * @param {string} title
 * @param {...unknown} rest shown below the title
 */
export const panelHead = (board, title, ...rest) => h("div", { class: "drawer-head" },
  h("h2", { id: "drawer-title", tabindex: "-1" }, title),
  h("button", { type: "button", class: "close", id: "panel-back", onclick: board.back }, t(board.isTop ? "close" : "back"), " ", h("kbd", {}, "Esc")), rest);
