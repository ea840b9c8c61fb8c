/**
 * What was asked before, on this machine only.
 */
const PLACE = "buranakan.asked";
const MOST = 30;

/** @returns {{query: string, variables: string, at: string}[]} latest first */
export function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.query === "string") : [];
  } catch {
    return [];
  }
}

/**
 * Remember a question; the same one is kept once.
 * @param {string} query
 * @param {string} variables
 */
export function remember(query, variables) {
  const rest = remembered().filter((one) => one.query !== query || one.variables !== variables);
  keep([{ query, variables, at: new Date().toISOString() }, ...rest].slice(0, MOST));
}

/** Forget everything. */
export const forget = () => keep([]);

function keep(list) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(list));
  } catch { /* private windows keep nothing; asking still works */ }
}

/**
 * What a question is called in a list: its first comment, its name, or its first line.
 * @param {string} query
 */
export function titleOf(query) {
  const comment = query.match(/^\s*#\s*(.+)$/m)?.[1];
  const name = query.match(/\b(?:query|subscription|mutation)\s+(\w+)/)?.[1];
  return comment ?? name ?? query.replace(/\s+/g, " ").trim().slice(0, 60);
}
