/**
 * What the matrix page shows first to a signed-in person: the own area, or the own agency, in the latest year that has data beside the year before.
 */
import { fetchData } from "./api.js";
import { loadPickerData, loadYearCounts } from "./picker-data.js";
import { localKey } from "./page-tabs.js";
import { currentFiscalYear } from "./i18n.js";

const OWN_QUERY = "query Own { viewer { agency { id area { code level } } } }";

/**
 * Return the first state of the signed-in person; null without one, or if the own area and agency have no data.
 * @param {Record<string, string>} display parameters of the URL that do not define a question
 */
export async function ownStart(display) {
  const { viewer } = await fetchData(OWN_QUERY);
  if (!viewer?.agency) return null;
  const { id, area } = viewer.agency;
  const own = area ? { area: area.code } : { agency: localKey(id), rows: "AREA.CLUSTER", columns: "FISCAL_YEAR" };
  const state = { ...display, ...own, fy: String(currentFiscalYear()) };
  const { counts } = await loadYearCounts(state, await loadPickerData(state));
  const years = [...counts].filter(([be, count]) => count > 0 && Number(be) <= currentFiscalYear()).map(([be]) => be);
  if (years.length === 0) return null;
  const latest = Number(years.at(-1));
  const hasYearBefore = years.includes(String(latest - 1));
  return { ...state, fy: String(hasYearBefore ? latest - 1 : latest), ...(hasYearBefore ? { to: String(latest) } : {}) };
}
