/**
 * Single-letter shortcuts of the work page. The position of the key counts, so that they work with a Thai layout too.
 */
const ACTIONS_BY_CODE = { KeyJ: "next", KeyK: "previous", ArrowDown: "next", ArrowUp: "previous", KeyA: "agree", KeyR: "reject", KeyD: "dispute", KeyU: "undo", KeyX: "select" };
const STORAGE_KEY = "buranakan.work.shortcuts";
let enabled = readSetting();

function readSetting() {
  try {
    return localStorage.getItem(STORAGE_KEY) !== "off";
  } catch {
    return true; // storage is forbidden: the default
  }
}

/** Return whether single letters are shortcuts. */
export const areShortcutsOn = () => enabled;

/** Turn the single letters on or off, and remember it in this browser. */
export function setShortcuts(on) {
  enabled = on;
  try {
    localStorage.setItem(STORAGE_KEY, on ? "on" : "off");
  } catch { /* only for this visit */ }
}

/**
 * Call `run` with the action of each shortcut, unless a text is being typed.
 * @param {(action: string) => void} run
 */
export function enableShortcuts(run) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return run("escape");
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, select, input:not([type=checkbox])")) return undefined;
    const isArrow = event.code.startsWith("Arrow");
    if (isArrow ? !event.target.closest("#list .items") : !enabled && event.key !== "?") return undefined;
    const action = event.key === "?" || (event.code === "Slash" && event.shiftKey) ? "help" : event.shiftKey && event.code === "KeyX" ? "selectAll" : event.shiftKey ? null : ACTIONS_BY_CODE[event.code];
    if (!action) return undefined;
    event.preventDefault();
    return run(action);
  });
}
