/**
 * Data of the pickers: value chains, the areas of a date, and the chosen chain, issue and area. Each query is sent once; failed ones are sent again.
 */
import { fetchData } from "./api.js";
import { yearCountsInput } from "./axes.js";
import { MAP_QUERY, PICKER_QUERY, YEAR_COUNTS_QUERY } from "./queries.js";
import { EDITION_DATES, areaDate } from "./url-state.js";

const requests = new Map();
/** The date on which the clusters of 2560 came into force. */
const EDITION_2560_START = "2017-11-17";

/** The data before anything is loaded. */
export const EMPTY_PICKER_DATA = { chains: [], regions: [], clusters: [], provinces: [], area: null, issue: null, agency: null, chain: null, yearCounts: null, yearSources: [] };

function loadOnce(key, load) {
  if (!requests.has(key)) requests.set(key, load().catch((error) => { requests.delete(key); throw error; }));
  return requests.get(key);
}

/**
 * Load the data for a state; `missing` names the parameters whose chain, area or issue does not exist.
 * @param {Record<string, string>} state
 */
export async function loadPickerData(state) {
  const on = areaDate(state);
  const fiscalYear = Number(state.fy ?? 2554);
  const data = await loadOnce(JSON.stringify(["pickers", on, state.area, state.issue, state.agency, fiscalYear]), () => fetchData(PICKER_QUERY, {
    on, fiscalYears: { from: { be: fiscalYear } },
    area: state.area ?? "", hasArea: Boolean(state.area),
    issue: `gid://hub/StrategicIssue/${state.issue ?? ""}`, hasIssue: Boolean(state.issue),
    agency: `gid://hub/Agency/${state.agency ?? ""}`, hasAgency: Boolean(state.agency),
  }));
  const years = yearCountsByFilter.get(yearCountKey(state));
  const chains = data.valueChains.nodes;
  const issue = data.issue ?? null;
  const chainCode = issue ? issue.valueChain?.code : state.chain;
  return {
    chains, issue, yearCounts: years?.counts ?? null, yearSources: years?.sources ?? [], agency: data.agency ?? null, area: data.area ?? null,
    chain: chains.find((chain) => chain.code === chainCode) ?? null,
    regions: data.regions.nodes, clusters: data.clusters.nodes, provinces: data.provinces.nodes,
    missing: [["chain", state.chain && !issue, chains.some((c) => c.code === state.chain)], ["area", state.area, data.area], ["issue", state.issue, issue], ["agency", state.agency, data.agency]]
      .filter(([, wanted, found]) => wanted && !found).map(([name]) => name),
  };
}

const yearCountsByFilter = new Map();
const yearCountKey = (state) => JSON.stringify([state.chain, state.issue, state.area, state.agency]);

/**
 * Load the number of projects of each fiscal year for the topic and area of a state, and the sources that have any; later calls of loadPickerData return the numbers.
 * @param {Record<string, string>} state
 * @param {object} pickerData
 * @returns {Promise<{counts: Map<string, number>, sources: object[]}>}
 */
export const loadYearCounts = (state, pickerData) => loadOnce(`years ${yearCountKey(state)}`, async () => {
  const { matrix } = await fetchData(YEAR_COUNTS_QUERY, { input: yearCountsInput(pickerData) });
  const counts = new Map(matrix.rows.headers.map((header) => [header.key, header.total.projectCount]));
  const found = { counts, sources: matrix.sources.map(({ source }) => source) };
  yearCountsByFilter.set(yearCountKey(state), found);
  return found;
});

/**
 * Load the provinces and clusters of a date.
 * @param {string} on
 */
export const loadAreaMap = (on) => loadOnce(`map ${on}`, async () => {
  const data = await fetchData(MAP_QUERY, { on });
  return { on, provinces: data.provinces.nodes, clusters: data.clusters.nodes, notices: data.country?.notices ?? [] };
});

/**
 * Load the areas of a date, and those of the other edition for comparison.
 * @param {string} on
 */
export const loadAreaMaps = (on) => Promise.all([loadAreaMap(on), loadAreaMap(on < EDITION_2560_START ? EDITION_DATES[2560] : EDITION_DATES[2552])]);
