/**
 * Drawing anew must not lose the reader's place: what had the focus has it again.
 */

const NAMES = ["data-place", "data-state", "data-edition", "data-head", "data-code", "data-example", "data-view"];
const REGIONS = "#board, #legend, #drawer, #top, #pickers";

/**
 * Do a drawing, then give the focus back to the element of the same name.
 * @param {() => void} work
 */
export function keepFocus(work) {
  const at = document.activeElement;
  const attribute = NAMES.find((name) => at?.hasAttribute(name));
  const name = at?.id ? `#${CSS.escape(at.id)}` : attribute && `[${attribute}="${CSS.escape(at.getAttribute(attribute))}"]`;
  const container = at?.closest(REGIONS)?.id;
  work();
  if (name && document.activeElement !== at) document.querySelector(`${container ? `#${container} ` : ""}${name}`)?.focus({ preventScroll: true });
}
