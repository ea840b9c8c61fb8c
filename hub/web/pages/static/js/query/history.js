/**
 * The queries that were run before, stored in this browser only.
 */
const STORAGE_KEY = "buranakan.asked";
const MAX_ENTRIES = 30;

/** @returns {{query: string, variables: string, at: string}[]} latest first */
export function readHistory() {
  try {
    const entries = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(entries) ? entries.filter((entry) => typeof entry?.query === "string") : [];
  } catch {
    return [];
  }
}

/**
 * Add a query at the front of the history; the same query is stored once.
 * @param {string} query
 * @param {string} variables
 */
export function addToHistory(query, variables) {
  const others = readHistory().filter((entry) => entry.query !== query || entry.variables !== variables);
  writeHistory([{ query, variables, at: new Date().toISOString() }, ...others].slice(0, MAX_ENTRIES));
}

/** Delete the history. */
export const clearHistory = () => writeHistory([]);

function writeHistory(entries) {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(entries));
  } catch { /* private windows have no storage; queries still run */ }
}

/**
 * Return the title of a query in the list: its first comment, else its operation name, else its start.
 * @param {string} query
 */
export function queryTitle(query) {
  const comment = query.match(/^\s*#\s*(.+)$/m)?.[1];
  const name = query.match(/\b(?:query|subscription|mutation)\s+(\w+)/)?.[1];
  return comment ?? name ?? query.replace(/\s+/g, " ").trim().slice(0, 60);
}
