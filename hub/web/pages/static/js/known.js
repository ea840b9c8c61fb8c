/**
 * What the pickers know: chains, the areas of a day, and the chosen chain, issue and area. Asked once per day and place.
 */
import { fetchQuery } from "./api.js";
import { MAP, PICKERS } from "./questions.js";
import { EDITIONS, dayOf } from "./state.js";

const pending = new Map();
/** The day the clusters of 2560 came into force. */
const REDRAWN = "2017-11-17";

/** Nothing known yet: the pickers of the first moment. */
export const NOTHING = { chains: [], regions: [], clusters: [], provinces: [], area: null, issue: null, chain: null };

function once(key, question) {
  if (!pending.has(key)) pending.set(key, question().catch((error) => { pending.delete(key); throw error; }));
  return pending.get(key);
}

/**
 * What is known for a state.
 * @param {Record<string, string>} state
 */
export async function loadContext(state) {
  const on = dayOf(state);
  const be = Number(state.fy ?? 2554);
  const data = await once(JSON.stringify(["pickers", on, state.area, state.issue, be]), () => fetchQuery(PICKERS, {
    on, fiscalYear: { be },
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
    lost: [["chain", state.chain && !issue, chains.some((c) => c.code === state.chain)], ["area", state.area, data.area], ["issue", state.issue, issue]]
      .filter(([, wanted, found]) => wanted && !found).map(([name]) => name),
  };
}

/**
 * The provinces and clusters of a day.
 * @param {string} on
 */
export const mapOf = (on) => once(`map ${on}`, async () => {
  const data = await fetchQuery(MAP, { on });
  return { on, provinces: data.provinces.nodes, clusters: data.clusters.nodes };
});

/**
 * The edition of a day, and beside it the other of the two.
 * @param {string} on
 */
export const mapsOf = (on) => Promise.all([mapOf(on), mapOf(on < REDRAWN ? EDITIONS[2560] : EDITIONS[2552])]);
