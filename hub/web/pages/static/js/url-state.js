/**
 * The address is the state: whatever the page shows can be sent as a link, and Back goes back.
 */

/** What an empty address means: slide 37, the Eastern cluster's tourism strategy. */
export const DEFAULT_STATE = { chain: "tourism-east", area: "C2552-09", fy: "2554" };

/** A day inside each edition of the clusters. */
export const EDITION_DATES = { 2552: "2010-06-01", 2560: "2020-06-01" };

const PARAMETERS = [
  "chain", "issue", "area", "fy", "to", "rows", "columns", "counting", "phase", "on", "view", "cell", "only", "stage", "lang", "key",
];
/** Parts of the address that change how the answer is looked at, not what is asked. */
const DISPLAY_PARAMETERS = new Set(["view", "cell", "only", "stage", "lang", "phase"]);
const PATTERNS = {
  fy: /^2[45]\d\d$/, to: /^2[45]\d\d$/, on: /^\d{4}-\d\d-\d\d$/, lang: /^(th|en)$/,
  counting: /^(DISTINCT|SHARED|MENTIONS)$/,
  phase: /^(PLANNED|REQUESTED|APPROPRIATED|ALLOCATED|CONTRACTED|DISBURSED)$/,
  view: /^(matrix|map)$/,
};

/**
 * The state an address tells; odd values are left out rather than believed.
 * @param {string} search
 * @returns {Record<string, string>}
 */
export function parseState(search = location.search) {
  const parameters = new URLSearchParams(search);
  const state = {};
  for (const name of PARAMETERS) {
    const value = parameters.get(name);
    if (value && (PATTERNS[name]?.test(value) ?? true)) state[name] = value;
  }
  const definesQuery = Object.keys(state).some((name) => name !== "on" && !DISPLAY_PARAMETERS.has(name));
  return definesQuery ? state : { ...DEFAULT_STATE, ...state };
}

/**
 * The address of a state.
 * @param {Record<string, string | null | undefined>} state
 */
export function formatUrl(state) {
  const parameters = new URLSearchParams();
  for (const name of PARAMETERS) if (state[name]) parameters.set(name, state[name]);
  return `${location.pathname}?${parameters}`;
}

/**
 * The state after a change; a changed question leaves behind the key, the open cell and the filter.
 * @param {Record<string, string>} state
 * @param {Record<string, string | null>} change
 */
export function applyChange(state, change) {
  const definesQuery = Object.keys(change).some((name) => !DISPLAY_PARAMETERS.has(name) && name !== "key");
  const base = definesQuery ? { ...state, key: null, cell: null, only: null, stage: null } : state;
  const next = { ...base, ...change };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value));
}

/**
 * Whether two states ask the same question.
 * @param {Record<string, string>} one
 * @param {Record<string, string>} other
 */
export const isSameQuery = (one, other) =>
  PARAMETERS.every((name) => DISPLAY_PARAMETERS.has(name) && name !== "phase" ? true : name === "key" || (one[name] ?? "") === (other[name] ?? ""));

/** The day whose edition of areas is meant: the chosen one, or 1 October of the first fiscal year. */
export const areaDate = (state) => state.on ?? `${Number(state.fy ?? DEFAULT_STATE.fy) - 544}-10-01`;
