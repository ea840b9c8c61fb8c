/**
 * The address is the state: whatever the page shows can be sent as a link, and Back goes back.
 */

/** What an empty address means: slide 37, the Eastern cluster's tourism strategy. */
export const FIRST = { chain: "tourism-east", area: "C2552-09", fy: "2554" };

/** A day inside each edition of the clusters. */
export const EDITIONS = { 2552: "2010-06-01", 2560: "2020-06-01" };

const NAMES = [
  "chain", "issue", "area", "fy", "to", "rows", "columns", "counting", "phase", "on", "view", "cell", "only", "stage", "lang", "key",
];
/** Parts of the address that change how the answer is looked at, not what is asked. */
const LOOKING = new Set(["view", "cell", "only", "stage", "lang", "phase"]);
const SHAPES = {
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
export function read(search = location.search) {
  const params = new URLSearchParams(search);
  const state = {};
  for (const name of NAMES) {
    const value = params.get(name);
    if (value && (SHAPES[name]?.test(value) ?? true)) state[name] = value;
  }
  const changesQuestion = Object.keys(state).some((name) => name !== "on" && !LOOKING.has(name));
  return changesQuestion ? state : { ...FIRST, ...state };
}

/**
 * The address of a state.
 * @param {Record<string, string | null | undefined>} state
 */
export function write(state) {
  const params = new URLSearchParams();
  for (const name of NAMES) if (state[name]) params.set(name, state[name]);
  return `${location.pathname}?${params}`;
}

/**
 * The state after a change; a changed question leaves behind the key, the open cell and the filter.
 * @param {Record<string, string>} state
 * @param {Record<string, string | null>} change
 */
export function changed(state, change) {
  const changesQuestion = Object.keys(change).some((name) => !LOOKING.has(name) && name !== "key");
  const kept = changesQuestion ? { ...state, key: null, cell: null, only: null, stage: null } : state;
  const next = { ...kept, ...change };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value));
}

/**
 * Whether two states ask the same question.
 * @param {Record<string, string>} one
 * @param {Record<string, string>} other
 */
export const sameQuestion = (one, other) =>
  NAMES.every((name) => LOOKING.has(name) && name !== "phase" ? true : name === "key" || (one[name] ?? "") === (other[name] ?? ""));

/** The day whose edition of areas is meant: the chosen one, or 1 October of the first fiscal year. */
export const dayOf = (state) => state.on ?? `${Number(state.fy ?? FIRST.fy) - 544}-10-01`;
