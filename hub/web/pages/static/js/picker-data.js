/**
 * What the pickers know: chains, the areas of a day, and the chosen chain, issue and area. Asked once per day and place.
 */
import { fetchData } from "./api.js";
import { MAP_QUERY, PICKER_QUERY } from "./queries.js";
import { EDITION_DATES, areaDate } from "./url-state.js";

const requests = new Map();
/** The day the clusters of 2560 came into force. */
const EDITION_2560_START = "2017-11-17";

/** Nothing known yet: the pickers of the first moment. */
export const EMPTY_PICKER_DATA = { chains: [], regions: [], clusters: [], provinces: [], area: null, issue: null, chain: null };

function loadOnce(key, load) {
  if (!requests.has(key)) requests.set(key, load().catch((error) => { requests.delete(key); throw error; }));
  return requests.get(key);
}

/**
 * What is known for a state.
 * @param {Record<string, string>} state
 */
export async function loadPickerData(state) {
  const on = areaDate(state);
  const fiscalYear = Number(state.fy ?? 2554);
  const data = await loadOnce(JSON.stringify(["pickers", on, state.area, state.issue, fiscalYear]), () => fetchData(PICKER_QUERY, {
    on, fiscalYear: { be: fiscalYear },
    area: state.area ?? "", hasArea: Boolean(state.area),
    issue: `gid://hub/StrategicIssue/${state.issue ?? ""}`, hasIssue: Boolean(state.issue),
  }));
  const chains = data.valueChains.nodes;
  const issue = data.issue ?? null;
  const chainCode = issue ? issue.valueChain?.code : state.chain;
  return {
    chains, issue, area: data.area ?? null,
    chain: chains.find((chain) => chain.code === chainCode) ?? null,
    regions: data.regions.nodes, clusters: data.clusters.nodes, provinces: data.provinces.nodes,
    missing: [["chain", state.chain && !issue, chains.some((c) => c.code === state.chain)], ["area", state.area, data.area], ["issue", state.issue, issue]]
      .filter(([, wanted, found]) => wanted && !found).map(([name]) => name),
  };
}

/**
 * The provinces and clusters of a day.
 * @param {string} on
 */
export const loadAreaMap = (on) => loadOnce(`map ${on}`, async () => {
  const data = await fetchData(MAP_QUERY, { on });
  return { on, provinces: data.provinces.nodes, clusters: data.clusters.nodes };
});

/**
 * The edition of a day, and beside it the other of the two.
 * @param {string} on
 */
export const loadAreaMaps = (on) => Promise.all([loadAreaMap(on), loadAreaMap(on < EDITION_2560_START ? EDITION_DATES[2560] : EDITION_DATES[2552])]);
