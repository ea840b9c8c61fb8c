/**
 * The foot: what the marks mean and how many there are, each a filter; and what was assumed.
 */
import { h } from "./dom.js";
import { STATES, mark } from "./marks.js";
import { cite, t, year } from "./words.js";

/**
 * The legend of the states that occur; pressing one dims the others.
 * @param {object} matrix
 * @param {string[]} only
 * @param {(only: string[]) => void} choose
 */
export function legend(matrix, only, choose) {
  const counts = new Map(matrix.total.states.map(({ state, cells }) => [state, cells]));
  const press = (state) => choose(only.includes(state) ? only.filter((one) => one !== state) : [...only, state]);
  return h("div", { class: "legend", role: "group", "aria-label": t("legend") },
    STATES.filter((state) => counts.has(state) || only.includes(state)).map((state) =>
      h("button", {
        type: "button", class: `key s-${state}`, "data-state": state, title: t("legend"), "aria-pressed": String(only.includes(state)), onclick: () => press(state),
      }, h("span", { class: "swatch" }, mark(state)), h("span", { class: "word" }, t(state)), " ", h("b", {}, counts.get(state) ?? 0))));
}

/**
 * What of the page was reconstructed or assumed, in one quiet line.
 * @param {object[]} contributions of the total
 * @param {object} matrix
 * @param {{chain: object | null}} context
 * @returns {string}
 */
export function grounds(contributions, matrix, context) {
  const placed = new Set();
  const years = new Set();
  let issueAssumed = false;
  for (const { project, linkage } of contributions) {
    for (const one of linkage?.provenance ?? []) {
      if (one.asserted === "RECONSTRUCTED" && one.citation) placed.add(one.citation);
      if (one.asserted === "ASSUMED") issueAssumed = true;
    }
    const assumedYear = project?.provenance.some((one) => one.asserted === "ASSUMED" && /fiscal year/i.test(one.note ?? ""));
    if (assumedYear) for (const { be } of project.fiscalYears) years.add(be);
  }
  const roles = new Set(matrix.cells.flatMap((cell) => cell.expected.map((role) => role.citation)));
  const notes = [];
  if (placed.size) notes.push(t("notePlaced", { cites: listed(placed) }));
  if (years.size) notes.push(t("noteYear", { year: [...years].sort().map(year).join(", ") }));
  if (issueAssumed) notes.push(t("noteIssue"));
  if (roles.size) notes.push(t("noteRoles", { cites: listed(roles) }));
  else if (!context.chain && !matrix.cells.some((cell) => cell.expected.length)) notes.push(t(context.issue ? "noteNoChainIssue" : "noteNoChain"));
  else if (context.chain && !context.chain.template && matrix.total.states.some(({ state }) => state === "GAP")) notes.push(t("noteNoRoles"));
  if (matrix.total.projectCount > 0 && !matrix.total.budget && !matrix.cells.some((cell) => cell.budget)) notes.push(t("noteNoMoney"));
  return notes.join(" · ");
}

const listed = (citations) => [...citations].sort().map(cite).join(t("and"));
