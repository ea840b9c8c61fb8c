/**
 * Names and buttons that several panels of the board share.
 */
import { h } from "../dom.js";
import { localize, t } from "../i18n.js";
import { mark } from "../marks.js";

/** Return the short name of an agency, or its name if it has none. */
export const agencyLabel = (agency) => (agency ? localize(agency.shortName) || localize(agency.name) : "");

/** Return the name of an agency, with its short name as a title. */
export const agencyName = (agency) => localize(agency?.name);

/** Return a section of a panel; null without content. */
export const section = (title, ...children) => (children.flat(9).some(Boolean) ? h("section", {}, h("h3", {}, title), children) : null);

/** Return a chip with the mark and name of a cell state. */
export const stateChip = (state) => h("span", { class: `chip s-${state}` }, mark(state), h("b", {}, t(state)));

/** Return a label with its control; the control gets the id. */
export function field(id, label, control, hint = null) {
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "board-field" }, h("label", { for: id }, label), control, hint && h("p", { class: "quiet", id: `${id}-hint` }, hint));
}

/** Return the list of what the hub refused, read at once by screen readers; empty without errors. */
export const problemList = (id, problems) => h("div", { class: "wrong", id, role: "alert" }, problems.map((problem) => h("p", {}, problem)));

/** Return the texts of user errors; the code is named for those who report it. */
export const problemTexts = (userErrors) => userErrors.map(({ message, code }) => `${localize(message)} (${code})`);
