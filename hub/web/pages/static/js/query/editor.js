/**
 * The field a question is typed in: line numbers, marks at the lines that are wrong, two spaces for Tab where asked.
 */
import { fill, h } from "../dom.js";

/**
 * The editor over its two elements.
 * @param {HTMLTextAreaElement} area
 * @param {HTMLElement} gutter
 * @param {() => void} run what Ctrl+Enter does
 */
export function editor(area, gutter, run) {
  let wrong = new Set();

  function number() {
    const lines = area.value.split("\n").length;
    fill(gutter, Array.from({ length: lines }, (_, at) => h("li", { class: wrong.has(at + 1) ? "wrong" : null }, wrong.has(at + 1) ? `✕ ${at + 1}` : at + 1)));
    gutter.scrollTop = area.scrollTop;
  }

  area.addEventListener("input", () => { wrong = new Set(); number(); });
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
  number();

  return {
    /** Put a text in place. */
    put(text) { area.value = text; wrong = new Set(); number(); area.scrollTop = 0; },
    /** Mark lines as wrong. */
    blame(lines) { wrong = new Set(lines); number(); },
    /** Put the caret at a place. */
    go(line, column) {
      const before = area.value.split("\n").slice(0, line - 1).reduce((n, one) => n + one.length + 1, 0);
      area.focus();
      area.setSelectionRange(before + column - 1, before + column - 1);
    },
  };
}
