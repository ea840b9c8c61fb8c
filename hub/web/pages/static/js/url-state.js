/**
 * The state of the matrix page, stored in the query string of its URL: a link shows the same page, and the browser's Back button works.
 */

/** The state of a URL without parameters: slide 37, the tourism strategy of the Eastern cluster. */
export const DEFAULT_STATE = { chain: "tourism-east", area: "C2552-09", fy: "2554" };

/** A date on which each edition of the clusters is in force. */
export const EDITION_DATES = { 2552: "2010-06-01", 2560: "2020-06-01" };

const PARAMETERS = [
  "chain", "issue", "area", "agency", "fy", "to", "rows", "columns", "counting", "phase", "on", "view", "show", "sort", "find", "cell", "only", "stage", "lang", "key",
];
/** Parameters that change how the matrix is displayed and not which matrix is queried. */
const DISPLAY_PARAMETERS = new Set(["view", "show", "sort", "find", "cell", "only", "stage", "lang", "phase"]);
const PATTERNS = {
  fy: /^25[5-7]\d$/, to: /^25[5-7]\d$/, on: /^\d{4}-\d\d-\d\d$/, lang: /^(th|en)$/,
  counting: /^(DISTINCT|SHARED|MENTIONS)$/,
  phase: /^(PLANNED|REQUESTED|APPROPRIATED|ALLOCATED|CONTRACTED|DISBURSED)$/,
  view: /^(matrix|map)$/,
  show: /^(names|figures|heat)$/,
  sort: /^(money|count|name)$/,
};

/**
 * Parse the state from a query string; invalid values are ignored.
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
  return definesQuestion(state) ? state : { ...DEFAULT_STATE, ...state };
}

const definesQuestion = (state) => Object.keys(state).some((name) => name !== "on" && !DISPLAY_PARAMETERS.has(name));

/** Return the parameters of the URL that only change how a question is shown. */
export const displayParameters = (search = location.search) => Object.fromEntries(Object.entries(parseState(search)).filter(([name]) => DISPLAY_PARAMETERS.has(name)));

/** Return whether a query string defines a question, and not only how the page shows one. */
export const hasQuestion = (search = location.search) => {
  const names = [...new URLSearchParams(search).keys()].filter((name) => PARAMETERS.includes(name));
  return definesQuestion(Object.fromEntries(names.map((name) => [name, ""])));
};

/**
 * Return the URL of a state.
 * @param {Record<string, string | null | undefined>} state
 */
export function formatUrl(state) {
  const parameters = new URLSearchParams();
  for (const name of PARAMETERS) if (state[name]) parameters.set(name, state[name]);
  return `${location.pathname}?${parameters}`;
}

/**
 * Return the state after a change. If the query changes, the key, the open cell, the filter and the chosen stage are removed.
 * @param {Record<string, string>} state
 * @param {Record<string, string | null>} change
 */
export function applyChange(state, change) {
  const definesQuery = Object.keys(change).some((name) => !DISPLAY_PARAMETERS.has(name) && name !== "key");
  const base = definesQuery ? { ...state, key: null, cell: null, only: null, stage: null, find: null } : state;
  const next = { ...base, ...change };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value));
}

/**
 * Return whether two states query the same matrix with the same fields; the key is not compared.
 * @param {Record<string, string>} one
 * @param {Record<string, string>} other
 */
export const isSameQuery = (one, other) =>
  (one.show === "names") === (other.show === "names") && PARAMETERS.every((name) => DISPLAY_PARAMETERS.has(name) && name !== "phase" ? true : name === "key" || (one[name] ?? "") === (other[name] ?? ""));

/** Return the date of the edition of areas: the chosen date, or 1 October at the start of the first fiscal year. */
export const areaDate = (state) => state.on ?? `${Number(state.fy ?? DEFAULT_STATE.fy) - 544}-10-01`;
