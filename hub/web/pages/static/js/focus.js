/**
 * Keeps the keyboard focus when parts of the page are drawn again.
 */

const FOCUS_ATTRIBUTES = ["data-place", "data-state", "data-edition", "data-head", "data-code", "data-example", "data-view"];
const TEXT_FIELDS = "input[type=search], input[type=text], input:not([type]), textarea";
const CONTAINERS = "#board, #legend, #drawer, #top, #pickers, #one";

/**
 * Call `render`, then focus the new element with the same id or data attribute; the place in a text that is being typed stays.
 * @param {() => void} render
 */
export function withFocusRestored(render) {
  const focused = document.activeElement;
  const attribute = FOCUS_ATTRIBUTES.find((selector) => focused?.hasAttribute(selector));
  const selector = focused?.id ? `#${CSS.escape(focused.id)}` : attribute && `[${attribute}="${CSS.escape(focused.getAttribute(attribute))}"]`;
  const containerId = focused?.closest(CONTAINERS)?.id;
  const isText = focused?.matches(TEXT_FIELDS);
  const [start, end] = isText ? [focused.selectionStart, focused.selectionEnd] : [];
  render();
  if (selector && document.activeElement !== focused) document.querySelector(`${containerId ? `#${containerId} ` : ""}${selector}`)?.focus({ preventScroll: true });
  if (isText && document.activeElement !== focused && document.activeElement?.matches(TEXT_FIELDS)) document.activeElement.setSelectionRange(start, end);
}
