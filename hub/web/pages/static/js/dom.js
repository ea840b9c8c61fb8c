/**
 * The only way this page makes elements: text is always text, so no name of a project can become markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `on*` properties become listeners, `class` and the rest attributes; null and false are left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children texts, nodes, arrays of them; null and false are left out
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  return applyAttributes(document.createElement(tag), attributes, children);
}

/**
 * An SVG element, as `h`.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...unknown} children
 * @returns {SVGElement}
 */
export function s(tag, attributes = {}, ...children) {
  return applyAttributes(document.createElementNS(SVG, tag), attributes, children);
}

function applyAttributes(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Put children in place of what an element holds.
 * @param {Element} element
 * @param {...unknown} children
 */
export function replaceChildren(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * The element of an id; an error where the page lacks it.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element;
}

/**
 * Text for the ear only.
 * @param {string} text
 */
export const screenReaderText = (text) => h("span", { class: "sr" }, text);
