/**
 * What was asked before, on this machine only.
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
 * Remember a question; the same one is kept once.
 * @param {string} query
 * @param {string} variables
 */
export function addToHistory(query, variables) {
  const others = readHistory().filter((entry) => entry.query !== query || entry.variables !== variables);
  writeHistory([{ query, variables, at: new Date().toISOString() }, ...others].slice(0, MAX_ENTRIES));
}

/** Forget everything. */
export const clearHistory = () => writeHistory([]);

function writeHistory(entries) {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(entries));
  } catch { /* private windows keep nothing; asking still works */ }
}

/**
 * What a question is called in a list: its first comment, its name, or its first line.
 * @param {string} query
 */
export function queryTitle(query) {
  const comment = query.match(/^\s*#\s*(.+)$/m)?.[1];
  const name = query.match(/\b(?:query|subscription|mutation)\s+(\w+)/)?.[1];
  return comment ?? name ?? query.replace(/\s+/g, " ").trim().slice(0, 60);
}
