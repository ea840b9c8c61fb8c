/**
 * The text area of a query: line numbers, marked error lines, indentation after Enter, Ctrl+Enter to run.
 */
import { replaceChildren, h } from "../dom.js";

/**
 * Add the editor's behaviour to its two elements; return functions to change it.
 * @param {HTMLTextAreaElement} area
 * @param {HTMLElement} gutter
 * @param {() => void} run what Ctrl+Enter does
 */
export function editor(area, gutter, run) {
  let errorLines = new Set();

  function drawLineNumbers() {
    const lines = area.value.split("\n").length;
    replaceChildren(gutter, Array.from({ length: lines }, (_, index) => h("li", { class: errorLines.has(index + 1) ? "wrong" : null }, errorLines.has(index + 1) ? `✕ ${index + 1}` : index + 1)));
    gutter.scrollTop = area.scrollTop;
  }

  area.addEventListener("input", () => { errorLines = new Set(); drawLineNumbers(); });
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Enter" && !event.shiftKey) {
      const before = area.value.slice(0, area.selectionStart);
      const indent = before.match(/(?:^|\n)([ \t]*)[^\n]*$/)?.[1] ?? "";
      const deeper = /[{([]\s*$/.test(before) ? "  " : "";
      event.preventDefault();
      area.setRangeText(`\n${indent}${deeper}`, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input"));
    }
  });
  drawLineNumbers();

  return {
    /** Replace the text. */
    setText(text) { area.value = text; errorLines = new Set(); drawLineNumbers(); area.scrollTop = 0; },
    /** Mark lines as errors; line numbers start at 1. */
    markErrors(lines) { errorLines = new Set(lines); drawLineNumbers(); },
    /** Move the caret to a line and column; both start at 1. */
    moveCaret(line, column) {
      const before = area.value.split("\n").slice(0, line - 1).reduce((n, text) => n + text.length + 1, 0);
      area.focus();
      area.setSelectionRange(before + column - 1, before + column - 1);
    },
  };
}
