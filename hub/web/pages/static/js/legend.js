/**
 * The page footer: the legend of cell states, which is also a filter, and the note on reconstructed and assumed data.
 */
import { h } from "./dom.js";
import { STATES, mark } from "./marks.js";
import { formatCitation, t, formatFiscalYear } from "./i18n.js";

/**
 * Return the legend of the states that occur, with their numbers of cells. Pressing a state dims the cells of the others.
 * @param {object} matrix
 * @param {string[]} only
 * @param {(only: string[]) => void} choose
 * @returns {{element: HTMLElement, change: (only: string[]) => void}} `change` highlights other states
 */
export function legend(matrix, only, choose) {
  const counts = new Map(matrix.total.states.map(({ state, cells }) => [state, cells]));
  let pressed = only;
  const toggle = (state) => choose(pressed.includes(state) ? pressed.filter((one) => one !== state) : [...pressed, state]);
  const buttons = STATES.filter((state) => counts.has(state) || only.includes(state)).map((state) =>
    h("button", { type: "button", class: `key s-${state}`, "data-state": state, title: t("legend"), onclick: () => toggle(state) },
      h("span", { class: "swatch" }, mark(state)), h("span", { class: "state-label" }, t(state)), " ", h("b", {}, counts.get(state) ?? 0)));
  const change = (next) => {
    pressed = next;
    for (const button of buttons) button.setAttribute("aria-pressed", String(next.includes(button.dataset.state)));
  };
  change(only);
  return { element: h("div", { class: "legend", role: "group", "aria-label": t("legend") }, buttons), change };
}

/**
 * Return the sentences on what was reconstructed, assumed or is missing in the data of a matrix.
 * @param {object[]} contributions of the total
 * @param {object} matrix
 * @param {{chain: object | null}} pickerData
 * @returns {string}
 */
export function assumptionsText(contributions, matrix, pickerData) {
  const citations = new Set();
  const years = new Set();
  let issueAssumed = false;
  for (const { project, linkage } of contributions) {
    for (const one of linkage?.provenance ?? []) {
      if (one.asserted === "RECONSTRUCTED" && one.citation) citations.add(one.citation);
      if (one.asserted === "ASSUMED") issueAssumed = true;
    }
    const assumedYear = project?.provenance.some((one) => one.asserted === "ASSUMED" && /fiscal year/i.test(one.note ?? ""));
    if (assumedYear) for (const { be } of project.fiscalYears) years.add(be);
  }
  const isOtherChain = matrix.notices.some(({ code }) => code === "CHAIN_OF_OTHER_AREA");
  const roles = new Set(isOtherChain ? [] : matrix.cells.flatMap((cell) => cell.expected.map((role) => role.citation)));
  const sentences = [];
  if (citations.size) sentences.push(t("notePlaced", { cites: joinCitations(citations) }));
  if (years.size) sentences.push(t("noteYear", { year: [...years].sort().map(formatFiscalYear).join(", ") }));
  if (issueAssumed) sentences.push(t("noteIssue"));
  if (roles.size) sentences.push(t("noteRoles", { cites: joinCitations(roles) }));
  else if (!pickerData.chain && !matrix.cells.some((cell) => cell.expected.length)) sentences.push(t(pickerData.issue ? "noteNoChainIssue" : "noteNoChain"));
  else if (pickerData.chain && !pickerData.chain.template && matrix.total.states.some(({ state }) => state === "GAP")) sentences.push(t("noteNoRoles"));
  if (matrix.total.projectCount > 0 && !matrix.total.budget && !matrix.cells.some((cell) => cell.budget)) sentences.push(t("noteNoMoney"));
  return sentences.join(" · ");
}

const joinCitations = (citations) => [...citations].sort().map(formatCitation).join(t("and"));
