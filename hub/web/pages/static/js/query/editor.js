/**
 * The field a question is typed in: line numbers, marks at the lines that are wrong, two spaces for Tab where asked.
 */
import { replaceChildren, h } from "../dom.js";

/**
 * The editor over its two elements.
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
    /** Put a text in place. */
    setText(text) { area.value = text; errorLines = new Set(); drawLineNumbers(); area.scrollTop = 0; },
    /** Mark lines as wrong. */
    markErrors(lines) { errorLines = new Set(lines); drawLineNumbers(); },
    /** Put the caret at a place. */
    moveCaret(line, column) {
      const before = area.value.split("\n").slice(0, line - 1).reduce((n, text) => n + text.length + 1, 0);
      area.focus();
      area.setSelectionRange(before + column - 1, before + column - 1);
    },
  };
}
