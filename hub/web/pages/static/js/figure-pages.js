/**
 * The projects of which a figure consists, page after page, with the amount that each adds; the amounts shown so far are compared with the figure.
 */
import { fetchData } from "./api.js";
import { h } from "./dom.js";
import { projectPath } from "./page-tabs.js";
import { CELL_PAGE_QUERY, totalPageQuery } from "./queries.js";
import { formatMillions, localize, t } from "./i18n.js";

const PAGE_SIZE = 100;

/**
 * Load the next page of what a figure consists of, after those that are loaded.
 * @param {string} key of the matrix
 * @param {{cell: object | null, row: object | null, column: object | null}} place a cell, the total of a row or column, or of all
 * @param {string} phase
 * @param {object | null} loaded the pages before, as this function returns them
 * @returns {Promise<{figure: object, projects: Map<string, object>, counted: number, after: string | null}>} `figure`: of the cell or total; `counted`: satang of the pages so far; `after`: null at the last page
 */
export async function loadFigurePage(key, place, phase, loaded = null) {
  const page = { phase, first: PAGE_SIZE, after: loaded?.after ?? null };
  const figure = place.cell ? await fetchCellPage(place.cell, page) : await fetchTotalPage(key, place, page);
  const projects = new Map(loaded?.projects);
  let counted = loaded?.counted ?? 0;
  for (const { project, counted: amount, treatment } of figure.contributions.nodes) {
    const entry = projects.get(project?.id ?? "") ?? { project, satang: 0, treatments: new Set() };
    const satang = toSatang(amount?.amount);
    counted += satang;
    if (treatment !== "EXCLUDED_PHASE") entry.treatments.add(treatment);
    projects.set(project?.id ?? "", { ...entry, satang: entry.satang + satang });
  }
  const { hasNextPage, endCursor } = figure.contributions.pageInfo;
  return { figure, projects, counted, after: hasNextPage ? endCursor : null };
}

/** Return a cell with the next page of its contributions; its figures are those of the drawn matrix. */
async function fetchCellPage(cell, page) {
  const { node } = await fetchData(CELL_PAGE_QUERY, { cell: cell.id, ...page });
  return { ...cell, contributions: node?.contributions ?? { pageInfo: { hasNextPage: false }, nodes: [] } };
}

async function fetchTotalPage(key, { row, column }, page) {
  const at = { rowFrom: row?.index ?? 0, rowTo: row?.index ?? 0, columnFrom: column?.index ?? 0, columnTo: column?.index ?? 0 };
  const { savedMatrix: { cells, total } } = await fetchData(totalPageQuery(key, { row, column }), { ...page, ...(row || column ? { window: at } : {}) });
  if (row) return cells[0].row.total;
  return column ? cells[0].column.total : total;
}

/** Return an amount in satang: whole numbers add up exactly. */
const toSatang = (amount) => Math.round(Number(amount ?? 0) * 100);

/**
 * Return the list of the projects loaded so far, how they add up, and the button for the next page.
 * @param {object} loaded see loadFigurePage
 * @param {{phase: string, more: () => void}} options
 */
export function figureList({ figure, projects, counted, after }, { phase, more }) {
  const whole = toSatang(figure.budget?.amount);
  const shown = [...projects.values()].filter(({ treatments }) => !(treatments.size === 1 && treatments.has("DUPLICATE_RECORD"))).length;
  const baht = (satang) => `${formatMillions(satang / 100)} ${t("millionBaht")}`;
  return h("section", { id: "figure-list" },
    h("h3", {}, t("projectsHere"), " (", figure.projectCount, ")"),
    h("p", { class: "quiet", role: "status", "data-counted": counted, "data-whole": whole, "data-shown": shown },
      t(after ? "pageShown" : "allShown", { shown, n: figure.projectCount }),
      figure.budget && [" · ", t("pageSum", { phase: t(phase), sum: baht(counted), whole: baht(whole) })]),
    h("ol", { class: "figures" }, [...projects.values()].map(({ project, satang, treatments }) => h("li", {},
      project ? h("a", { href: projectPath(project) }, localize(project.name)) : t("RESTRICTED"), " ",
      project?.owner && h("span", { class: "o" }, localize(project.owner.shortName ?? project.owner.name)), " ",
      h("span", { class: "amount" }, treatments.size === 0 || (satang === 0 && treatments.has("NO_AMOUNT")) ? t("noFigure") : formatMillions(satang / 100),
        [...treatments].filter((one) => !["WHOLE", "NO_AMOUNT"].includes(one)).map((one) => [" ", h("span", { class: "quiet" }, t(one))]))))),
    after && h("button", { type: "button", id: "more-figures", onclick: more }, t("morePages")));
}
